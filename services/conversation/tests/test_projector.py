"""The projector and the list's promise to those who join, on a real database and a real broker."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.clock import SystemClock

from services.conversation.adapters import event_document
from services.conversation.adapters.change_tail import Batch, Change, ChangeTail
from services.conversation.adapters.lease import Lease, RoleRunner
from services.conversation.adapters.list_indexes import ensure_view_indexes
from services.conversation.adapters.mongo_list import MongoList
from services.conversation.adapters.projector import Projector
from services.conversation.adapters.row_document import patch_of
from services.conversation.domain.list_query import ListQuery, ListSort
from services.conversation.tests.conftest import until
from services.conversation.tests.logbook import Log, wander, write
from services.conversation.tests.test_relay import consumer, is_newer, lose_position, make_logs, relay, write_interleaved
from tests.harness.proxy import DROPPED_SOCKETS

Document = dict[str, Any]

# Roles are ended by cancellation, wherever they are.
pytestmark = [pytest.mark.usefixtures("long_term"), DROPPED_SOCKETS]

SHOWN = 60


@asynccontextmanager
async def projector(db: AsyncDatabase[Document]) -> AsyncIterator[None]:
    role = RoleRunner(Lease(db, "projector"), Projector(db, ChangeTail(db, wait_seconds=0.2), SystemClock()).run)
    running = asyncio.create_task(role.run())
    yield
    running.cancel()
    await asyncio.wait([running])


def expected_row(log: Log) -> Document:
    row: Document = {"_id": log.id}
    for event in log.events:
        row |= patch_of(event)
    return row


async def rows(db: AsyncDatabase[Document]) -> dict[str, Document]:
    return {row["_id"]: row async for row in db["conversations"].find({})}


async def wait_for_rows(db: AsyncDatabase[Document], logs: list[Log]) -> None:
    async def complete() -> bool:
        found = await rows(db)
        return all(found.get(log.id, {}).get("s") == len(log.events) for log in logs)

    await until(complete, "every row shows its newest event")


async def test_rows_are_what_the_events_say_while_they_come_and_when_rebuilt(db: AsyncDatabase[Document]) -> None:
    rng = random.Random(5)
    logs = make_logs(60, rng, steps=20)
    async with projector(db):
        await write_interleaved(db, logs, rng)
        await wait_for_rows(db, logs)
        live = await rows(db)
    assert live == {log.id: expected_row(log) for log in logs}
    await db["conversations"].delete_many({})
    async with projector(db):
        await wait_for_rows(db, logs)
        assert await rows(db) == live


async def test_a_lost_position_is_healed_and_no_row_goes_back(db: AsyncDatabase[Document]) -> None:
    rng = random.Random(6)
    logs = make_logs(20, rng)
    async with projector(db):
        await write(db, *[log.events[0] for log in logs])
        await until(lambda: _projected(db, len(logs)), "the beginnings are projected")
    await write_interleaved(db, logs, rng, skip=1)
    await lose_position(db, "projector")
    async with projector(db):
        await wait_for_rows(db, logs)
    assert await rows(db) == {log.id: expected_row(log) for log in logs}


async def test_an_older_event_never_overwrites_a_newer_row(db: AsyncDatabase[Document]) -> None:
    log = Log()
    wander(log, 10, random.Random(7))
    newest = expected_row(log)
    await db["conversations"].insert_one(newest)
    async with projector(db):
        await write(db, *log.events)
        fence = Log()
        await write(db, *fence.events)
        await wait_for_rows(db, [fence])
    assert (await rows(db))[log.id] == newest


async def test_the_position_moves_on_without_any_traffic(db: AsyncDatabase[Document]) -> None:
    log = Log()
    async with projector(db):
        await write(db, *log.events)
        await wait_for_rows(db, [log])
        tail = ChangeTail(db)
        now = await tail.operation_time()

        async def passed() -> bool:
            lease = await db["leases"].find_one({"_id": "projector"})
            return bool(lease and lease["position"] and lease["position"]["cluster_time"] > now)

        await until(passed, "the projector states a later time than the last event's")


async def test_whoever_joins_the_list_misses_no_conversation(db: AsyncDatabase[Document], kafka: str, topic: str) -> None:
    await ensure_view_indexes(db)
    conversations = MongoList(db)
    started: list[str] = []
    snapshots: list[tuple[int, set[str]]] = []

    async def start_some(stop: asyncio.Event) -> None:
        while not stop.is_set():
            log = Log()
            await write(db, *log.events)
            started.append(log.id)
            await asyncio.sleep(0.003)

    async with consumer(kafka, topic) as seen, relay(db, kafka, topic), projector(db):
        await write(db, *Log().events)
        await until(lambda: _projected(db, 1), "the list is there")
        # A record of the relay's first replay carries an upper bound of its time, by which the newest could not be told.
        await until(is_newer(db, 1), "the relay follows")
        stop = asyncio.Event()
        starting = asyncio.create_task(start_some(stop))
        for _ in range(500):
            page = await conversations.page(ListQuery("ws-1", "agent-budi", sort=ListSort.NEWEST, size=SHOWN))
            snapshots.append((page.projected_at, {row.conversation_id for row in page.rows}))
        stop.set()
        await starting

        await until(lambda: all((conversation_id, 1) in seen.cluster_times for conversation_id in started), "all that started is on the topic")
    in_order = sorted((cluster_time, conversation_id) for (conversation_id, _), cluster_time in seen.cluster_times.items())
    checked = [_owed(in_order, projected_at, shown) for projected_at, shown in snapshots]
    missed = [owed - shown for owed, (_, shown) in zip(checked, snapshots, strict=True) if not owed <= shown]
    assert not missed
    assert len(started) > 100
    assert len({projected_at for projected_at, _ in snapshots}) > 3, "the snapshots were taken while the list moved"
    assert sum(map(bool, checked)) > len(snapshots) // 2, "most snapshots owed something"


def _owed(in_order: list[tuple[int, str]], projected_at: int, shown: set[str]) -> set[str]:
    """Return what a page of the newest must hold: of what the snapshot says it has, and so will not be replayed, all that is not older than its last row.

    The rows may be newer than the snapshot says, and push older ones to the next page: how many depends on how quickly conversations start.
    """
    last = next(place for place, (_, conversation_id) in enumerate(in_order) if conversation_id in shown) if len(shown) == SHOWN else 0
    return {conversation_id for cluster_time, conversation_id in in_order[last:] if cluster_time <= projected_at}


async def _projected(db: AsyncDatabase[Document], count: int) -> bool:
    lease = await db["leases"].find_one({"_id": "projector"})
    return await db["conversations"].count_documents({}) >= count and bool(lease and lease.get("position"))


async def test_of_two_holders_that_make_a_row_at_once_the_newer_stays(mongodb: str, db: AsyncDatabase[Document]) -> None:
    async with AsyncMongoClient[Document](mongodb, tz_aware=True) as client:
        former, present = (Projector(database, ChangeTail(database), SystemClock()) for database in (client[db.name], db))
        # In a few of them the two meet.
        for _ in range(12):
            logs = [Log() for _ in range(500)]
            for log in logs:
                log.user()
            events = [[event_document.to_document(event) for event in log.events] for log in logs]
            beginnings = Batch([Change(1, of_one[0]) for of_one in events], None)
            whole = Batch([Change(1, document) for of_one in events for document in of_one], None)
            await asyncio.gather(former._apply(beginnings), present._apply(whole))
            found = await rows(db)
            assert [found[log.id]["s"] for log in logs] == [len(log.events) for log in logs]
