"""Fleeting things between gateways: typing and viewing go out, everybody's come in. All of it may be lost."""

import asyncio
from datetime import timedelta

from aiokafka.errors import KafkaError
from baton.realtime.v1.ephemeral_pb2 import Ephemeral, Typing, Viewing
from google.protobuf.message import DecodeError
from servicekit.clock import Clock
from servicekit.kafka import Record, TopicReader, abandon, make_producer
from servicekit.kafka_brokers import Servers

from services.realtime.adapters.browser_json import fill
from services.realtime.adapters.event_json import ephemeral_json
from services.realtime.metrics import EPHEMERAL
from services.realtime.use_cases.hub import Hub

TOPIC = "baton.realtime.ephemeral.v1"
DEAD_AFTER = timedelta(seconds=6)
RETRY_SECONDS = 1.0
# What waits for Kafka; it is dead in six seconds anyway.
MAX_WAITING = 1_000


class EphemeralReader:
    """Gives fleeting things to the hub."""

    def __init__(self, servers: Servers, hub: Hub, clock: Clock, topic: str = TOPIC) -> None:
        """Nothing connects before `run`."""
        self._servers = servers
        self._topic = topic
        self._hub = hub
        self._clock = clock

    async def run(self) -> None:
        """Read from the topic's end on, until cancelled."""
        while True:
            reader = TopicReader(self._servers, self._topic, "realtime-ephemeral")
            try:
                await reader.start()
                reader.seek({number: end for number, (_, end) in (await reader.bounds()).items()})
                async for batch in reader.batches():
                    for record in batch:
                        EPHEMERAL.labels(self.take(record)).inc()
            except (KafkaError, OSError):
                pass  # The event topic's reader says so already.
            finally:
                await reader.stop()
            await asyncio.sleep(RETRY_SECONDS)

    def take(self, record: Record) -> str:
        """Give one record on; returns what became of it."""
        try:
            value = Ephemeral.FromString(record.value)
        except DecodeError:
            return "unreadable"
        if value.WhichOneof("content") is None:
            return "unreadable"
        now = self._clock.now()
        if now - value.at.ToDatetime(tzinfo=now.tzinfo) > DEAD_AFTER:
            return "dead"
        return "told" if self._hub.tell_fleeting(value.workspace_id, ephemeral_json(value)) else "out_of_date"


class EphemeralWriter:
    """Tells typing and viewing to all gateways."""

    def __init__(self, servers: Servers, clock: Clock, topic: str = TOPIC) -> None:
        """Nothing connects before `run`."""
        self._servers = servers
        self._topic = topic
        self._clock = clock
        self._waiting: asyncio.Queue[Ephemeral] = asyncio.Queue(MAX_WAITING)

    def tell(self, workspace_id: str, conversation_id: str, kind: str, **fields: object) -> None:
        """Queue one thing; when too much waits, it is lost."""
        value = Ephemeral(workspace_id=workspace_id, conversation_id=conversation_id)
        value.at.FromDatetime(self._clock.now())
        content: Typing | Viewing = getattr(value, kind)
        content.SetInParent()
        fill(content, fields)
        try:
            self._waiting.put_nowait(value)
        except asyncio.QueueFull:
            EPHEMERAL.labels("lost").inc()

    async def run(self) -> None:
        """Send what is queued until cancelled."""
        while True:
            producer = make_producer(self._servers, "realtime-ephemeral")
            try:
                await producer.start()
                while True:
                    value = await self._waiting.get()
                    if self._clock.now() - value.at.ToDatetime(tzinfo=self._clock.now().tzinfo) <= DEAD_AFTER:
                        sent = await producer.send(self._topic, value.SerializeToString(), value.conversation_id.encode())
                        sent.add_done_callback(_forget)
            except (KafkaError, OSError):
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                await abandon(producer)


def _forget(sent: "asyncio.Future[object]") -> None:
    """What could not be sent is lost, and asyncio need not say so."""
    if not sent.cancelled():
        sent.exception()
