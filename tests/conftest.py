"""The stack that the integration tests share, and the table of what tests measured, printed at the end of the run."""

import time
from collections.abc import Iterator

import pytest

from tests.harness.site import Site, open_site

# A property of a test's report: so it also comes from the process of another worker.
MEASURED = "measured"


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A whole stack: MongoDB, Kafka and the four services, one process each, with the demo's accounts and without traffic."""
    with open_site(tmp_path_factory.mktemp("stack")) as site:
        yield site


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What a test measures, in words, by what it is."""
    began = time.monotonic()
    found: dict[str, str] = {}
    yield found
    found["the whole of it"] = f"{time.monotonic() - began:.0f} s"
    request.node.user_properties.append((MEASURED, found))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    for report in terminalreporter.getreports(""):
        for found in (value for name, value in report.user_properties if name == MEASURED):
            terminalreporter.write_line(report.nodeid.rpartition("::")[2])
            for what, value in found.items():
                terminalreporter.write_line(f"    {what:<30}{value}")
