"""The relay: every event of the log onto the topic, in order per conversation, at least once; a heartbeat so that silence means stale.

Sends are pipelined: the change stream is read while the broker's acknowledgements are under way, and the position is stored only after the
acknowledgement of everything before it. Any failure abandons the producer and begins again at the stored position: an idempotent producer that lost a
batch could no longer promise the order of what comes after.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from baton.conversation.v1 import event_pb2
from servicekit import tracing
from servicekit.clock import Clock
from servicekit.kafka import abandon, make_producer
from servicekit.kafka_brokers import Servers
from servicekit.logs import get_logger

from services.conversation.adapters import event_document, event_proto
from services.conversation.adapters.change_tail import Batch, ChangeTail, Position
from services.conversation.adapters.lease import Lease
from services.conversation.domain.events import Event
from services.conversation.metrics import RELAY_LAG

logger = get_logger(__name__)

ROLE = "relay"
STORE_SECONDS = 0.25
# Without traffic the position still moves on, but storing it is traffic of its own.
STORE_IDLE_SECONDS = 1.0
HEARTBEAT_SECONDS = 2.0
RETRY_SECONDS = 0.5
# Batches that are sent and not yet acknowledged; with the tail's batch size it bounds memory and repeats.
UNACKNOWLEDGED_BATCHES = 20

Acknowledgements = list["asyncio.Future[Any]"]


class Relay:
    """The work of the role `relay`."""

    def __init__(self, tail: ChangeTail, servers: Servers, topic: str, clock: Clock) -> None:
        """Nothing connects before `run`."""
        self._tail = tail
        self._servers = servers
        self._topic = topic
        self._clock = clock
        # The `at` of the oldest event that is read and not acknowledged.
        self._behind_since: float | None = None
        RELAY_LAG.set_function(self._lag)

    def _lag(self) -> float:
        behind = self._behind_since
        return 0.0 if behind is None else max(0.0, self._clock.now().timestamp() - behind)

    async def run(self, lease: Lease) -> None:
        """Relay until cancelled or the lease is lost; while Kafka is away try again, and then catch up."""
        try:
            while True:
                try:
                    await self._session(lease)
                except (KafkaError, OSError) as error:
                    logger.warning("Kafka cannot be reached, trying again", error=type(error).__name__)
                    await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._behind_since = None

    async def _session(self, lease: Lease) -> None:
        """One producer's life, which ends by an error or by cancellation."""
        producer = make_producer(self._servers, "conversation-relay")
        under_way: asyncio.Queue[tuple[Batch, Acknowledgements]] = asyncio.Queue(UNACKNOWLEDGED_BATCHES)
        try:
            try:
                await producer.start()
            except KafkaError:
                self._behind_since = self._behind_since or self._clock.now().timestamp()
                raise
            stored = Position.from_document(await lease.position())
            await _first_to_fail(self._send(producer, stored, under_way), self._confirm(lease, under_way), self._beat(producer))
        finally:
            while not under_way.empty():
                _forget(under_way.get_nowait()[1])
            await abandon(producer)

    async def _send(self, producer: AIOKafkaProducer, stored: Position | None, under_way: "asyncio.Queue[tuple[Batch, Acknowledgements]]") -> None:
        newest = 0
        async with aclosing(self._tail.changes(stored)) as batches:
            async for batch in batches:
                acknowledgements: Acknowledgements = []
                try:
                    for change in batch.changes:
                        event = event_document.to_event(change.document)
                        self._behind_since = self._behind_since or event.at.timestamp()
                        # Records carry an upper bound that never falls, also where a replay ends and the stream goes on.
                        newest = max(newest, change.cluster_time)
                        value = encode(newest, event)
                        # From the append to here: what the change stream took.
                        trace = tracing.passed("relay", change.document.get(event_document.TRACE, ""), event.at.timestamp(), "producer")
                        headers = [(tracing.HEADER, trace.encode())] if trace else None
                        acknowledgements.append(await producer.send(self._topic, value, event.conversation_id.encode(), headers=headers))
                    await under_way.put((batch, acknowledgements))
                except BaseException:
                    _forget(acknowledgements)
                    raise

    async def _confirm(self, lease: Lease, under_way: "asyncio.Queue[tuple[Batch, Acknowledgements]]") -> None:
        loop = asyncio.get_running_loop()
        next_store = 0.0
        unstored: Position | None = None
        busy = False
        while True:
            batch: Batch | None = None
            try:
                async with asyncio.timeout(STORE_SECONDS):
                    batch, acknowledgements = await under_way.get()
            except TimeoutError:
                acknowledgements = []
            if acknowledgements:
                await asyncio.gather(*acknowledgements)
                busy = True
            if batch is not None:
                unstored = batch.position or unstored
            if under_way.empty():
                self._behind_since = None
            if unstored is not None and loop.time() >= next_store:
                await lease.store(unstored.to_document())
                unstored = None
                next_store = loop.time() + (STORE_SECONDS if busy else STORE_IDLE_SECONDS)
                busy = False

    async def _beat(self, producer: AIOKafkaProducer) -> None:
        partitions = sorted(await producer.partitions_for(self._topic))
        while True:
            record = event_pb2.EventRecord()
            record.heartbeat.at.FromDatetime(self._clock.now())
            value = record.SerializeToString()
            await asyncio.gather(*[await producer.send(self._topic, value, partition=number) for number in partitions])
            await asyncio.sleep(HEARTBEAT_SECONDS)


def encode(cluster_time: int, event: Event) -> bytes:
    """Return the record's value for one event."""
    return event_pb2.EventRecord(cluster_time=cluster_time, event=event_proto.to_proto(event)).SerializeToString()


def _forget(acknowledgements: Acknowledgements) -> None:
    for acknowledgement in acknowledgements:
        acknowledgement.cancel()


async def _first_to_fail(*work: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends by an error; cancel the others and raise that error as itself."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
