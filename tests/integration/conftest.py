"""People and a platform for journeys across processes."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.local.ports import free_port
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.site import Site, open_site


@pytest.fixture
async def platform(stack: Site) -> AsyncIterator[Platform]:
    """An AI platform with the demo's key."""
    caller = Platform(stack.public_targets(), stack.demo.api_key, seed=1)
    yield caller
    await caller.close()


@pytest.fixture
async def budi(stack: Site) -> AsyncIterator[Browser]:
    """An agent's browser, logged in."""
    async with Browser(stack.urls()[0], *stack.login("AGENT1")) as browser:
        yield browser


@pytest.fixture
async def siti(stack: Site) -> AsyncIterator[Browser]:
    """Another agent's browser, logged in."""
    async with Browser(stack.urls()[0], *stack.login("AGENT2")) as browser:
        yield browser


@pytest.fixture(scope="package")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A stack of its own that is traced, so that what watches it can be seen to work. Nobody listens at its OTLP endpoint until a test does."""
    endpoint = {"OTLP_ENDPOINT": f"http://127.0.0.1:{free_port()}"}
    with pytest.MonkeyPatch.context() as patch:
        # What is traced is sent at once, and not every five seconds.
        patch.setenv("OTEL_BSP_SCHEDULE_DELAY", "200")
        settings = dict.fromkeys(("auth", "conversation", "realtime", "analytics"), endpoint)
        with open_site(tmp_path_factory.mktemp("observed"), settings=settings) as site:
            yield site
