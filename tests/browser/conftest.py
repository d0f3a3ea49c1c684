"""A browser, two agents in it, and an AI platform."""

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.browser.agent_page import AgentPage
from tests.browser.chromium import find_chromium
from tests.harness.callers import Platform
from tests.harness.site import Site

# What is newest stands on top, whatever other tests have left in the list.
NEWEST_FIRST = "?sort=newest"


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """One Chromium for all journeys; each agent has a context of its own."""
    found = find_chromium()
    async with async_playwright() as playwright:
        environment = {**os.environ, **found.environment}
        browser = await playwright.chromium.launch(executable_path=found.path, args=["--no-sandbox", "--disable-gpu"], env={**environment})
        yield browser
        await browser.close()


@pytest.fixture
async def platform(stack: Site) -> AsyncIterator[Platform]:
    """An AI platform with the demo's key."""
    caller = Platform(stack.public_targets(), stack.demo.api_key, seed=1)
    yield caller
    await caller.close()


@pytest.fixture
async def budi(stack: Site, chromium: Browser) -> AsyncIterator[AgentPage]:
    """An agent in front of the list; at the end the page must have had nothing to complain of."""
    async for agent in _agent(stack, chromium, "AGENT1"):
        yield agent


@pytest.fixture
async def siti(stack: Site, chromium: Browser) -> AsyncIterator[AgentPage]:
    """Another agent in front of the list."""
    async for agent in _agent(stack, chromium, "AGENT2"):
        yield agent


async def _agent(stack: Site, chromium: Browser, who: str) -> AsyncIterator[AgentPage]:
    context = await chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    agent = await AgentPage.logged_in(context, stack.urls()[0], *stack.login(who), query=NEWEST_FIRST)
    yield agent
    await context.close()
    assert agent.complaints == []
