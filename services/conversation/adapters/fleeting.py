"""Fleeting signals to the topic baton.realtime.ephemeral.v1: sent once, never waited for, lost when Kafka is away."""

import asyncio

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from baton.realtime.v1 import ephemeral_pb2
from servicekit.clock import Clock
from servicekit.kafka_brokers import Servers, options_of
from servicekit.logs import get_logger

from services.conversation.domain.control import State

logger = get_logger(__name__)

RETRY_SECONDS = 2.0
# Older ones are dead by then; a newer one will come.
MAX_WAITING = 1_000


class FleetingSignals:
    """Implements the port Typing."""

    def __init__(self, servers: Servers, topic: str, clock: Clock) -> None:
        """Nothing connects before `run`."""
        self._servers = servers
        self._topic = topic
        self._clock = clock
        self._waiting: asyncio.Queue[tuple[bytes, bytes]] = asyncio.Queue(MAX_WAITING)

    async def user_types(self, state: State, *, active: bool) -> None:
        """Say that the user writes, or stopped."""
        self._say(state, ephemeral_pb2.Ephemeral(typing=ephemeral_pb2.Typing(user=True, active=active)))

    async def ai_composes(self, state: State, *, epoch: int, partial_text: str, active: bool) -> None:
        """Say what the AI is writing under an epoch, or that it stopped."""
        self._say(state, ephemeral_pb2.Ephemeral(composing=ephemeral_pb2.Composing(epoch=epoch, partial_text=partial_text, active=active)))

    def _say(self, state: State, message: ephemeral_pb2.Ephemeral) -> None:
        message.workspace_id = state.workspace_id
        message.conversation_id = state.conversation_id
        message.at.FromDatetime(self._clock.now())
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait((state.conversation_id.encode(), message.SerializeToString()))

    async def run(self) -> None:
        """Send for the life of the process."""
        while True:
            producer = AIOKafkaProducer(**options_of(self._servers), client_id="conversation-fleeting", acks=0, linger_ms=5, request_timeout_ms=2_000)
            try:
                await producer.start()
                while True:
                    key, value = await self._waiting.get()
                    # Not waited for: without acknowledgements the future says only that it left.
                    await producer.send(self._topic, value, key)
            except (KafkaError, OSError) as error:
                logger.info("fleeting signals are lost while Kafka is away", error=type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                await producer.stop()
