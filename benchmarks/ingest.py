"""How many events of the topic one process of analytics turns into facts per second: from the record to the commit, by the service's own consumer.

BATON_BENCH_EVENTS says how many are on the topic.
"""

import asyncio
import os
import random
import time
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from baton.conversation.v1 import event_pb2
from pymongo import AsyncMongoClient
from servicekit.clock import SystemClock
from servicekit.kafka import GroupConsumer, Handle, Record, make_producer

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.adapters.mongo_store import MongoFactStore
from services.analytics.entrypoints.events_consumer import DEAD_LETTER_TOPIC, EventsConsumer
from services.analytics.tests.fakes import FakeLog
from services.analytics.tests.histories import AGENTS, BOTS, History
from services.analytics.use_cases.record_events import RecordEvents
from tests.harness.site import Site
from tests.harness.topics import new_topic

EVENTS = int(os.environ.get("BATON_BENCH_EVENTS", "60000"))
PARTITIONS = 6
# Conversations that go on at the same time.
ABREAST = 200
DATABASE = "baton_bench_ingest"


def usual_conversation(chance: random.Random) -> list[event_pb2.Event]:
    """Return a usual one: asked, taken over, two answers, resolved. Nine events, fifteen facts."""
    history = History(str(uuid.uuid4()), bot=chance.choice(BOTS))

    def later() -> History:
        return history.later(chance.randrange(1_000, 120_000))

    later().user()
    later().ai()
    later().request(reason="refund")
    later().take_over(chance.choice(AGENTS))
    later().write()
    later().user()
    later().write()
    later().close()
    return history.events


def _interleaved() -> Iterator[event_pb2.Event]:
    chance, made = random.Random(5), 0
    under_way: list[Iterator[event_pb2.Event]] = []
    while made < EVENTS:
        while len(under_way) < ABREAST:
            under_way.append(iter(usual_conversation(chance)))
        each = chance.choice(under_way)
        event = next(each, None)
        if event is None:
            under_way.remove(each)
            continue
        made += 1
        yield event


async def row(site: Site) -> str:
    """Return the table's row."""
    topic = await new_topic(site.kafka_servers, PARTITIONS)
    producer = make_producer(site.kafka_servers, "bench")
    await producer.start()
    try:
        for event in _interleaved():
            await producer.send(topic, event_pb2.EventRecord(event=event).SerializeToString(), event.conversation_id.encode())
        await producer.flush()
    finally:
        await producer.stop()
    async with AsyncMongoClient[dict[str, Any]](site.mongodb_uri, tz_aware=True) as client:
        store = MongoFactStore(client[DATABASE])
        await store.migrate()
        try:
            took, batches = await _consumed(site.kafka_servers, topic, EventsConsumer(RecordEvents(store, FakeLog()), to_logged_event, SystemClock()))
        finally:
            await client.drop_database(DATABASE)
    return f"| consumed from the topic by one process | {EVENTS:,} events in {batches} batches, {EVENTS / took:,.0f} events/s |"


async def _consumed(servers: str, topic: str, handle: Handle) -> tuple[float, int]:
    """Return the seconds from the first record to the last one's commit, and how many batches that were."""
    began, handled, batches = 0.0, 0, 0
    over = asyncio.Event()

    async def counting(records: Sequence[Record]) -> None:
        nonlocal began, handled, batches
        began = began or time.perf_counter()
        await handle(records)
        handled += len(records)
        batches += 1
        if handled >= EVENTS:
            over.set()

    consuming = asyncio.create_task(GroupConsumer(servers, topic, f"bench of {topic}", counting, DEAD_LETTER_TOPIC).run())
    await over.wait()
    took = time.perf_counter() - began
    consuming.cancel()
    await asyncio.wait([consuming])
    return took, batches
