"""A browser, people at their desks in it, and an AI platform. How to write a journey:

    async def test_a_sentence_of_what_happens(platform: Platform, budi: AgentPage, siti: AgentPage) -> None:
        begun = await converse(platform, "Is there a table?")      # a conversation with one message of the user's
        await budi.open(begun.conversation_id)
        await budi.take_over()
        await siti.sees(siti.row(begun.conversation_id).get_by_text("Handled by Other"))

`budi`, `siti`, `rafi` (agents), `hendra` (supervisor) and `dewi` (administrator) each sit before a fresh page with the list, newest first, 1440 px wide;
whoever is not asked for is not there. Find things by role and words, wait with `sees`/`does_not_see`/`expect`, never by sleeping. Other sizes:
`await budi.resize(390)`; themes and languages: `await budi.prefer(theme="dark", language="id")`; a second tab: `await budi.another_tab(path)`; touch or
another locale: `await desks.sit("AGENT1", has_touch=True)`; nobody logged in: `await desks.stranger()`. A page that printed an error fails its test unless
`expect_refusal("409")` said that it was meant. Nothing another test has left may matter: make your own conversations, and give them back or close them if they
would count for somebody. Who logs people out everywhere takes a person of the test's own.

To write quickly, keep a stack running and the build fresh, and nothing is started per run:

    make up DEMO=0; set -a; . .local/baton.env; set +a
    (cd services/realtime/dashboard && npx vite build) && pytest tests/browser -k my_journey
"""

import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import async_playwright

from tests.browser.agent_page import AgentPage
from tests.browser.cast import Cast, on_stage
from tests.browser.chromium import find_chromium
from tests.browser.desks import Desks
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform


@pytest.fixture(scope="session")
def place(request: pytest.FixtureRequest) -> Place:
    """The stack that the journeys share: the one that the environment names, else one of the tests' own."""
    return Place.of_environment() or Place.of_site(request.getfixturevalue("stack"))


@pytest.fixture(scope="session")
async def chromium(place: Place) -> AsyncIterator[Chromium]:
    """One Chromium for all journeys. A stack on another host is trusted as one on this machine is: its own http pages may use what browsers keep for https."""
    found = find_chromium()
    async with async_playwright() as playwright:
        environment = {**os.environ, **found.environment}
        browser = await playwright.chromium.launch(
            executable_path=found.path, args=["--no-sandbox", "--disable-gpu", f"--unsafely-treat-insecure-origin-as-secure={place.url}"], env={**environment}
        )
        yield browser
        await browser.close()


@pytest.fixture(scope="session", autouse=True)
async def _long_grace(place: Place) -> AsyncIterator[None]:
    """What a journey leaves in somebody's hands stays there: back in the queue two minutes later it would call everybody in the middle of another."""
    before = await _set_grace(place, 3600)
    yield
    await _set_grace(place, before)


async def _set_grace(place: Place, seconds: int) -> int:
    """Return what it was."""
    path = "/api/workspace/settings"
    async with Browser(place.url, *place.login("ADMIN")) as admin:
        settings = (await admin.get(path))["settings"]
        await admin.put(path, {**settings, "grace_seconds": seconds})
    return int(settings["grace_seconds"])


@pytest.fixture(scope="session")
async def desks(chromium: Chromium, place: Place) -> AsyncIterator[Desks]:
    """Where people sit down."""
    desks = Desks(chromium, place)
    yield desks
    await desks.close()


@pytest.fixture
async def platform(place: Place) -> AsyncIterator[Platform]:
    """An AI platform with the demo's key."""
    caller = Platform(place.platform_targets, place.api_key, seed=1)
    yield caller
    await caller.close()


@pytest.fixture(scope="module")
async def cast(place: Place) -> AsyncIterator[Cast]:
    """Conversations in every state, for who looks at views; closed at the end."""
    platform = Platform(place.platform_targets, place.api_key, seed=2)
    async with on_stage(platform, place) as cast:
        yield cast
    await platform.close()


@pytest.fixture
async def budi(desks: Desks) -> AsyncIterator[AgentPage]:
    """An agent in front of the list; at the end the page must have had nothing to complain of."""
    async for agent in _seated(desks, "AGENT1"):
        yield agent


@pytest.fixture
async def siti(desks: Desks) -> AsyncIterator[AgentPage]:
    """Another agent in front of the list."""
    async for agent in _seated(desks, "AGENT2"):
        yield agent


@pytest.fixture
async def rafi(desks: Desks) -> AsyncIterator[AgentPage]:
    """A third agent in front of the list."""
    async for agent in _seated(desks, "AGENT3"):
        yield agent


@pytest.fixture
async def hendra(desks: Desks) -> AsyncIterator[AgentPage]:
    """A supervisor in front of the list."""
    async for agent in _seated(desks, "SUPERVISOR"):
        yield agent


@pytest.fixture
async def dewi(desks: Desks) -> AsyncIterator[AgentPage]:
    """An administrator in front of the list."""
    async for agent in _seated(desks, "ADMIN"):
        yield agent


async def _seated(desks: Desks, who: str) -> AsyncIterator[AgentPage]:
    agent = await desks.sit(who)
    yield agent
    await agent.leave()
    assert agent.complaints == []
