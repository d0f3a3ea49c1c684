"""People and a platform for journeys across processes."""

from collections.abc import AsyncIterator

import pytest

from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.site import Site


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
