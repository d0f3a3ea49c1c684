"""Who types, from the topic baton.realtime.ephemeral.v1: read from its end on; what is lost is lost."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Protocol

from aiokafka.errors import KafkaError
from baton.realtime.v1.ephemeral_pb2 import Ephemeral
from google.protobuf.message import DecodeError
from servicekit.clock import Clock
from servicekit.kafka import Record, TopicReader
from servicekit.kafka_brokers import Servers

DEAD_AFTER = timedelta(seconds=6)
RETRY_SECONDS = 1.0


class Tell(Protocol):
    """Whom to give it to."""

    def __call__(self, workspace_id: str, conversation_id: str, agent_id: str, *, active: bool) -> Awaitable[None]:
        """Take that an agent types, or stopped."""
        ...


class TypingFeed:
    """The process's one reader of the topic."""

    def __init__(self, servers: Servers, topic: str, clock: Clock, tell: Tell) -> None:
        """Nothing connects before `run`."""
        self._servers = servers
        self._topic = topic
        self._clock = clock
        self._tell = tell

    async def run(self) -> None:
        """Read for the life of the process."""
        while True:
            reader = TopicReader(self._servers, self._topic, "conversation-typing")
            try:
                await reader.start()
                reader.seek({number: end for number, (_, end) in (await reader.bounds()).items()})
                async for batch in reader.batches():
                    for record in batch:
                        await self._take(record)
            except (KafkaError, OSError):
                pass  # The event topic's reader says so already.
            finally:
                await reader.stop()
            await asyncio.sleep(RETRY_SECONDS)

    async def _take(self, record: Record) -> None:
        try:
            value = Ephemeral.FromString(record.value)
        except DecodeError:
            return
        typing = value.typing
        is_agents = value.WhichOneof("content") == "typing" and not typing.user
        if is_agents and self._clock.now() - value.at.ToDatetime(tzinfo=self._clock.now().tzinfo) <= DEAD_AFTER:
            await self._tell(value.workspace_id, value.conversation_id, typing.agent_id, active=typing.active)
