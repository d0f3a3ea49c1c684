"""Figures of what was done in the browser, whatever happens to the process that counts."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.site import Site
from tests.harness.waiting import wait_until


@pytest.fixture
async def sari(stack: Site) -> AsyncIterator[Browser]:
    """A supervisor's browser, logged in."""
    async with Browser(stack.urls()[0], *stack.login("SUPERVISOR")) as browser:
        yield browser


async def figures(browser: Browser) -> dict[str, Any]:
    """Return the figures of a period that holds the whole test, at midnight too."""
    now = datetime.now(UTC)
    return await browser.get("/api/analytics/figures", **{"from": (now - timedelta(days=1)).isoformat(), "to": (now + timedelta(days=1)).isoformat()})


async def mine(browser: Browser) -> dict[str, Any]:
    """Return the figures of the browser's own account."""
    found: dict[str, Any] = (await figures(browser))["agents"][0]["figures"]
    return found


async def serve_one(platform: Platform, agent: Browser) -> None:
    """One conversation: a question, a takeover, an answer, the hand-back."""
    started = await platform.start(str(uuid.uuid4()))
    await platform.user_says(started.conversation_id, "Is anybody there?")
    taken = await agent.command(started.conversation_id, "take-over")
    sent = await agent.command(started.conversation_id, "messages", text="I am.", seen_seq=taken["seq"])
    await agent.command(started.conversation_id, "hand-back", seen_seq=sent["seq"])


async def test_figures_move_when_an_agent_acts_and_each_sees_their_part(platform: Platform, budi: Browser, siti: Browser, sari: Browser) -> None:
    before, team_before = await mine(budi), (await figures(sari))["team"]
    others_before = await mine(siti)
    await serve_one(platform, budi)

    async def moved() -> bool:
        # The hand-back is the last of it.
        return bool((await mine(budi))["hand_backs"]["made"] == before["hand_backs"]["made"] + 1)

    await wait_until(moved, 20, what="one more hand-back")
    after = await mine(budi)
    assert after["response_time"]["n"] == before["response_time"]["n"] + 1
    assert after["takeovers"]["total"] == before["takeovers"]["total"] + 1
    assert after["takeovers"]["by_agent"] == before["takeovers"]["by_agent"] + 1
    assert after["conversations"] == before["conversations"] + 1
    assert after["conversations_with_message"] == before["conversations_with_message"] + 1
    assert 0 <= after["response_time"]["mean_seconds"] < 60
    assert await mine(siti) == others_before
    team = await figures(sari)
    assert team["team"]["takeovers"]["total"] == team_before["takeovers"]["total"] + 1
    assert {agent["agent_id"]: agent["figures"] for agent in team["agents"]}[budi.account["id"]] == after
    assert "Budi Santoso" in {agent["agent_name"] for agent in team["agents"]}


async def test_a_killed_analytics_counts_everything_once_when_it_is_back(stack: Site, platform: Platform, budi: Browser) -> None:
    before = await mine(budi)
    await serve_one(platform, budi)
    stack.stack.kill("analytics")
    await serve_one(platform, budi)
    stack.stack.restart("analytics")
    await serve_one(platform, budi)

    async def complete() -> bool:
        try:
            # Each conversation's hand-back is the last of it.
            return bool((await mine(budi))["hand_backs"]["made"] >= before["hand_backs"]["made"] + 3)
        except httpx.HTTPStatusError:
            # The gateway's channel finds the new process within a second.
            return False

    await wait_until(complete, 30, what="figures of three more conversations")
    after = await mine(budi)
    assert after["takeovers"]["total"] == before["takeovers"]["total"] + 3
    assert after["response_time"]["n"] == before["response_time"]["n"] + 3
    assert after["conversations"] == before["conversations"] + 3
    assert after["hand_backs"]["made"] == before["hand_backs"]["made"] + 3
