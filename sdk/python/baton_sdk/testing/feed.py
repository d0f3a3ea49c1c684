"""The fake's topic: what platforms are told, in order, from any cursor that is still kept; and where each consumer is."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterable

from baton_sdk.contract import platform_pb2
from baton_sdk.testing.refusals import Refusal

# A quiet stream still says where it is.
KEEP_ALIVE_SECONDS = 5.0
Backlog = Callable[[], Iterable[platform_pb2.WatchResponse]]


class Feed:
    """One log of items; each stream reads on from its cursor at its own pace, so that a slow one holds nobody up and nothing is buffered for it."""

    def __init__(self) -> None:
        self._items: list[tuple[str, platform_pb2.WatchResponse]] = []
        self._topic = uuid.uuid4().hex[:8]
        # Items before this one are no longer kept.
        self._kept_from = 0
        self._changed = asyncio.Event()
        self._streams: dict[str, int] = {}
        self._newest = 0
        self._generation = 0
        self.stored: dict[str, str] = {}
        # How often each item is sent: more than once, as after a relay's restart.
        self.copies = 1

    def add(self, ai_agent_id: str, item: platform_pb2.WatchResponse) -> None:
        """Tell it to whoever watches."""
        self._items.append((ai_agent_id, item))
        self._wake()

    def cut(self) -> None:
        """Break every stream, as a lost connection does."""
        self._generation += 1
        self._wake()

    def forget(self) -> None:
        """Keep nothing of what was told so far: every cursor has expired."""
        self._kept_from = len(self._items)
        self._topic = uuid.uuid4().hex[:8]

    @property
    def open_streams(self) -> int:
        """How many consumers are watching."""
        return len(self._streams)

    async def watch(self, request: platform_pb2.WatchRequest, backlog: Backlog, still_valid: Callable[[], bool]) -> AsyncIterator[platform_pb2.WatchResponse]:
        """Yield items from the cursor on; ends as the contract says."""
        name = request.consumer_name
        position = len(self._items) if request.catch_up else self._position(request.cursor or self.stored.get(name, ""))
        self._newest += 1
        me, generation = self._newest, self._generation
        self._streams[name] = me
        self._wake()  # who had the name before is to end now
        try:
            if request.catch_up:
                for item in backlog():
                    yield _with_cursor(item, self._cursor(position))
            first = platform_pb2.WatchResponse(cursor=self._cursor(position))
            if request.catch_up:
                first.caught_up.SetInParent()
            yield first
            while True:
                self._check(name, me, generation, still_valid)
                if position < len(self._items):
                    agent_id, item = self._items[position]
                    position += 1
                    if not request.ai_agent_ids or agent_id in request.ai_agent_ids:
                        for _ in range(self.copies):
                            yield _with_cursor(item, self._cursor(position))
                elif not await self._wait():
                    yield platform_pb2.WatchResponse(cursor=self._cursor(position))
        finally:
            if self._streams.get(name) == me:
                del self._streams[name]

    def ack(self, request: platform_pb2.AckWatchRequest) -> None:
        """Store how far a consumer has acted."""
        if self._split(request.cursor) is None:
            raise Refusal("INVALID", field="cursor")
        self.stored[request.consumer_name] = request.cursor

    def _check(self, name: str, me: int, generation: int, still_valid: Callable[[], bool]) -> None:
        if not still_valid():
            raise Refusal("KEY_INVALID")
        if generation != self._generation:
            raise Refusal("UNAVAILABLE")
        if self._streams.get(name) != me:
            raise Refusal("WATCH_REPLACED")

    def _cursor(self, position: int) -> str:
        return f"{self._topic}.{position}"

    @staticmethod
    def _split(cursor: str) -> tuple[str, int] | None:
        topic, _, position = cursor.partition(".")
        return (topic, int(position)) if topic and position.isdecimal() else None

    def _position(self, cursor: str) -> int:
        if not cursor:
            return len(self._items)
        parts = self._split(cursor)
        if parts is None:
            raise Refusal("INVALID", field="cursor")
        if parts[0] != self._topic or not self._kept_from <= parts[1] <= len(self._items):
            raise Refusal("CURSOR_EXPIRED")
        return parts[1]

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def _wait(self) -> bool:
        try:
            async with asyncio.timeout(KEEP_ALIVE_SECONDS):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True


def _with_cursor(item: platform_pb2.WatchResponse, cursor: str) -> platform_pb2.WatchResponse:
    sent = platform_pb2.WatchResponse()
    sent.CopyFrom(item)
    sent.cursor = cursor
    return sent
