"""The relay, on a real database and a real broker."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from baton.conversation.v1 import event_pb2
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.clock import SystemClock
from servicekit.kafka import TopicReader

from services.conversation.adapters.change_tail import ChangeTail
from services.conversation.adapters.lease import Lease, RoleRunner
from services.conversation.adapters.relay import Relay
from services.conversation.tests.conftest import until
from services.conversation.tests.logbook import Log, wander, write
from tests.harness.proxy import DROPPED_SOCKETS

Document = dict[str, Any]

# Roles are ended by cancellation, wherever they are.
pytestmark = [pytest.mark.usefixtures("long_term"), DROPPED_SOCKETS]


class Topic:
    """What a consumer of the topic has seen so far."""

    def __init__(self) -> None:
        self.events: dict[str, list[int]] = defaultdict(list)
        self.cluster_times: dict[tuple[str, int], int] = {}
        self.heartbeats: set[int] = set()

    def highest_in_order(self) -> dict[str, list[int]]:
        """Per conversation, the seqs that a consumer keeps which drops what is not newer."""
        kept: dict[str, list[int]] = {}
        for conversation_id, seqs in self.events.items():
            mine = kept.setdefault(conversation_id, [])
            mine.extend(seq for index, seq in enumerate(seqs) if seq > max(seqs[:index], default=0))
        return kept

    async def read(self, kafka: str, topic: str) -> None:
        reader = TopicReader(kafka, topic, "test")
        await reader.start()
        try:
            reader.seek(dict.fromkeys(reader.partitions, 0))
            async for batch in reader.batches():
                for record in batch:
                    value = event_pb2.EventRecord.FromString(record.value)
                    if value.HasField("heartbeat"):
                        self.heartbeats.add(record.partition)
                        continue
                    assert record.key.decode() == value.event.conversation_id
                    self.events[value.event.conversation_id].append(value.event.seq)
                    self.cluster_times[value.event.conversation_id, value.event.seq] = value.cluster_time
        finally:
            await reader.stop()


@asynccontextmanager
async def consumer(kafka: str, topic: str) -> AsyncIterator[Topic]:
    seen = Topic()
    reading = asyncio.create_task(seen.read(kafka, topic))
    yield seen
    reading.cancel()
    await asyncio.wait([reading])


@asynccontextmanager
async def relay(db: AsyncDatabase[Document], kafka: str, topic: str) -> AsyncIterator[None]:
    role = RoleRunner(Lease(db, "relay"), Relay(ChangeTail(db, wait_seconds=0.2), kafka, topic, SystemClock()).run)
    running = asyncio.create_task(role.run())
    yield
    running.cancel()
    await asyncio.wait([running])


def seqs(*logs: Log) -> dict[str, list[int]]:
    return {log.id: [event.seq for event in log.events] for log in logs}


async def write_interleaved(db: AsyncDatabase[Document], logs: list[Log], rng: random.Random, skip: int = 0) -> None:
    """Write the logs as they would come: each in order, mixed with the others, several in one insert."""
    waiting = [list(log.events[skip:]) for log in logs]
    while waiting := [events for events in waiting if events]:
        chosen = rng.sample(waiting, min(len(waiting), rng.randint(1, 8)))
        await write(db, *[events.pop(0) for events in chosen])


def make_logs(count: int, rng: random.Random, steps: int = 12) -> list[Log]:
    logs = [Log() for _ in range(count)]
    for log in logs:
        wander(log, steps, rng)
    return logs


async def stored_cluster_time(db: AsyncDatabase[Document]) -> int:
    lease = await db["leases"].find_one({"_id": "relay"})
    position = (lease or {}).get("position")
    return int(position["cluster_time"]) if position else 0


async def test_events_reach_the_topic_in_order_with_their_cluster_time_and_every_partition_gets_a_heartbeat(
    db: AsyncDatabase[Document], kafka: str, topic: str
) -> None:
    rng = random.Random(1)
    logs = make_logs(30, rng)
    async with consumer(kafka, topic) as seen, relay(db, kafka, topic):
        await write_interleaved(db, logs, rng)
        await until(lambda: seen.highest_in_order() == seqs(*logs), "all events are on the topic")
        await until(lambda: seen.heartbeats == {0, 1, 2}, "every partition got a heartbeat")
        for log in logs:
            times = [seen.cluster_times[log.id, event.seq] for event in log.events]
            assert times == sorted(times)
            assert all(time > 0 for time in times)


async def test_a_relay_that_takes_over_goes_on_where_the_former_one_stored(db: AsyncDatabase[Document], kafka: str, topic: str) -> None:
    rng = random.Random(2)
    first, second = make_logs(10, rng), make_logs(10, rng)
    async with consumer(kafka, topic) as seen:
        async with relay(db, kafka, topic):
            # A relay without a position reads the log first, and what is written meanwhile comes twice.
            await until(is_newer(db, 1), "the relay follows")
            await write_interleaved(db, first, rng)
            await until(lambda: seen.highest_in_order() == seqs(*first), "the first relay has sent all")
            before = await stored_cluster_time(db)
            await until(is_newer(db, max(before, *seen.cluster_times.values())), "the position covers what was sent")
        sent = {key: list(seen.events[key]) for key in seqs(*first)}
        await write_interleaved(db, second, rng)
        async with relay(db, kafka, topic):
            await until(lambda: seen.highest_in_order() == seqs(*first, *second), "the second relay has sent the rest")
        assert {key: seen.events[key] for key in sent} == sent, "what was acknowledged and stored is not sent again"


async def test_a_position_that_the_oplog_no_longer_holds_is_healed_by_reading_the_log(db: AsyncDatabase[Document], kafka: str, topic: str) -> None:
    rng = random.Random(3)
    logs = make_logs(20, rng)
    async with consumer(kafka, topic) as seen:
        async with relay(db, kafka, topic):
            await write(db, *[log.events[0] for log in logs])
            await until(lambda: len(seen.events) == len(logs), "the beginnings are on the topic")
            await until(is_newer(db, max(seen.cluster_times.values())), "the position is stored")
        await write_interleaved(db, logs, rng, skip=1)
        await lose_position(db, "relay")
        async with relay(db, kafka, topic):
            await until(lambda: seen.highest_in_order() == seqs(*logs), "nothing is missing")
            assert all(seen.events[log.id].count(1) > 1 for log in logs), "the log was read again, from an hour before"
            late = Log()
            await write(db, *late.events)
            await until(lambda: late.id in seen.events, "the relay follows again")


async def test_without_any_position_the_whole_log_is_published(db: AsyncDatabase[Document], kafka: str, topic: str) -> None:
    rng = random.Random(4)
    logs = make_logs(50, rng, steps=30)
    await write_interleaved(db, logs, rng)
    async with consumer(kafka, topic) as seen, relay(db, kafka, topic):
        await until(lambda: seen.highest_in_order() == seqs(*logs), "the whole log is on the topic")


async def lose_position(db: AsyncDatabase[Document], role: str) -> None:
    """Let the stored token name a change that never was: to the server the same as an oplog that rolled over, or was another's before a restore."""
    lease = await db["leases"].find_one({"_id": role})
    assert lease
    lost = f"82{lease['position']['cluster_time']:016X}2B022C0100296E5A1004{'00' * 16}461E5F6964002B020004"
    await db["leases"].update_one({"_id": role}, {"$set": {"position.token": {"_data": lost}}})


def is_newer(db: AsyncDatabase[Document], than: int) -> Callable[[], Awaitable[bool]]:
    async def check() -> bool:
        return await stored_cluster_time(db) >= than

    return check
