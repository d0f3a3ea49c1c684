"""An AI platform that sends its commands on AppendStream, one stream to each replica; what its callers send in one turn goes in one message."""

import asyncio
import random
from typing import Any

import grpc
import grpc.aio
from baton.conversation.v1 import errors_pb2, platform_pb2, platform_pb2_grpc

from tests.harness.callers import new_id

# What the contract lets be under way on a stream, and so the most that one message can hold.
MOST_COMMANDS = 256
REPEATED = {grpc.StatusCode.UNAVAILABLE.value[0]}


class CommandStream:
    """One stream. Each command is answered by its id."""

    def __init__(self, channel: grpc.aio.Channel, metadata: list[tuple[str, str]]) -> None:
        self._call: Any = platform_pb2_grpc.PlatformServiceStub(channel).AppendStream(metadata=metadata)
        self._waiting: dict[str, asyncio.Future[platform_pb2.StreamedAnswer]] = {}
        self._pending: list[platform_pb2.StreamedCommand] = []
        self._news = asyncio.Event()
        self._tasks = [asyncio.create_task(self._write()), asyncio.create_task(self._read())]

    async def user_says(self, request: platform_pb2.AppendUserMessageRequest) -> platform_pb2.StreamedAnswer:
        """Send, and return the answer."""
        answer: asyncio.Future[platform_pb2.StreamedAnswer] = asyncio.get_running_loop().create_future()
        self._waiting[request.command_id] = answer
        self._pending.append(platform_pb2.StreamedCommand(append_user_message=request))
        self._news.set()
        return await answer

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._call.cancel()

    async def _write(self) -> None:
        while True:
            await self._news.wait()
            self._news.clear()
            while self._pending:
                commands, self._pending = self._pending[:MOST_COMMANDS], self._pending[MOST_COMMANDS:]
                await self._call.write(platform_pb2.AppendStreamRequest(commands=commands))

    async def _read(self) -> None:
        try:
            async for response in self._call:
                for answer in response.answers:
                    self._waiting.pop(answer.command_id).set_result(answer)
        except grpc.aio.AioRpcError as error:
            for waiting in self._waiting.values():
                waiting.set_exception(error)


class StreamedPlatform:
    """Routes each command to a replica chosen at random; repeats what was left undecided, as the contract says."""

    def __init__(self, channels: list[grpc.aio.Channel], metadata: list[tuple[str, str]], seed: int) -> None:
        self._random = random.Random(seed)  # chooses a route
        self._streams = [CommandStream(channel, metadata) for channel in channels]

    async def user_says(self, conversation_id: str, text: str) -> None:
        """Return when it is acknowledged; RuntimeError if it is refused."""
        request = platform_pb2.AppendUserMessageRequest(command_id=new_id(), conversation_id=conversation_id, text=text)
        while True:
            answer = await self._random.choice(self._streams).user_says(request)
            if not answer.HasField("refusal"):
                return
            if answer.refusal.code not in REPEATED:
                raise RuntimeError(errors_pb2.ErrorReason.Name(answer.refusal.reason))

    async def close(self) -> None:
        """End the streams."""
        for stream in self._streams:
            await stream.close()
