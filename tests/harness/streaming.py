"""An AI platform that sends its commands on AppendStream: opened again when it ends, and what had no answer sent again."""

import asyncio
import time
from collections import defaultdict, deque
from contextlib import suppress
from typing import Any

import grpc.aio
from baton.conversation.v1 import errors_pb2, platform_pb2, platform_pb2_grpc

from tests.harness.callers import CHANNEL_OPTIONS, PATIENCE_SECONDS, RETRY_SECONDS, Answer, Platform

# Answers that say nothing of the command: the same again.
UNDECIDED = {errors_pb2.ERROR_REASON_UNAVAILABLE, errors_pb2.ERROR_REASON_BEHIND_UNDECIDED}
MOST_IN_A_MESSAGE = 64


class CommandStream:
    """One stream to one replica. What waits goes out together; an answer resolves the oldest sending of its id."""

    def __init__(self, target: str, metadata: list[tuple[str, str]]) -> None:
        self._channel = grpc.aio.insecure_channel(target, options=CHANNEL_OPTIONS)
        self._stub = platform_pb2_grpc.PlatformServiceStub(self._channel)
        self._metadata = metadata
        self._waiting: deque[platform_pb2.StreamedCommand] = deque()
        self._answers: defaultdict[str, deque[asyncio.Future[platform_pb2.StreamedAnswer | None]]] = defaultdict(deque)
        self._news = asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self.streams = 0

    async def put(self, command: platform_pb2.StreamedCommand, command_id: str) -> platform_pb2.StreamedAnswer | None:
        """Send; None when the stream ended without an answer."""
        future: asyncio.Future[platform_pb2.StreamedAnswer | None] = asyncio.get_running_loop().create_future()
        self._answers[command_id].append(future)
        self._waiting.append(command)
        self._news.set()
        return await future

    async def close(self) -> None:
        """End it."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self._channel.close()

    async def _run(self) -> None:
        while True:
            call: Any = self._stub.AppendStream(metadata=self._metadata)
            self.streams += 1
            sending = asyncio.create_task(self._send(call))
            try:
                while (response := await call.read()) is not grpc.aio.EOF:
                    for answer in response.answers:
                        self._resolve(answer)
            except grpc.aio.AioRpcError:
                await asyncio.sleep(RETRY_SECONDS)
            finally:
                sending.cancel()
                call.cancel()
                self._forget()

    async def _send(self, call: Any) -> None:  # grpc's own call
        await call.initial_metadata()
        with suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            while not call.done():
                await self._news.wait()
                self._news.clear()
                while self._waiting:
                    some = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_IN_A_MESSAGE))]
                    await call.write(platform_pb2.AppendStreamRequest(commands=some))

    def _resolve(self, answer: platform_pb2.StreamedAnswer) -> None:
        futures = self._answers[answer.command_id]
        future = futures.popleft()
        if not futures:
            del self._answers[answer.command_id]
        if not future.done():
            future.set_result(answer)

    def _forget(self) -> None:
        """Nothing more comes of what was sent: who waits sends it again."""
        self._waiting.clear()
        answers, self._answers = self._answers, defaultdict(deque)
        for future in (future for futures in answers.values() for future in futures):
            if not future.done():
                future.set_result(None)


class StreamingPlatform(Platform):
    """As Platform, but what is said goes over streams, one to each replica; a share of it by unary calls beside them."""

    def __init__(self, targets: list[str], api_key: str, seed: int, unary_share: float = 0.0) -> None:
        super().__init__(targets, api_key, seed)
        self._unary_share = unary_share
        self.streams = [CommandStream(target, self.metadata) for target in targets]

    async def close(self) -> None:
        """End the streams, too."""
        for stream in self.streams:
            await stream.close()
        await super().close()

    async def command(self, methods: list[Any], request: Any, metadata: list[tuple[str, str]]) -> Answer:
        """Carry one command out and return its answer; what a stream does not take goes by itself."""
        if self._random.random() < self._unary_share:
            return await super().command(methods, request, metadata)
        if isinstance(request, platform_pb2.AppendUserMessageRequest):
            command = platform_pb2.StreamedCommand(append_user_message=request)
        elif isinstance(request, platform_pb2.AppendAiMessageRequest):
            command = platform_pb2.StreamedCommand(append_ai_message=request)
        else:
            return await super().command(methods, request, metadata)
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            answer = await self.pick(self.streams).put(command, request.command_id)
            if answer is None or answer.refusal.reason in UNDECIDED:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            if answer.HasField("refusal"):
                reason = errors_pb2.ErrorReason.Name(answer.refusal.reason).removeprefix("ERROR_REASON_")
                return Answer(request.conversation_id, request.command_id, refusal=reason, details=dict(answer.refusal.details))
            return Answer(answer.outcome.conversation_id, request.command_id, answer.outcome.seq, answer.outcome.control.epoch)
        message = f"no replica answered {type(request).__name__} on its stream"
        raise RuntimeError(message)
