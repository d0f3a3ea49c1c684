"""A platform's commands on one stream, on the public listener: decode, carry out in order, encode. Failures are named in the contract."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Any

from baton.conversation.v1 import errors_pb2, platform_pb2
from google.rpc import code_pb2
from servicekit.caller import platform_caller
from servicekit.errors import InvalidError, ServiceError, UnauthenticatedError
from servicekit.grpc_server import RPC_SECONDS

from services.conversation.domain.commands import Command, ReportReceipts, RequestHuman
from services.conversation.entrypoints import platform_commands as read
from services.conversation.entrypoints.control_proto import write_availability, write_outcome
from services.conversation.ports.surroundings import Availability
from services.conversation.use_cases.carry_out import CarryOut, Outcome
from services.conversation.use_cases.command_stream import MAX_UNDER_WAY, Answered, CommandStream, Streamed
from services.conversation.use_cases.report_receipts import ReportReceiptsBatched
from services.conversation.use_cases.request_human import RequestHumanAttention

# How often a stream looks whether it may go on: a revoked key ends it within five seconds.
LOOK_SECONDS = 1.0

# None: what gets no answer.
Result = tuple[Outcome, Availability | None] | None
Answers = CommandStream[Result]
SayTyping = Callable[[platform_pb2.ReportTypingRequest], Awaitable[None]]

_READ: dict[str, Callable[[Any], Command]] = {
    "start_conversation": read.start_conversation,
    "append_user_message": read.append_user_message,
    "append_ai_message": read.append_ai_message,
    "request_human": read.request_human,
    "withdraw_request": read.withdraw_request,
    "report_delivered": read.report_delivered,
    "report_shown": read.report_shown,
    "close_conversation": read.close_conversation,
}
_TYPING = "report_typing"
# The call that a command stands for.
_SERVICE = platform_pb2.DESCRIPTOR.services_by_name["PlatformService"].full_name
_CALLS = {kind: f"/{_SERVICE}/{kind.title().replace('_', '')}" for kind in _READ}
_REASONS = errors_pb2.ErrorReason.DESCRIPTOR.values_by_name


@dataclass(frozen=True)
class StreamLimits:
    """When a stream ends by itself: after `max_seconds`, when the process drains, or when its key is revoked."""

    max_seconds: float
    draining: Callable[[], bool]
    key_revoked: Callable[[str], bool]


class AppendStreams:
    """All command streams of this process."""

    def __init__(self, carry_out: CarryOut, request_human: RequestHumanAttention, report_receipts: ReportReceiptsBatched, limits: StreamLimits) -> None:
        self._carry_out = carry_out
        self._request_human = request_human
        self._report_receipts = report_receipts
        self._limits = limits
        self.open = 0

    async def __call__(
        self, requests: AsyncIterator[platform_pb2.AppendStreamRequest], say_typing: SayTyping
    ) -> AsyncGenerator[platform_pb2.AppendStreamResponse, None]:
        """Yield the answers; ends when the sender has and all is answered, or by a limit."""
        stream = Answers()
        reading = asyncio.create_task(self._read(requests, stream, say_typing))
        watching = asyncio.create_task(self._until_over(platform_caller().key_id, reading))
        self.open += 1
        try:
            async with aclosing(stream.answers()) as batches:
                async for batch in batches:
                    yield platform_pb2.AppendStreamResponse(answers=[_write(answered) for answered in batch])
            await watching
        finally:
            self.open -= 1
            for task in (reading, watching):
                task.cancel()

    async def _until_over(self, key_id: str, reading: "asyncio.Task[None]") -> None:
        """Return when nothing more is read, by the sender's will or ours; raise why, where it is a refusal."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._limits.max_seconds
        while not reading.done():
            if self._limits.key_revoked(key_id):
                reading.cancel()
                raise UnauthenticatedError("KEY_INVALID", "The API key is missing, unknown or revoked.")
            if self._limits.draining() or loop.time() >= until:
                reading.cancel()
            await asyncio.wait([reading], timeout=LOOK_SECONDS)
        if not reading.cancelled():
            await reading

    async def _read(self, requests: AsyncIterator[platform_pb2.AppendStreamRequest], stream: Answers, say_typing: SayTyping) -> None:
        try:
            async for request in requests:
                if not 1 <= len(request.commands) <= MAX_UNDER_WAY:
                    raise InvalidError("commands", f"must be 1 to {MAX_UNDER_WAY}")
                for command in request.commands:
                    await self._take(command, stream, say_typing)
        finally:
            stream.end()

    async def _take(self, streamed: platform_pb2.StreamedCommand, stream: Answers, say_typing: SayTyping) -> None:
        kind = streamed.WhichOneof("command")
        if kind is None:
            # None, or one newer than this process: it has no id that an answer could name.
            raise InvalidError("commands.command", "must be one that this version knows")
        request = getattr(streamed, kind)
        if kind == _TYPING:
            await stream.put(Streamed("", partial(say_typing, request)))
            return
        try:
            command = _READ[kind](request)
        except ServiceError as refusal:
            if not request.command_id:
                # No answer could name it.
                raise
            await stream.put(Streamed(request.command_id, partial(_refuse, refusal)))
            return
        # Receipts only rise, and may wait for their interval: nothing stands behind them.
        lane = "" if isinstance(command, ReportReceipts) else command.conversation_id
        await stream.put(Streamed(command.command_id, partial(self._measured, kind, command), lane))

    async def _measured(self, kind: str, command: Command) -> Result:
        """Carry out, and be counted as the call that it stands for: objectives are about commands, whichever way they come."""
        began, code = time.perf_counter(), "INTERNAL"
        try:
            result = await self._carried_out(command)
            code = "OK"
        except ServiceError as error:
            code = error.kind.value.grpc
            raise
        except asyncio.CancelledError:
            code = "CANCELLED"
            raise
        finally:
            RPC_SECONDS.labels(_CALLS[kind], code).observe(time.perf_counter() - began)
        return result

    async def _carried_out(self, command: Command) -> Result:
        if isinstance(command, RequestHuman):
            return await self._request_human(command)
        if isinstance(command, ReportReceipts):
            return await self._report_receipts(command), None
        return await self._carry_out(command), None


async def _refuse(refusal: ServiceError) -> Result:
    raise refusal


def _write(answered: Answered[Result]) -> platform_pb2.StreamedAnswer:
    message = platform_pb2.StreamedAnswer(command_id=answered.command_id)
    if answered.error is not None:
        message.refusal.CopyFrom(_refusal(answered.error))
    elif answered.result is not None:
        outcome, availability = answered.result
        message.outcome.CopyFrom(write_outcome(outcome))
        if availability is not None:
            message.availability.CopyFrom(write_availability(availability))
    return message


def _refusal(error: ServiceError) -> platform_pb2.Refusal:
    name = f"ERROR_REASON_{error.reason}"
    return platform_pb2.Refusal(
        reason=errors_pb2.ErrorReason.Value(name if name in _REASONS else "ERROR_REASON_UNSPECIFIED"),
        code=code_pb2.Code.Value(error.kind.value.grpc),
        message=error.message,
        field=error.field,
        details=error.details,
    )
