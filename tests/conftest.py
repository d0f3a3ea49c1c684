"""The stack that the integration tests share."""

from collections.abc import Iterator

import pytest

from tests.harness.site import Site, open_site


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A whole stack: MongoDB, Kafka and the four services, one process each, with the demo's accounts and without traffic."""
    with open_site(tmp_path_factory.mktemp("stack")) as site:
        yield site
