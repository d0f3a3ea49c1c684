"""Figures of what was done in the browser, whatever happens to the process that counts."""

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.recruits import PASSWORD, recruit
from tests.harness.site import Site
from tests.harness.waiting import wait_until

Figures = dict[str, Any]


@pytest.fixture
async def sari(stack: Site) -> AsyncIterator[Browser]:
    """A supervisor's browser, logged in."""
    async with Browser(stack.urls()[0], *stack.login("SUPERVISOR")) as browser:
        yield browser


@asynccontextmanager
async def newcomer(stack: Site) -> AsyncIterator[Browser]:
    """An agent who has done nothing yet: what others did may still be on its way."""
    url = stack.urls()[0]
    person = await recruit(url, stack.login("ADMIN"), "agent")
    async with Browser(url, person.email, PASSWORD) as browser:
        yield browser


async def figures(browser: Browser, **filters: str) -> Figures:
    """Return the figures of a period that holds the whole test, at midnight too."""
    now = datetime.now(UTC)
    return await browser.get(
        "/api/analytics/figures", **{"from": (now - timedelta(days=1)).isoformat(), "to": (now + timedelta(days=1)).isoformat(), **filters}
    )


async def mine(browser: Browser) -> Figures:
    """Return the figures of the browser's own account."""
    found: Figures = (await figures(browser))["agents"][0]["figures"]
    return found


async def once(browser: Browser, condition: Callable[[Figures], bool], what: str) -> Figures:
    """Return the account's figures as soon as they meet a condition."""

    async def met() -> Figures | None:
        try:
            found = await mine(browser)
        except (httpx.HTTPError, IndexError):
            # Nobody answers for a moment, or nothing is counted yet.
            return None
        return found if condition(found) else None

    found = await wait_until(met, 30, what=what)
    assert found is not None
    return found


def served(count: int) -> Callable[[Figures], bool]:
    """The hand-back is the last of a conversation's events; its phase is written after it, and until then the conversation counts twice."""
    return lambda found: found["hand_backs"]["made"] == count and found["conversations"] == count


async def serve_one(platform: Platform, agent: Browser, ai_agent_id: str = "bot") -> None:
    """One conversation: a question, a takeover, an answer, the hand-back."""
    started = await platform.start(str(uuid.uuid4()), ai_agent_id=ai_agent_id)
    await platform.user_says(started.conversation_id, "Is anybody there?")
    taken = await agent.command(started.conversation_id, "take-over")
    sent = await agent.command(started.conversation_id, "messages", text="I am.", seen_seq=taken["seq"])
    await agent.command(started.conversation_id, "hand-back", seen_seq=sent["seq"])


async def test_figures_move_when_an_agent_acts_and_each_sees_their_part(stack: Site, platform: Platform, sari: Browser) -> None:
    # The team's figures are of one AI agent, whom nobody else serves.
    bot = f"bot-{uuid.uuid4()}"
    async with newcomer(stack) as agent, newcomer(stack) as other:
        await serve_one(platform, other, bot)
        others = await once(other, served(1), "the other's hand-back")
        team_before = (await figures(sari, ai_agent=bot))["team"]
        await serve_one(platform, agent, bot)
        after = await once(agent, served(1), "the hand-back")
        assert after["response_time"]["n"] == 1
        assert (after["takeovers"]["total"], after["takeovers"]["by_agent"]) == (1, 1)
        assert after["conversations_with_message"] == 1
        assert 0 <= after["response_time"]["mean_seconds"] < 60
        assert await mine(other) == others
        team = await figures(sari, ai_agent=bot)
        assert team["team"]["takeovers"]["total"] == team_before["takeovers"]["total"] + 1
        found = {each["agent_id"]: each for each in team["agents"]}
        assert found[agent.account["id"]]["figures"] == after
        assert found[agent.account["id"]]["agent_name"] == agent.account["name"]


async def test_a_killed_analytics_counts_everything_once_when_it_is_back(stack: Site, platform: Platform) -> None:
    async with newcomer(stack) as agent:
        await serve_one(platform, agent)
        stack.stack.kill("analytics")
        await serve_one(platform, agent)
        stack.stack.restart("analytics")
        await serve_one(platform, agent)
        after = await once(agent, served(3), "three hand-backs")
        assert (after["takeovers"]["total"], after["response_time"]["n"]) == (3, 3)
