"""The connection to Baton: commands that are tried again until they are answered, and the Watch stream that is never lost."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import grpc
import grpc.aio
from baton.conversation.v1 import platform_pb2, platform_pb2_grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

logger = logging.getLogger(__name__)

Request = TypeVar("Request")
Response = TypeVar("Response")
Hear = Callable[[platform_pb2.WatchResponse], Awaitable[None]]

_DEADLINE_SECONDS = 5.0
_TYPING_DEADLINE_SECONDS = 1.0
_FIRST_BACKOFF_SECONDS = 0.1
_LONGEST_BACKOFF_SECONDS = 5.0
_ACK_EVERY_SECONDS = 1.0
# What gRPC itself says when an answer did not come; with Baton's own words in it it is an answer.
_NO_ANSWER = {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED, grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL}
_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    ("grpc.keepalive_time_ms", 30_000),
]


class RefusedError(Exception):
    """Baton understood and said no. `reason` is stable (CONTROL_LOST, INVALID ...), `details` belong to it."""

    def __init__(self, reason: str, message: str, details: dict[str, str]) -> None:
        """The parts of google.rpc.ErrorInfo."""
        super().__init__(f"{reason}: {message}")
        self.reason = reason
        self.details = details


def refusal_of(error: grpc.aio.AioRpcError) -> RefusedError | None:
    """Return what Baton said, or None when it is unknown whether the command was carried out: no answer came, or Baton itself does not know."""
    status = rpc_status.from_call(error)
    info = error_details_pb2.ErrorInfo()
    for detail in status.details if status else ():
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
    if error.code() is grpc.StatusCode.UNAVAILABLE or (error.code() in _NO_ANSWER and info.domain != "baton"):
        return None
    return RefusedError(info.reason or error.code().name, error.details() or "", dict(info.metadata))


def backoff() -> Iterator[float]:
    """Yield seconds to wait, longer each time, scattered so that many callers do not come back at once."""
    longest = _FIRST_BACKOFF_SECONDS
    while True:
        yield random.uniform(0.5, 1.0) * longest
        longest = min(_LONGEST_BACKOFF_SECONDS, longest * 2)


class Connector:
    """A platform's channel to Baton."""

    def __init__(self, target: str, api_key: str, consumer_name: str) -> None:
        """`target` is host:port of Baton's public listener."""
        self._channel = grpc.aio.insecure_channel(target, options=_OPTIONS)
        self._metadata = [("authorization", f"Bearer {api_key}")]
        self._consumer = consumer_name
        self.stub = platform_pb2_grpc.PlatformServiceStub(self._channel)

    async def close(self) -> None:
        """Close the channel."""
        await self._channel.close()

    async def command(self, method: grpc.aio.UnaryUnaryMultiCallable[Request, Response], request: Request) -> Response:
        """Carry out a command: the same request, with the same command_id, until there is an answer. RefusedError if the answer is no."""
        for seconds in backoff():
            try:
                return await method(request, timeout=_DEADLINE_SECONDS, metadata=self._metadata)
            except grpc.aio.AioRpcError as error:
                if refusal := refusal_of(error):
                    raise refusal from None
                logger.debug("no answer (%s), trying again", error.code().name)
            await asyncio.sleep(seconds)
        raise AssertionError("backoff never ends")

    async def report_typing(self, request: platform_pb2.ReportTypingRequest) -> None:
        """Tell who types. Fleeting: tried once, and never an error."""
        with suppress(grpc.aio.AioRpcError):
            await self.stub.ReportTyping(request, timeout=_TYPING_DEADLINE_SECONDS, metadata=self._metadata)

    async def follow(self, hear: Hear) -> None:
        """Give `hear` every item that Baton sends, in order, at least once; come back after every loss. RefusedError when coming back is no use."""
        position = _Position()
        waits = backoff()
        while True:
            try:
                async for item in self._watch(position):
                    await hear(item)
                    position.done(item)
                    waits = backoff()
                    await self._acknowledge(position)
            except grpc.aio.AioRpcError as error:
                refusal = refusal_of(error)
                if refusal and refusal.reason == "CURSOR_EXPIRED":
                    position = _Position()
                elif refusal:
                    raise refusal from None
                logger.info("the stream broke (%s), watching again", refusal.reason if refusal else error.code().name)
            await asyncio.sleep(next(waits))

    def _watch(self, position: "_Position") -> grpc.aio.UnaryStreamCall[platform_pb2.WatchRequest, platform_pb2.WatchResponse]:
        request = platform_pb2.WatchRequest(consumer_name=self._consumer, cursor=position.cursor, catch_up=position.catch_up)
        return self.stub.Watch(request, metadata=self._metadata)

    async def _acknowledge(self, position: "_Position") -> None:
        cursor = position.to_acknowledge()
        if cursor:
            with suppress(grpc.aio.AioRpcError):  # the next one covers this one
                request = platform_pb2.AckWatchRequest(consumer_name=self._consumer, cursor=cursor)
                await self.stub.AckWatch(request, timeout=_DEADLINE_SECONDS, metadata=self._metadata)


class _Position:
    """How far the stream has been acted on. It begins with a catch-up: this program remembers nothing from its last run."""

    def __init__(self) -> None:
        self.cursor = ""
        self.catch_up = True
        self._acknowledged = ""
        self._acknowledged_at = 0.0

    def done(self, item: platform_pb2.WatchResponse) -> None:
        if item.HasField("caught_up"):
            self.catch_up = False
        if item.cursor and not self.catch_up:
            self.cursor = item.cursor

    def to_acknowledge(self) -> str:
        """Return the cursor to store, at most one a second; empty for none."""
        now = asyncio.get_running_loop().time()
        if self.cursor == self._acknowledged or now - self._acknowledged_at < _ACK_EVERY_SECONDS:
            return ""
        self._acknowledged, self._acknowledged_at = self.cursor, now
        return self.cursor
