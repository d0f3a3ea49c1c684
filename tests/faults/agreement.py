"""After a fault: the log keeps its rules and all that was acknowledged, and topic, list, figures and browsers say the same as the log."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults.follower import Follower
from tests.faults.load import EXPECTED_REFUSALS, Load
from tests.faults.patiently import Json, all_rows, patiently
from tests.harness.browser import Browser
from tests.harness.site import Site
from tests.harness.waiting import wait_until
from tests.races.recount import Log, lost_or_moved, read_log, violations
from tests.races.topic import first_appearances

CATCH_UP_SECONDS = 90.0
# What a row says of its reader, and what a patch says of itself: when it was and whose act.
NOT_COMPARED = {"read_seq", "unread", "at", "by"}


async def assert_agreement(site: Site, load: Load, followers: Sequence[Follower], watcher: Browser) -> None:
    """The load has ended; AssertionError or TimeoutError says what is wrong."""
    log = await read_log(site.mongodb_uri)
    assert violations(log) == []
    assert lost_or_moved(log, load.accepted) == []
    assert load.spoke_after == []
    assert {answer.refusal for answer in load.refused} <= EXPECTED_REFUSALS
    newest = {one: len(events) for one, events in log.items()}
    assert await first_appearances(site.kafka_servers, newest, CATCH_UP_SECONDS) == {one: list(range(1, last + 1)) for one, last in newest.items()}
    await _assert_list_has_all(watcher, newest)
    for follower in followers:
        await _assert_browser_has_all(follower, log)
    await _assert_figures(watcher, log)


async def _assert_list_has_all(watcher: Browser, newest: Mapping[str, int]) -> None:
    async def lacking() -> dict[str, int]:
        rows = {row["conversation_id"]: row["seq"] for row in (await all_rows(watcher))[0]}
        return {one: seq for one, seq in newest.items() if rows.get(one) != seq}

    async def complete() -> bool:
        return not await lacking()

    await wait_until(complete, CATCH_UP_SECONDS, what="the list has every conversation's newest event", interval_seconds=0.5)


async def _assert_browser_has_all(follower: Follower, log: Log) -> None:
    newest = {one: len(events) for one, events in log.items()}

    def caught_up() -> bool:
        follower.check()
        rows = all(follower.rows.get(one, {}).get("seq") == seq for one, seq in newest.items())
        return rows and all(follower.last_seq(one) == newest[one] for one in follower.chats)

    await wait_until(caught_up, CATCH_UP_SECONDS, what=f"a browser catches up: {follower.counts}", interval_seconds=0.1)
    for one, chat in follower.chats.items():
        assert [(event["seq"], event["type"], event["command_id"]) for event in chat] == [(event["s"], event["t"], event["cmd"]) for event in log[one]]
    fetched, _ = await all_rows(follower.browser)
    assert {row["conversation_id"] for row in fetched} == set(follower.rows)
    assert {row["conversation_id"]: found for row in fetched if (found := differing(row, follower.rows[row["conversation_id"]]))} == {}


def differing(fetched: Json, held: Json) -> Json:
    """Return the fields in which the row of the list and the row made of patches differ: what was fetched and what is held."""
    one, other = shown(fetched), shown(held)
    return {name: (one.get(name), other.get(name)) for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def shown(row: Json) -> Json:
    """Return what a row and the patches it came from have to agree on."""
    return {name: value for name, value in row.items() if name not in NOT_COMPARED}


async def _assert_figures(watcher: Browser, log: Log) -> None:
    """The figures are those of a run without a fault: what the log itself counts to, by plain looking."""
    now = datetime.now(UTC)
    period = {"from": (now - timedelta(days=1)).isoformat(), "to": (now + timedelta(days=1)).isoformat()}
    takeovers, held, written, responses = _counted(log)

    async def figures() -> Json:
        return await patiently(lambda: watcher.get("/api/analytics/figures", **period))

    async def counted() -> bool:
        return bool((await figures())["team"]["takeovers"]["total"] >= sum(takeovers.values()))

    await wait_until(counted, CATCH_UP_SECONDS, what=f"figures of {sum(takeovers.values())} takeovers", interval_seconds=0.5)
    answer = await figures()
    team = answer["team"]
    assert team["takeovers"]["total"] == sum(takeovers.values())
    assert (team["conversations"], team["conversations_with_message"], team["response_time"]["n"]) == (held, written, responses)
    assert {agent["agent_id"]: agent["figures"]["takeovers"]["total"] for agent in answer["agents"]} == takeovers


def _counted(log: Log) -> tuple[Counter[str], int, int, int]:
    """Return takeovers by agent, conversations held and written in, and answers that ended a wait; the load takes over from the AI alone."""
    takeovers = Counter(event["actor"]["id"] for events in log.values() for event in events if event["t"] == "taken_over")
    held = sum(any(event["t"] == "taken_over" for event in events) for events in log.values())
    written = sum(any(event["t"] == "human_message" for event in events) for events in log.values())
    return takeovers, held, written, sum(_answers(events) for events in log.values())


def _answers(events: Sequence[Mapping[str, Any]]) -> int:
    count, waits = 0, False
    for event in events:
        if event["t"] == "user_message":
            waits = True
        elif event["t"] == "human_message":
            count += waits
            waits = False
    return count
