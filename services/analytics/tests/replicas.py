"""Real processes of analytics in one consumer group, on a topic and a database of a test's own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from baton.analytics.v1 import analytics_pb2 as pb
from baton.analytics.v1.analytics_pb2_grpc import AnalyticsServiceStub
from baton.conversation.v1 import event_pb2
from servicekit.clock import SystemClock
from servicekit.grpc_client import Peer
from servicekit.identity import ServiceIdentity
from servicekit.kafka import make_producer

from deploy.local.ports import free_port
from deploy.local.running import Running
from tests.harness.keys import Key
from tests.harness.waiting import PATIENCE_SECONDS, wait_until

# A replica that was killed leaves the group only when its session has run out.
SESSION_SECONDS = 30


@dataclass
class Replica:
    """One process, and how its figures are asked for."""

    running: Running
    ops: str
    peer: Peer

    async def figures(self, request: pb.GetFiguresRequest, token: str) -> pb.GetFiguresResponse:
        return await self.peer.call(AnalyticsServiceStub(self.peer.channel).GetFigures, request, access_token=token)

    async def is_ready(self) -> bool:
        self.running.check()
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self.ops}/readyz")).status_code == 200
        except httpx.HTTPError:
            return False


@dataclass
class Replicas:
    """The group: its members come and go; what it has handled is kept by Kafka."""

    kafka: str
    topic: str
    partitions: int
    gateway: Key
    home: Path
    env: Mapping[str, str]
    members: list[Replica] = field(default_factory=list)
    rebalances: int = 0

    @property
    def group(self) -> str:
        return f"group of {self.topic}"

    def process(self, name: str, command: Sequence[str] = (), env: Mapping[str, str] | None = None) -> Running:
        program = [sys.executable, "-m", "services.analytics.tests.on_topic", self.topic, self.group, *command]
        return Running(name, program, self.home / f"{name}.log", {**self.env, **(env or {})})

    async def start(self, count: int) -> None:
        """Add members, and wait until they serve."""
        new = []
        for _ in range(count):
            grpc, ops = free_port(), free_port()
            ports = {"BATON_ANALYTICS_GRPC_PORT": str(grpc), "BATON_ANALYTICS_OPS_PORT": str(ops)}
            peer = Peer(f"127.0.0.1:{grpc}", "analytics", ServiceIdentity("realtime", self.gateway.pem, SystemClock()), timeout_seconds=PATIENCE_SECONDS)
            new.append(Replica(self.process(f"analytics-{ops}", env=ports), f"http://127.0.0.1:{ops}", peer))
        self.members += new
        for member in new:
            await wait_until(member.is_ready, 60, what=f"a replica that serves; {member.running.obituary()}")

    async def kill(self) -> None:
        """End the eldest member as a crash would."""
        member = self.members.pop(0)
        member.running.kill()
        await member.peer.close()

    async def stop(self) -> None:
        """End all, gracefully."""
        for member in self.members:
            await asyncio.to_thread(member.running.stop, 20)
            await member.peer.close()
        self.members.clear()

    async def handled(self) -> int:
        """Return up to how many records the group has committed."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await admin.start()
        try:
            offsets = await admin.list_consumer_group_offsets(self.group)
        finally:
            await admin.close()
        return sum(max(0, one.offset) for part, one in offsets.items() if part.topic == self.topic)

    async def rewind(self) -> None:
        """Let an empty group begin from zero."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka, group_id=self.group, enable_auto_commit=False)
        await consumer.start()
        parts = [TopicPartition(self.topic, number) for number in range(self.partitions)]
        consumer.assign(parts)

        async def rewound() -> bool:
            try:
                await consumer.commit(dict.fromkeys(parts, 0))
            except KafkaError:
                return False
            return True

        try:
            await wait_until(rewound, SESSION_SECONDS + 30, what="a group without members", interval_seconds=0.2)
        finally:
            await consumer.stop()

    @asynccontextmanager
    async def rebalancing(self, every_seconds: float) -> AsyncIterator[None]:
        """Meanwhile a member that handles nothing joins the group, and leaves it again, over and over."""
        disturbing = asyncio.create_task(self._disturb(every_seconds))
        try:
            yield
        finally:
            disturbing.cancel()
            await asyncio.wait([disturbing])

    async def _disturb(self, every_seconds: float) -> None:
        while True:
            guest = AIOKafkaConsumer(self.topic, bootstrap_servers=self.kafka, group_id=self.group, enable_auto_commit=False)
            try:
                await guest.start()
                # As long as it stays; what it is given stands still so long.
                await asyncio.sleep(every_seconds)
            finally:
                await guest.stop()
            self.rebalances += 1


async def publish(kafka: str, topic: str, events: Sequence[event_pb2.Event]) -> None:
    """Write the events as records, in this order."""
    producer: AIOKafkaProducer = make_producer(kafka, "test")
    await producer.start()
    try:
        for event in events:
            await producer.send(topic, event_pb2.EventRecord(event=event).SerializeToString(), event.conversation_id.encode())
        await producer.flush()
    finally:
        await producer.stop()
