"""Kafka the safe way: an idempotent producer, a reader of all partitions, and the one loop of a group consumer (see docs/adr on consuming)."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, ProducerClosed
from prometheus_client import Counter, Gauge

from servicekit import tracing
from servicekit.kafka_brokers import Servers, options_of
from servicekit.kafka_topic_id import topic_id
from servicekit.logs import get_logger

logger = get_logger(__name__)

# Records that a group handles together: what it writes of them costs its round trips once.
MAX_BATCH = 4_000

CONSUMED = Counter("baton_kafka_consumed_total", "Records handled, by how.", ["topic", "result"])
CONSUMER_LAG = Gauge("baton_kafka_consumer_lag_records", "Records behind the end of the topic.", ["topic"])


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a consumer sees it."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    # Of the trace that it belongs to; empty without one.
    traceparent: str = ""


class BadRecordError(Exception):
    """A record that will never be understood; it goes to the dead letters."""


class TooManyBadRecordsError(Exception):
    """More bad records than single accidents explain; it ends the process, loudly, before the topic is emptied into the dead letters."""


def make_producer(servers: Servers, client_id: str) -> AIOKafkaProducer:
    """Return a producer that neither loses, doubles nor reorders: acks=all, idempotent. Start and stop are the caller's."""
    return AIOKafkaProducer(
        **options_of(servers),
        client_id=client_id,
        acks="all",
        enable_idempotence=True,
        linger_ms=0,
        request_timeout_ms=10_000,
        retry_backoff_ms=100,
    )


async def abandon(producer: AIOKafkaProducer) -> None:
    """Stop a producer without sending what it still holds: what was not acknowledged is another's to send now. Its pending futures fail."""
    # The library's own stop() flushes for as long as it takes, for ever with idempotence; there is no public way not to.
    sender = producer._sender.sender_task  # noqa: SLF001
    while sender is not None and not sender.done():
        # The first cancellation lets requests under way end, the next one ends them.
        sender.cancel()
        await asyncio.wait([sender], timeout=0.05)
    producer._message_accumulator.fail_all(ProducerClosed())  # noqa: SLF001
    await producer.stop()


class TopicReader:
    """Reads all partitions of a topic from chosen offsets, without a group; the reader remembers where it is."""

    def __init__(self, servers: Servers, topic: str, client_id: str) -> None:
        """Nothing connects before start."""
        self._topic = topic
        self._consumer = AIOKafkaConsumer(
            **options_of(servers),
            client_id=client_id,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            retry_backoff_ms=100,
            metadata_max_age_ms=30_000,
        )
        self.partitions: list[int] = []

    async def start(self) -> None:
        """Connect and take all partitions; KafkaError if the broker is away or the topic is missing."""
        await self._consumer.start()
        found = self._consumer.partitions_for_topic(self._topic)
        if not found:
            await self._consumer._client.set_topics([self._topic])  # noqa: SLF001  # the public way needs a subscription
            found = self._consumer.partitions_for_topic(self._topic)
        if not found:
            msg = f"topic {self._topic} does not exist"
            raise KafkaError(msg)
        self.partitions = sorted(found)
        self._consumer.assign([TopicPartition(self._topic, number) for number in self.partitions])

    async def bounds(self) -> dict[int, tuple[int, int]]:
        """Return, per partition, the first kept offset and the next one to be written."""
        parts = [TopicPartition(self._topic, number) for number in self.partitions]
        begin = await self._consumer.beginning_offsets(parts)
        end = await self._consumer.end_offsets(parts)
        return {part.partition: (begin[part], end[part]) for part in parts}

    async def topic_id(self) -> str:
        """Return Kafka's own id of the topic: it changes when the topic is made anew."""
        return await topic_id(self._consumer._client, self._topic)  # noqa: SLF001  # the client is the connection

    def seek(self, offsets: dict[int, int]) -> None:
        """Go on from these offsets."""
        for partition, offset in offsets.items():
            self._consumer.seek(TopicPartition(self._topic, partition), offset)

    async def batches(self) -> AsyncGenerator[list[Record], None]:
        """Yield what comes, in order per partition, for ever; an empty list when nothing came for half a second."""
        while True:
            fetched = await self._consumer.getmany(timeout_ms=500, max_records=2_000)
            yield [to_record(record) for records in fetched.values() for record in records]

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()


def to_record(record: "ConsumerRecord[bytes, bytes]") -> Record:
    """Return the parts of a record that are used."""
    traceparent = next((value.decode(errors="replace") for name, value in record.headers if name == tracing.HEADER), "") if record.headers else ""
    return Record(record.topic, record.partition, record.offset, record.key or b"", record.value or b"", traceparent)


Handle = Callable[[Sequence[Record]], Awaitable[None]]
Client = TypeVar("Client", AIOKafkaConsumer, AIOKafkaProducer)


class GroupConsumer:
    """Handles a topic in a consumer group: commits after handling, buries a bad record in the dead letters, tries again for ever what may pass.

    `handle` takes a batch, each partition's records in order, and must be idempotent. It raises BadRecordError for a batch that holds a record it
    cannot understand (the batch is then handled one by one) and anything else for what may pass.
    """

    MAX_DEAD_LETTERS = 100

    def __init__(self, servers: Servers, topic: str, group: str, handle: Handle, dead_letter_topic: str) -> None:
        """Nothing connects before run."""
        self._servers = servers
        self._topic = topic
        self._group = group
        self._handle = handle
        self._dead_letter_topic = dead_letter_topic
        self._dead = 0
        # Where the batch begins that was read and is not handled yet.
        self._under_way: dict[TopicPartition, int] = {}
        self.problem = "not started"

    async def run(self) -> None:
        """Consume until cancelled, or TooManyBadRecordsError; `problem` says in words what stands in the way, for readiness."""
        async with AsyncExitStack() as stack:
            self._dead_letters = await self._started(stack, lambda: make_producer(self._servers, f"{self._group}-dead-letters"))
            self._consumer = await self._started(stack, self._new_consumer)
            self.problem = ""
            while True:
                await self._once()

    def _new_consumer(self) -> AIOKafkaConsumer:
        return AIOKafkaConsumer(
            self._topic,
            **options_of(self._servers),
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=200,
            retry_backoff_ms=100,
            session_timeout_ms=10_000,
            max_poll_records=MAX_BATCH,
            # Nobody waits for what a group makes of the records: the broker lets them gather, up to this much or for `fetch_max_wait_ms`.
            fetch_min_bytes=32 * 1024,
        )

    async def _started(self, stack: AsyncExitStack, make: Callable[[], Client]) -> Client:
        """Start what `make` makes, a new one for each try: one that failed half-way cannot be started again."""
        while True:
            client = make()
            try:
                await client.start()
            except KafkaError as error:
                self.problem = f"Kafka cannot be reached: {type(error).__name__}"
                await client.stop()
                await asyncio.sleep(0.5)
            except BaseException:
                await client.stop()
                raise
            else:
                stack.push_async_callback(client.stop)
                return client

    async def _once(self) -> None:
        fetched = await self._consumer.getmany(timeout_ms=500, max_records=MAX_BATCH)
        if fetched:
            # All partitions together: the round trips of handling and committing are made once, not once for each.
            batch = [to_record(record) for records in fetched.values() for record in records]
            self._under_way = {part: records[0].offset for part, records in fetched.items()}
            began = time.time()
            await self._until_handled(batch)
            for record in batch:
                # A batch is handled as one: it took each of its records as long.
                tracing.passed(f"handle {self._topic}", record.traceparent, began, "consumer")
            await self._commit({part: records[-1].offset + 1 for part, records in fetched.items()})
            CONSUMED.labels(self._topic, "handled").inc(len(batch))
            self._under_way = {}
        await self._measure_lag()

    async def _measure_lag(self) -> None:
        """Sum over the partitions that this process has now and has heard of; one that goes to another process in this moment counts there."""
        lag = 0
        ends = {part: self._consumer.highwater(part) for part in self._consumer.assignment()}
        for part, end in ends.items():
            with suppress(IllegalStateError):
                if end is not None:
                    lag += end - self._under_way.get(part, await self._consumer.position(part))
        CONSUMER_LAG.labels(self._topic).set(lag)

    async def _until_handled(self, batch: list[Record]) -> None:
        delay = 0.1
        while True:
            try:
                await self._handle_or_bury(batch)
            except TooManyBadRecordsError:
                raise
            except Exception as error:  # noqa: BLE001  # what may pass is tried again
                self.problem = f"records of {self._topic} cannot be handled: {type(error).__name__}"
                logger.warning("handling failed, trying again", topic=self._topic, error=type(error).__name__, reason=str(error), delay=delay)
                CONSUMED.labels(self._topic, "retried").inc(len(batch))
                await self._measure_lag()
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
            else:
                self.problem = ""
                return

    async def _handle_or_bury(self, batch: list[Record]) -> None:
        try:
            await self._handle(batch)
        except BadRecordError as error:
            if len(batch) == 1:
                await self._bury(batch[0], str(error))
                return
            for record in batch:
                await self._until_handled([record])

    async def _bury(self, record: Record, reason: str) -> None:
        if self._dead >= self.MAX_DEAD_LETTERS:
            msg = f"more than {self.MAX_DEAD_LETTERS} bad records on {self._topic}: this is not a bad record but a bad version"
            raise TooManyBadRecordsError(msg)
        headers = [("reason", reason.encode()), ("partition", str(record.partition).encode()), ("offset", str(record.offset).encode())]
        await self._dead_letters.send_and_wait(self._dead_letter_topic, record.value, record.key or None, headers=headers)
        self._dead += 1
        CONSUMED.labels(self._topic, "dead").inc()
        logger.warning("bad record", topic=self._topic, partition=record.partition, offset=record.offset, reason=reason)

    async def _commit(self, nexts: dict[TopicPartition, int]) -> None:
        try:
            await self._consumer.commit(nexts)
        except KafkaError as error:
            # A rebalance took a partition; its next owner handles the batch again, which changes nothing.
            logger.info("commit refused", topic=self._topic, error=type(error).__name__)
