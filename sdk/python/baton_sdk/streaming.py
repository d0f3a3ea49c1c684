"""Commands on one AppendStream: for volume. Answered one by one, sent again in their order after whatever is lost."""

import asyncio
import logging
import time
from contextlib import suppress
from typing import TypeAlias

import grpc
import grpc.aio

from baton_sdk import wire
from baton_sdk.backoff import backoff
from baton_sdk.contract import platform_pb2, platform_pb2_grpc
from baton_sdk.counters import Counters
from baton_sdk.errors import NoAnswerError, refused
from baton_sdk.pipeline import Command, Pipeline

logger = logging.getLogger(__name__)

Call: TypeAlias = grpc.aio.StreamStreamCall[platform_pb2.AppendStreamRequest, platform_pb2.AppendStreamResponse]

# Put into one message at most: enough to share its cost, and few enough that the first of them does not wait for the last.
_MOST_IN_A_MESSAGE = 64
# Baton reads messages of up to a mebibyte.
_MOST_BYTES_IN_A_MESSAGE = 512 * 1024
# Baton answers a command within ten seconds, if only to say that it does not know; after this the stream is taken for dead.
_ANSWER_SECONDS = 12.0
_LOOK_SECONDS = 0.5
# What may be lost is dropped while so much else waits to be sent.
_MOST_WAITING = 256


class CommandStream:
    """Opened with the first command, and again after every loss while there is something to send."""

    def __init__(self, stub: platform_pb2_grpc.PlatformServiceStub, metadata: tuple[tuple[str, str], ...], patience: float, counters: Counters) -> None:
        """`patience` in seconds bounds how long a command is tried."""
        self._stub = stub
        self._metadata = metadata
        self._patience = patience
        self._counters = counters
        self._pipeline = Pipeline(counters)
        self._call: Call | None = None
        self._tasks: list[asyncio.Task[None]] = []

    async def carry_out(self, request: Command) -> platform_pb2.StreamedAnswer:
        """Return the answer; RefusedError when it is no, NoAnswerError when there is none. Who stops waiting does not stop the command."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._run()), asyncio.create_task(self._look_after())]
        answer = await self._pipeline.put(request, time.monotonic() + self._patience)
        self._counters.answers += 1
        if answer.HasField("refusal"):
            self._counters.refusals += 1
            raise wire.read_streamed_refusal(answer.refusal)
        return answer

    def say_typing(self, request: platform_pb2.ReportTypingRequest) -> None:
        """Send what may be lost, if there is a stream and room on it."""
        if self._call and self._pipeline.waiting < _MOST_WAITING:
            self._pipeline.put_fleeting(platform_pb2.StreamedCommand(report_typing=request))

    async def close(self) -> None:
        """End the stream. What has no answer yet gets none."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._pipeline.fail(lambda: NoAnswerError("the client was closed"))

    async def _run(self) -> None:
        waits = backoff()
        while True:
            await self._pipeline.wanted()
            self._call = call = self._stub.AppendStream(metadata=self._metadata)
            sending = asyncio.create_task(self._send(call))
            try:
                while isinstance(response := await call.read(), platform_pb2.AppendStreamResponse):
                    waits = backoff()
                    for answer in response.answers:
                        self._pipeline.answered(answer)
            except grpc.aio.AioRpcError as error:
                self._lost(error)
            except asyncio.CancelledError:
                # The client closes; or else only the call was cancelled, by who looks after it.
                if (me := asyncio.current_task()) and me.cancelling():
                    raise
            finally:
                self._call = None
                sending.cancel()
                call.cancel()
                self._pipeline.broke()
            self._counters.reconnects += 1
            await asyncio.sleep(next(waits))

    def _lost(self, error: grpc.aio.AioRpcError) -> None:
        refusal = wire.read_refusal(error)
        logger.info("the stream of commands broke (%s)", refusal.reason if refusal else error.code().name)
        if refusal:
            # It is about the key, or the stream as a whole: each that waits is told, and the next opens a new one.
            self._counters.answers += 1
            self._counters.refusals += 1
            self._pipeline.fail(lambda: refused(refusal.reason, refusal.message, refusal.details, refusal.field))

    async def _send(self, call: Call) -> None:
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            # A stream that is refused says so here, instead of failing in its first write.
            await call.initial_metadata()
            while not call.done():
                if commands := await self._pipeline.take(_MOST_IN_A_MESSAGE, _MOST_BYTES_IN_A_MESSAGE):
                    await call.write(platform_pb2.AppendStreamRequest(commands=commands))

    async def _look_after(self) -> None:
        """End the patience of those whose time is over, and a stream that no longer answers."""
        while True:
            await asyncio.sleep(min(_LOOK_SECONDS, self._patience / 4))
            now = time.monotonic()
            gave_up = self._pipeline.give_up(now, lambda: NoAnswerError(f"no answer within {self._patience:g} s"))
            # What was sent and given up would hold its conversation's others back for as long as the stream lives.
            if self._call and (gave_up or self._pipeline.oldest_sent_at(now) < now - _ANSWER_SECONDS):
                self._call.cancel()
