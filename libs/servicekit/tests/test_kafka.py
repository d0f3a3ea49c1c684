"""Consuming on a real broker: what may pass is tried again, what is bad is buried, and a flood of bad records ends it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from prometheus_client import REGISTRY
from servicekit.kafka import BadRecordError, GroupConsumer, Record, TooManyBadRecordsError, TopicReader, make_producer

from tests.harness.topics import new_topic
from tests.harness.waiting import wait_until


@dataclass
class Handler:
    """Keeps what it handled; refuses b"bad" for ever, and anything as often as `fails` says."""

    handled: list[bytes] = field(default_factory=list)
    fails: int = 0

    async def __call__(self, records: Sequence[Record]) -> None:
        if self.fails:
            self.fails -= 1
            message = "the database is away"
            raise ConnectionError(message)
        if any(record.value == b"bad" for record in records):
            message = "cannot be read"
            raise BadRecordError(message)
        self.handled += [record.value for record in records]


class Strict(GroupConsumer):
    MAX_DEAD_LETTERS = 2


@dataclass
class Broker:
    """A topic and its dead letters, of this test's own."""

    servers: str
    topic: str
    dead: str

    async def publish(self, *values: bytes) -> None:
        producer = make_producer(self.servers, "test")
        await producer.start()
        try:
            for value in values:
                await producer.send_and_wait(self.topic, value, b"key")
        finally:
            await producer.stop()

    def consumer(self, handler: Handler) -> Strict:
        return Strict(self.servers, self.topic, f"group of {self.topic}", handler, self.dead)

    async def has_committed(self, offset: int) -> bool:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.servers)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(f"group of {self.topic}")
        finally:
            await admin.close()
        return [each.offset for each in offsets.values()] == [offset]

    async def dead_letters(self) -> list[Record]:
        reader = TopicReader(self.servers, self.dead, "test")
        await reader.start()
        try:
            ends = await reader.bounds()
            reader.seek({partition: first for partition, (first, _) in ends.items()})
            found: list[Record] = []
            async for batch in reader.batches():
                found += batch
                if len(found) == sum(end - first for first, end in ends.values()):
                    break
            return found
        finally:
            await reader.stop()


@asynccontextmanager
async def running(consumer: GroupConsumer) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(consumer.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture
async def broker(kafka: str) -> Broker:
    return Broker(kafka, await new_topic(kafka), await new_topic(kafka))


async def test_a_bad_record_is_buried_and_the_others_are_handled_in_order(broker: Broker) -> None:
    handler = Handler()
    await broker.publish(b"1", b"bad", b"2", b"bad", b"3")
    async with running(broker.consumer(handler)):
        await wait_until(lambda: handler.handled == [b"1", b"2", b"3"], 20, what="all good records")
    assert [record.value for record in await broker.dead_letters()] == [b"bad", b"bad"]


async def test_more_bad_records_than_accidents_explain_end_the_consumer(broker: Broker) -> None:
    handler = Handler()
    await broker.publish(b"bad", b"bad", b"bad", b"1")
    async with running(broker.consumer(handler)) as task:
        with pytest.raises(TooManyBadRecordsError):
            await asyncio.wait_for(task, 20)
    assert handler.handled == []
    assert len(await broker.dead_letters()) == 2


async def test_what_may_pass_is_tried_again_and_said_meanwhile(broker: Broker) -> None:
    handler = Handler(fails=3)
    await broker.publish(b"1")
    consumer = broker.consumer(handler)
    assert consumer.problem == "not started"
    async with running(consumer):
        await wait_until(lambda: "cannot be handled: ConnectionError" in consumer.problem, 20, what="a problem")
        await wait_until(lambda: handler.handled == [b"1"] and not consumer.problem, 20, what="the record")


async def test_what_was_handled_is_not_handled_again_by_the_next_process(broker: Broker) -> None:
    first, second = Handler(), Handler()
    await broker.publish(b"1", b"2")
    async with running(broker.consumer(first)):
        await wait_until(lambda: first.handled == [b"1", b"2"], what="both records")
        await wait_until(partial(broker.has_committed, 2), what="the commit")
    await broker.publish(b"3")
    async with running(broker.consumer(second)):
        await wait_until(lambda: second.handled, 20, what="the new record")
    assert (first.handled, second.handled) == ([b"1", b"2"], [b"3"])


async def test_what_is_not_handled_counts_as_behind_and_what_is_does_not(broker: Broker) -> None:
    handler = Handler(fails=1_000_000)
    lag = partial(REGISTRY.get_sample_value, "baton_kafka_consumer_lag_records", {"topic": broker.topic})
    await broker.publish(b"1", b"2", b"3")
    async with running(broker.consumer(handler)):
        await wait_until(lambda: lag() == 3, what="three records behind, while they cannot be handled")
        handler.fails = 0
        await wait_until(lambda: handler.handled == [b"1", b"2", b"3"] and lag() == 0, what="nothing behind")


async def test_a_broker_that_is_away_is_waited_for() -> None:
    consumer = GroupConsumer("127.0.0.1:1", "topic", "group", Handler(), "dead")
    async with running(consumer) as task:
        await wait_until(lambda: "Kafka cannot be reached" in consumer.problem, 20, what="a problem")
        assert not task.done()


async def test_a_reader_reads_all_partitions_from_where_it_is_told(kafka: str) -> None:
    broker = Broker(kafka, await new_topic(kafka, partitions=3), "")
    await broker.publish(b"1", b"2", b"3")
    reader = TopicReader(kafka, broker.topic, "test")
    await reader.start()
    try:
        assert reader.partitions == [0, 1, 2]
        bounds = await reader.bounds()
        partition = next(number for number, (_, end) in bounds.items() if end)
        assert bounds[partition] == (0, 3)
        reader.seek({number: 1 if number == partition else 0 for number in reader.partitions})
        read: list[Record] = []
        async for batch in reader.batches():
            read += batch
            if len(read) == 2:
                break
    finally:
        await reader.stop()
    assert [(record.partition, record.offset, record.key, record.value) for record in read] == [(partition, 1, b"key", b"2"), (partition, 2, b"key", b"3")]


async def test_a_topic_that_is_missing_is_said_so(kafka: str) -> None:
    reader = TopicReader(kafka, "nothing.here", "test")
    try:
        with pytest.raises(KafkaError, match="does not exist"):
            await reader.start()
    finally:
        await reader.stop()
