"""A consumer of Watch that is cut off again and again: it comes back with what it last acted on, or with what it last acknowledged."""

import asyncio
from collections import defaultdict
from contextlib import suppress
from typing import Any

import grpc.aio
from baton.conversation.v1 import platform_pb2, platform_pb2_grpc

from tests.harness.callers import CHANNEL_OPTIONS, RETRY_SECONDS, refusal_of

# One in so many things told is acknowledged: who begins again is told some of them again.
ACKNOWLEDGED_EVERY = 20


class Consumer:
    """What it was told is in `seqs`: each conversation's, in the order in which they first appeared."""

    def __init__(self, targets: list[str], api_key: str, name: str, cursor: str = "") -> None:
        """Several targets are taken in turn: whoever is cut off comes back elsewhere. Without a cursor it begins where it is stored, or at the end."""
        self.seqs: defaultdict[str, dict[int, None]] = defaultdict(dict)
        self.told = 0
        self.repeats = 0
        self.streams = 0
        self.catch_ups = 0
        self.cursor = cursor
        self._catch_up = False
        self._name = name
        self._metadata = [("authorization", f"Bearer {api_key}")]
        self._channels = [grpc.aio.insecure_channel(target, options=CHANNEL_OPTIONS) for target in targets]
        self._stubs: list[Any] = [platform_pb2_grpc.PlatformServiceStub(channel) for channel in self._channels]
        self._task = asyncio.create_task(self._run())

    def told_of(self, conversation_id: str) -> list[int]:
        """Return a conversation's seqs in the order of their first appearance."""
        return list(self.seqs[conversation_id])

    async def close(self) -> None:
        """End it as a crash would."""
        await self._stop()
        for channel in self._channels:
            await channel.close()

    async def forget(self) -> None:
        """Begin again as a new process does: from what was acknowledged."""
        await self._stop()
        self.cursor = ""
        self._task = asyncio.create_task(self._run())

    async def _stop(self) -> None:
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        while True:
            self.streams += 1
            try:
                await self._follow(self._stubs[self.streams % len(self._stubs)])
            except grpc.aio.AioRpcError as error:
                if refusal_of(error)[0] == "CURSOR_EXPIRED":
                    self.cursor, self._catch_up = "", True
                    self.catch_ups += 1
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self, stub: Any) -> None:
        request = platform_pb2.WatchRequest(consumer_name=self._name, cursor=self.cursor, catch_up=self._catch_up)
        async for item in stub.Watch(request, metadata=self._metadata):
            if item.HasField("caught_up"):
                self._catch_up = False
            if item.conversation_id:
                self._take(item)
            if item.cursor and not self._catch_up:
                self.cursor = item.cursor
                if self.told % ACKNOWLEDGED_EVERY == 0:
                    await self._acknowledge(stub)

    async def _acknowledge(self, stub: Any) -> None:
        request = platform_pb2.AckWatchRequest(consumer_name=self._name, cursor=self.cursor)
        with suppress(grpc.aio.AioRpcError):  # a later one covers this one
            await stub.AckWatch(request, metadata=self._metadata, timeout=5)

    def _take(self, item: platform_pb2.WatchResponse) -> None:
        self.told += 1
        seqs = self.seqs[item.conversation_id]
        self.repeats += item.seq in seqs
        seqs.setdefault(item.seq)
