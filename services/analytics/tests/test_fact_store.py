"""The FactStore port's suite: what holds for MongoDB holds for the fake."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from servicekit.errors import UnavailableError

from services.analytics.adapters.mongo_facts import MongoFactStore
from services.analytics.domain.events import Cause, Control, Holder
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.figures import Period, Tally
from services.analytics.domain.phases import Phase
from services.analytics.ports import FactStore
from services.analytics.tests.fakes import FakeFactStore

MOMENT = datetime(2026, 3, 29, 1, 0, 0, 123_000, tzinfo=UTC)
PERIOD = Period(MOMENT, MOMENT + timedelta(hours=1))
PHASE = Phase("w", "c", 3, Control(Holder.HUMAN, "ana"), MOMENT, MOMENT + timedelta(seconds=1))
RESPONSE = Fact("w", "c", 3, FactKind.RESPONSE, "ana", MOMENT, lasted=timedelta(milliseconds=1_500))
TAKEOVER = Fact("w", "c", 2, FactKind.TAKEOVER, "ana", MOMENT, cause=Cause.AI_REQUEST)


@pytest.fixture(params=["fake", "mongodb"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[FactStore]:
    if request.param == "fake":
        yield FakeFactStore()
        return
    uri, database = request.getfixturevalue("mongodb"), request.getfixturevalue("database")
    async with AsyncMongoClient[dict[str, Any]](uri, tz_aware=True) as client:
        mongo = MongoFactStore(client[database])
        await mongo.migrate()
        await mongo.migrate()
        yield mongo


async def test_phases_come_back_as_they_were(store: FactStore) -> None:
    queue = Phase("w", "q", 1, Control(Holder.QUEUE, queue_cause=Cause.RETURNED), MOMENT)
    await store.record([], [PHASE, queue])
    assert await store.phases(["c", "q", "unknown"]) == {"c": PHASE, "q": queue}


async def test_a_phase_never_goes_back(store: FactStore) -> None:
    older, newer = replace(PHASE, seq=2), replace(PHASE, seq=4, control=Control(Holder.AI))
    await store.record([], [PHASE])
    await store.record([], [older])
    assert (await store.phases(["c"]))["c"] == PHASE
    await store.record([], [newer])
    assert (await store.phases(["c"]))["c"] == newer


async def test_a_fact_recorded_twice_counts_once(store: FactStore) -> None:
    await store.record([RESPONSE, TAKEOVER], [PHASE])
    await store.record([RESPONSE, TAKEOVER, replace(TAKEOVER, agent_id="budi")], [PHASE])
    tally = await store.tally("w", PERIOD, with_open_phases=False)
    assert tally.counts == {("ana", FactKind.TAKEOVER, Cause.AI_REQUEST): 1, ("budi", FactKind.TAKEOVER, Cause.AI_REQUEST): 1}
    assert tally.responses == {"ana": {timedelta(milliseconds=1_500): 1}}


async def test_a_period_takes_its_first_moment_and_leaves_its_last(store: FactStore) -> None:
    edges = [PERIOD.start - timedelta(milliseconds=1), PERIOD.start, PERIOD.end - timedelta(milliseconds=1), PERIOD.end]
    await store.record([replace(TAKEOVER, seq=number, at=at) for number, at in enumerate(edges)], [])
    assert sum((await store.tally("w", PERIOD, with_open_phases=False)).counts.values()) == 2


async def test_nothing_crosses_workspaces(store: FactStore) -> None:
    await store.record([RESPONSE, TAKEOVER, replace(TAKEOVER, kind=FactKind.HUMAN_PHASE)], [PHASE])
    assert await store.tally("other", PERIOD, with_open_phases=True) == Tally()


async def test_equal_response_times_are_counted_together_and_conversations_once(store: FactStore) -> None:
    facts = [replace(RESPONSE, seq=seq) for seq in (3, 5, 7)]
    facts += [replace(fact, kind=FactKind.MESSAGE, lasted=None) for fact in facts]
    facts += [replace(RESPONSE, seq=9, kind=FactKind.HUMAN_PHASE), replace(RESPONSE, seq=9, kind=FactKind.HUMAN_PHASE, conversation_id="d")]
    await store.record(facts, [])
    tally = await store.tally("w", PERIOD, with_open_phases=False)
    assert tally.responses == {"ana": {timedelta(milliseconds=1_500): 3}}
    assert tally.written == {("ana", "c")}
    assert tally.held == {("ana", "c"), ("ana", "d")}


async def test_open_phases_count_as_held_on_demand(store: FactStore) -> None:
    await store.record([], [PHASE, replace(PHASE, conversation_id="d", control=Control(Holder.AI))])
    assert (await store.tally("w", PERIOD, with_open_phases=False)).held == set()
    assert (await store.tally("w", PERIOD, with_open_phases=True)).held == {("ana", "c")}


async def test_a_database_that_does_not_answer_is_said_so() -> None:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient("mongodb://127.0.0.1:1/?directConnection=true", connect=False)
    await client.close()
    with pytest.raises(UnavailableError):
        await MongoFactStore(client["none"]).record([RESPONSE], [PHASE])
