"""The topics on a real broker: filling, following, two gateways on one topic, a topic made anew."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError
from baton.conversation.v1.event_pb2 import EventRecord
from servicekit.clock import SystemClock
from servicekit.kafka import make_producer

from services.realtime.adapters.ephemeral_topic import EphemeralReader, EphemeralWriter
from services.realtime.adapters.event_topic import EventTopic
from services.realtime.domain.cursor import Cursor
from services.realtime.domain.liveness import Liveness
from services.realtime.domain.ring import Ring
from services.realtime.tests.events import CONVERSATION, golden, message, record_of
from services.realtime.tests.test_ring import Screen
from services.realtime.use_cases.hub import Hub

PARTITIONS = 3
CLOCK = SystemClock()
DEADLINE_SECONDS = 20.0


async def until(condition: Callable[[], bool], what: str) -> None:
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not condition():  # noqa: ASYNC110  # nothing here could set an event
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"it did not happen that {what}")


async def create(kafka: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
    finally:
        await admin.close()


async def make_anew(kafka: str, name: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.delete_topics([name])
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                try:
                    await admin.create_topics([NewTopic(name, PARTITIONS, 1)])
                except KafkaError:
                    await asyncio.sleep(0.1)
                else:
                    return
    finally:
        await admin.close()


@pytest.fixture
async def topic(kafka: str) -> str:
    name = f"test.realtime.{uuid.uuid4().hex[:12]}"
    await create(kafka, name)
    return name


@pytest.fixture
async def producer(kafka: str) -> AsyncIterator[AIOKafkaProducer]:
    made = make_producer(kafka, "test")
    await made.start()
    yield made
    await made.stop()


class Gateway:
    """One replica's reader with its hub."""

    def __init__(self, kafka: str, topic: str, ring_records: int = 1_000) -> None:
        self.hub = Hub(Ring(ring_records, 1 << 26), asyncio.get_running_loop().time, lambda _kind, _answer: None)
        self.liveness = Liveness(CLOCK.now())
        self.reader = EventTopic(kafka, self.hub, self.liveness, CLOCK, ring_records, topic=topic, identity_seconds=0.2)

    async def ready(self) -> None:
        await until(lambda: not self.reader.problem, "the ring was filled")


@asynccontextmanager
async def reading(*gateways: Gateway) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(gateway.reader.run()) for gateway in gateways]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def workspace_of(record: EventRecord) -> str:
    return record.event.workspace_id


async def test_what_was_there_before_fills_the_ring_and_what_comes_is_delivered(kafka: str, topic: str, producer: AIOKafkaProducer) -> None:
    for seq in range(1, 6):
        await producer.send_and_wait(topic, message(seq).SerializeToString(), CONVERSATION.encode())
    gateway = Gateway(kafka, topic)
    async with reading(gateway):
        await gateway.ready()
        screen = Screen(workspace_of(message(1)))
        gateway.hub.join_list(screen, 3)
        gateway.hub.open_panel(screen, CONVERSATION, 5)
        await producer.send_and_wait(topic, message(6).SerializeToString(), CONVERSATION.encode())
        await until(lambda: len([frame for frame in screen.frames() if frame["type"] == "event"]) == 1, "the event was delivered")
        told = [frame["type"] for frame in screen.frames()]
        assert told == ["row", "subscribed", "cursor", "subscribed", "cursor", "event", "row"]


async def test_heartbeats_make_the_topic_live(kafka: str, topic: str, producer: AIOKafkaProducer) -> None:
    gateway = Gateway(kafka, topic)
    async with reading(gateway):
        await gateway.ready()
        beat = record_of(golden("events", "heartbeat"))
        beat.ClearField("cluster_time")
        beat.heartbeat.at.FromDatetime(CLOCK.now())
        for partition in range(PARTITIONS):
            await producer.send_and_wait(topic, beat.SerializeToString(), partition=partition)
        await until(lambda: gateway.liveness.check(CLOCK.now()), "the topic is live")
        assert not gateway.liveness.stale


async def test_a_cursor_of_one_gateway_is_good_on_another(kafka: str, topic: str, producer: AIOKafkaProducer) -> None:
    first, second = Gateway(kafka, topic), Gateway(kafka, topic)
    async with reading(first, second):
        await first.ready()
        await second.ready()
        for seq in range(1, 4):
            await producer.send_and_wait(topic, message(seq).SerializeToString(), CONVERSATION.encode())
        await until(lambda: sum(first.hub.position().offsets) == 3, "the first has read them")
        cursor = Cursor.decode(first.hub.position().encode())
        for seq in range(4, 7):
            await producer.send_and_wait(topic, message(seq).SerializeToString(), CONVERSATION.encode())
        screen = Screen(workspace_of(message(1)))
        second.hub.resume(screen, cursor, [CONVERSATION], with_list=False)
        await until(lambda: len([frame for frame in screen.frames() if frame["type"] == "event"]) == 3, "all that was missed came")
        seqs = [frame["event"]["seq"] for frame in screen.frames() if frame["type"] == "event"]  # type: ignore[index]
        assert seqs == [4, 5, 6]


async def test_a_topic_made_anew_tells_sockets_to_reload_and_is_followed(kafka: str, topic: str, producer: AIOKafkaProducer) -> None:
    await producer.send_and_wait(topic, message(1).SerializeToString(), CONVERSATION.encode())
    gateway = Gateway(kafka, topic)
    async with reading(gateway):
        await gateway.ready()
        old = gateway.hub.position()
        screen = Screen(workspace_of(message(1)))
        gateway.hub.join_list(screen, 1)
        await make_anew(kafka, topic)
        await until(lambda: any(frame["type"] == "resync" for frame in screen.frames()), "the socket was told to reload")
        await gateway.ready()
        assert gateway.hub.position().topic_id != old.topic_id
        late = Screen(workspace_of(message(1)))
        gateway.hub.resume(late, old, [CONVERSATION], with_list=True)
        assert [frame.get("reason") for frame in late.frames()][:2] == ["other_topic", "other_topic"]


async def test_typing_and_viewing_reach_every_gateway(kafka: str, topic: str) -> None:
    hub = Hub(Ring(10, 1 << 20), lambda: 0.0, lambda _kind, _answer: None)
    hub.begin("t", {0: 0})
    hub.filled()
    screen = Screen("w")
    hub.join_list(screen, 0)
    screen.told = b""
    writer = EphemeralWriter(kafka, CLOCK, topic)
    tasks = [asyncio.create_task(EphemeralReader(kafka, hub, CLOCK, topic).run()), asyncio.create_task(writer.run())]
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not screen.told:
                writer.tell("w", CONVERSATION, "typing", agent_id="a", agent_name="Budi", active=True)
                await asyncio.sleep(0.1)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    told = screen.frames()[0]
    assert {name: told[name] for name in ("type", "kind", "agent_id", "agent_name", "user", "active")} == {
        "type": "ephemeral",
        "kind": "typing",
        "agent_id": "a",
        "agent_name": "Budi",
        "user": False,
        "active": True,
    }
