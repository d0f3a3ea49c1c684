"""The fake's side of one AppendStream: in order per conversation, halted at what is undecided, each answered by its id."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from google.protobuf.message import Message

from baton_sdk.contract import platform_pb2
from baton_sdk.testing.commands import STREAMED, Commands
from baton_sdk.testing.faults import Faults
from baton_sdk.testing.refusals import Refusal

_LOOK_SECONDS = 0.1
Enter = Callable[[str, Message], Awaitable[None]]


class FakeStream:
    """`enter` checks and records a call, and may raise a Refusal."""

    def __init__(self, commands: Commands, faults: Faults, enter: Enter) -> None:
        self._commands = commands
        self._faults = faults
        self._enter = enter
        # The command that must come again before any other of its conversation.
        self._undecided: dict[str, str] = {}
        self._answers: asyncio.Queue[platform_pb2.StreamedAnswer | Refusal | None] = asyncio.Queue()
        self._answering: set[asyncio.Task[None]] = set()

    async def answers(self, requests: AsyncIterator[platform_pb2.AppendStreamRequest]) -> AsyncIterator[platform_pb2.AppendStreamResponse]:
        """Yield the answers; raises the Refusal that ends the stream."""
        reading = asyncio.create_task(self._read(requests))
        try:
            while (answer := await self._next()) is not None:
                if isinstance(answer, Refusal):
                    raise answer
                yield platform_pb2.AppendStreamResponse(answers=[answer])
            await reading
        finally:
            for task in (reading, *self._answering):
                task.cancel()

    async def _next(self) -> platform_pb2.StreamedAnswer | Refusal | None:
        while not self._faults.key_revoked:
            try:
                async with asyncio.timeout(_LOOK_SECONDS):
                    return await self._answers.get()
            except TimeoutError:
                pass
        return Refusal("KEY_INVALID")

    async def _read(self, requests: AsyncIterator[platform_pb2.AppendStreamRequest]) -> None:
        try:
            async for request in requests:
                for command in request.commands:
                    await self._take(command)
            if self._answering:
                await asyncio.wait(self._answering)
        finally:
            self._answers.put_nowait(None)

    async def _take(self, command: platform_pb2.StreamedCommand) -> None:
        field = command.WhichOneof("command")
        if field is None:
            self._answers.put_nowait(Refusal("INVALID", field="commands.command"))
        elif field == "report_typing":
            with suppress(Refusal):  # it may be lost
                await self._enter("ReportTyping", command.report_typing)
        else:
            await self._carry_out(STREAMED[field], getattr(command, field))

    async def _carry_out(self, rpc: str, request: Message) -> None:
        name: str = getattr(request, "command_id", "")
        # Receipts stand in nobody's way.
        lane: str = "" if rpc in {"ReportDelivered", "ReportShown"} else getattr(request, "conversation_id", "")
        answer = platform_pb2.StreamedAnswer(command_id=name)
        first = self._undecided.get(lane, name)
        if first != name:
            answer.refusal.CopyFrom(Refusal("BEHIND_UNDECIDED", command_id=first).streamed())
        else:
            self._undecided.pop(lane, None)
            try:
                await self._enter(rpc, request)
                done = self._commands.carry_out(request)
                answer.MergeFrom(platform_pb2.StreamedAnswer(outcome=done.outcome, availability=done.availability))
            except Refusal as refusal:
                answer.refusal.CopyFrom(refusal.streamed())
                if refusal.reason == "UNAVAILABLE" and lane:
                    self._undecided[lane] = name
        # What holds this answer back holds no other.
        task = asyncio.create_task(self._answer(rpc, answer))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, rpc: str, answer: platform_pb2.StreamedAnswer) -> None:
        try:
            if answer.HasField("outcome"):
                await self._faults.after(rpc)
            self._answers.put_nowait(answer)
        except Refusal as refusal:
            # An answer that is lost here loses the stream.
            self._answers.put_nowait(refusal)
