"""How a request reaches Baton: tried again, the same with the same command id, until it is answered or patience ends."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import grpc
import grpc.aio

from baton_sdk.backoff import backoff
from baton_sdk.contract import platform_pb2, platform_pb2_grpc
from baton_sdk.counters import Counters
from baton_sdk.errors import NoAnswerError, refused
from baton_sdk.pipeline import Command
from baton_sdk.streaming import CommandStream
from baton_sdk.wire import read_refusal

logger = logging.getLogger(__name__)

Request = TypeVar("Request")
Response = TypeVar("Response")
Commanded = TypeVar("Commanded", bound=Command)

# Far above what Baton takes of all its fields.
_LARGEST_COMMAND_BYTES = 256 * 1024
# Of one attempt.
DEADLINE_SECONDS = 5.0
# What is fleeting is worth no longer wait.
FLEETING_SECONDS = 1.0
# Background work (receipts, a last acknowledgement) gets so long when the client closes.
_CLOSING_SECONDS = 2.0
_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
    # A connection that is half open is noticed although nothing is sent.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
]


class Transport:
    """One channel, one key."""

    def __init__(
        self, target: str, api_key: str, credentials: grpc.ChannelCredentials | None, patience: float, counters: Counters, *, streamed: bool = False
    ) -> None:
        """`patience` in seconds bounds how long a command is tried; without credentials the connection is in the clear. `streamed`: commands go on a stream."""
        channel = grpc.aio.secure_channel(target, credentials, options=_OPTIONS) if credentials else grpc.aio.insecure_channel(target, options=_OPTIONS)
        self._channel = channel
        self.metadata = (("authorization", f"Bearer {api_key}"),)
        self.stub = platform_pb2_grpc.PlatformServiceStub(channel)
        self.counters = counters
        self._patience = patience
        self._background: set[asyncio.Task[Any]] = set()
        self._stream = CommandStream(self.stub, self.metadata, patience, counters) if streamed else None

    async def command(self, method: grpc.aio.UnaryUnaryMultiCallable[Commanded, Response], request: Commanded) -> Response | platform_pb2.StreamedAnswer:
        """Carry a command out; the same answers and errors as `call`, by the way that this client's commands go."""
        if request.ByteSize() > _LARGEST_COMMAND_BYTES:
            # Too large for a message, it would have no answer, and take a stream along.
            raise refused("INVALID", f"a command has at most {_LARGEST_COMMAND_BYTES} bytes")
        if self._stream:
            return await self._stream.carry_out(request)
        return await self.call(method, request)

    async def call(self, method: grpc.aio.UnaryUnaryMultiCallable[Request, Response], request: Request) -> Response:
        """Return the answer; RefusedError when it is no, NoAnswerError when there is none."""
        try:
            response = await method(request, timeout=DEADLINE_SECONDS, metadata=self.metadata)
        except grpc.aio.AioRpcError as error:
            response = await self._again(method, request, error)
        self.counters.answers += 1
        return response

    async def _again(self, method: grpc.aio.UnaryUnaryMultiCallable[Request, Response], request: Request, error: grpc.aio.AioRpcError) -> Response:
        until = time.monotonic() + self._patience
        for seconds in backoff():
            if refusal := read_refusal(error):
                self.counters.answers += 1
                self.counters.refusals += 1
                raise refusal from None
            if time.monotonic() + seconds > until:
                break
            await asyncio.sleep(seconds)
            self.counters.retries += 1
            try:
                return await method(request, timeout=DEADLINE_SECONDS, metadata=self.metadata)
            except grpc.aio.AioRpcError as again:
                error = again
                logger.debug("no answer (%s), trying again", error.code().name)
        raise NoAnswerError(f"no answer within {self._patience:g} s ({error.code().name}: {error.details()})") from error

    async def say_typing(self, request: platform_pb2.ReportTypingRequest) -> None:
        """Send what may be lost: once, and never an error."""
        if self._stream:
            self._stream.say_typing(request)
            return
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            await self.stub.ReportTyping(request, timeout=FLEETING_SECONDS, metadata=self.metadata)

    def keep(self, work: Coroutine[Any, Any, Response]) -> "asyncio.Task[Response]":
        """Run something that nobody's cancellation reaches; `close` waits for it a little."""
        task = asyncio.ensure_future(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return task

    async def close(self) -> None:
        """Let what runs in the background end, then close the channel."""
        if self._background:
            _, late = await asyncio.wait(self._background, timeout=_CLOSING_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        if self._stream:
            await self._stream.close()
        await self._channel.close()
