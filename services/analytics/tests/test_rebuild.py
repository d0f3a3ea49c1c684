"""Counting again from the log: the same figures, whatever comes meanwhile, and whatever breaks off."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from servicekit.errors import PreconditionError, UnavailableError

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.adapters.mongo_recount import NEVER, MongoRecounting
from services.analytics.adapters.mongo_store import SERVED, MongoFactStore
from services.analytics.domain.events import LoggedEvent
from services.analytics.domain.sheets import Sheet
from services.analytics.domain.spans import Period
from services.analytics.ports import LostLeaseError, Scope
from services.analytics.tests.fakes import FakeFactStore, FakeLog
from services.analytics.tests.histories import WORKSPACE
from services.analytics.tests.test_fact_store import MOMENT, busy_year
from services.analytics.use_cases.rebuild import Rebuild
from services.analytics.use_cases.record_events import RecordEvents

YEARS = Period(MOMENT - timedelta(days=1), MOMENT + timedelta(days=3_000))


@dataclass
class GrowingLog(FakeLog):
    """A log that is written and counted on while it is read."""

    record: RecordEvents | None = None
    still_to_come: list[LoggedEvent] = field(default_factory=list)
    fail_at: int = -1

    async def all_events(self) -> AsyncIterator[list[LoggedEvent]]:
        number = 0
        async for page in super().all_events():
            number += 1
            if number == self.fail_at:
                raise UnavailableError("the log is away")
            await self.grow()
            yield page

    async def grow(self) -> None:
        if self.still_to_come and self.record is not None:
            event = self.still_to_come.pop(0)
            self.events = [*self.events, event]
            await self.record([event])


@pytest.fixture
async def store(mongodb: str, database: str) -> AsyncIterator[MongoFactStore]:
    async with AsyncMongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        store = MongoFactStore(client[database])
        await store.migrate()
        yield store


def in_order_of_time(seed: int) -> list[LoggedEvent]:
    return sorted((to_logged_event(event) for history in busy_year(seed)[:12] for event in history.events), key=lambda event: (event.at, event.seq))


async def whole(store: MongoFactStore | FakeFactStore) -> Sheet:
    return await store.sheet(Scope(WORKSPACE), YEARS, with_open_phases=True)


async def from_scratch(events: Sequence[LoggedEvent]) -> Sheet:
    fake = FakeFactStore()
    await RecordEvents(fake, FakeLog())(events)
    return await whole(fake)


async def test_figures_are_the_same_before_and_after_and_what_came_meanwhile_is_in_them(store: MongoFactStore) -> None:
    events = in_order_of_time(1)
    half = len(events) // 2
    log = GrowingLog(events[:half], still_to_come=list(events[half:]))
    log.record = RecordEvents(store, log)
    await log.record(events[:half])
    rebuild = Rebuild(MongoRecounting(store), log)
    await rebuild.begin()
    await rebuild.run()
    while log.still_to_come:
        await log.grow()
    assert await store.switches() == 2
    assert await whole(store) == await from_scratch(events)
    # And again, with nothing new.
    again = Rebuild(MongoRecounting(store), log)
    await again.begin()
    await again.run()
    assert await whole(store) == await from_scratch(events)


async def test_one_that_fails_leaves_everything_as_it_was(store: MongoFactStore) -> None:
    events = in_order_of_time(2)
    log = GrowingLog(events, fail_at=20)
    await RecordEvents(store, log)(events)
    before = await whole(store)
    rebuild = Rebuild(MongoRecounting(store), log)
    await rebuild.begin()
    with pytest.raises(PreconditionError, match="again already"):
        await Rebuild(MongoRecounting(store), log).begin()
    with pytest.raises(UnavailableError):
        await rebuild.run()
    assert (await store.switches(), await whole(store)) == (1, before)
    log.fail_at = -1
    rebuild = Rebuild(MongoRecounting(store), log)
    await rebuild.begin()
    await rebuild.run()
    assert await whole(store) == before


async def test_repeats_in_any_order_by_several_processes_change_nothing(store: MongoFactStore) -> None:
    chance, events = Random(3), in_order_of_time(3)
    log = FakeLog(events)

    async def one_process(seed: int) -> None:
        shuffled = [*events, *events]
        Random(seed).shuffle(shuffled)
        record = RecordEvents(store, log)
        for start in range(0, len(shuffled), 50):
            await record(shuffled[start : start + 50])

    await asyncio.gather(*(one_process(chance.randrange(1_000)) for _ in range(3)))
    expected = await from_scratch(events)
    assert await whole(store) == expected
    while await store.count_stale(YEARS.end):
        pass
    assert await whole(store) == expected


@dataclass
class HeldLog(FakeLog):
    """A log that gives its first page and then waits."""

    page_given: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def all_events(self) -> AsyncIterator[list[LoggedEvent]]:
        async for page in super().all_events():
            yield page
            self.page_given.set()
            await self.go_on.wait()


async def overtaken(store: MongoFactStore, events: list[LoggedEvent], renewed_every: float) -> "tuple[asyncio.Task[int], HeldLog]":
    """A rebuild that slept over its lease in the middle, and what another has counted meanwhile is served."""
    log = HeldLog(events)
    slow = Rebuild(MongoRecounting(store), log, renewed_every)
    await slow.begin()
    running = asyncio.create_task(slow.run())
    await log.page_given.wait()
    # The lease runs out and is taken in one moment: the slow one cannot renew in between.
    await store.counts.update_one({"_id": SERVED}, {"$set": {"recount.renewed": NEVER, "recount.holder": "who slept"}})
    other = Rebuild(MongoRecounting(store), FakeLog(events))
    await other.begin()
    await other.run()
    return running, log


async def test_who_slept_over_the_lease_switches_to_nothing_and_drops_nothing(store: MongoFactStore) -> None:
    events = in_order_of_time(4)
    running, log = await overtaken(store, events, renewed_every=1_000)
    served = await store.switches()
    log.go_on.set()
    with pytest.raises(LostLeaseError):
        await running
    assert (served, await store.switches()) == (3, 3)
    assert await whole(store) == await from_scratch(events)


async def test_who_lost_the_lease_stops_counting(store: MongoFactStore) -> None:
    events = in_order_of_time(5)
    running, _ = await overtaken(store, events, renewed_every=0.01)
    with pytest.raises(LostLeaseError):
        await running
    assert await whole(store) == await from_scratch(events)


async def test_a_log_is_uncounted_until_it_was_counted_to_its_end(store: MongoFactStore) -> None:
    events = in_order_of_time(6)
    failing = Rebuild(MongoRecounting(store), GrowingLog(events, fail_at=2))
    await failing.begin()
    with pytest.raises(UnavailableError):
        await failing.run()
    await store.migrate()
    assert await store.is_uncounted()
    rebuild = Rebuild(MongoRecounting(store), FakeLog(events))
    await rebuild.begin()
    await rebuild.run()
    await store.migrate()
    assert not await store.is_uncounted()
