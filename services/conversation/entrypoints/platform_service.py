"""What an AI platform calls, on the public listener: decode, carry out, encode. Failures are named in the contract."""
# ruff: noqa: N802  # the methods' names are the contract's

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, Protocol

import grpc.aio
from baton.conversation.v1 import platform_pb2, platform_pb2_grpc
from servicekit.caller import platform_caller

from services.conversation.domain.texts import optional_text, seq_number, uuid_text
from services.conversation.entrypoints import platform_commands as read
from services.conversation.entrypoints.append_stream import AppendStreams
from services.conversation.entrypoints.control_proto import write_availability, write_control, write_outcome
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.look_up import LookUp, ReportTyping
from services.conversation.use_cases.report_receipts import ReportReceiptsBatched
from services.conversation.use_cases.request_human import RequestHumanAttention

Context = grpc.aio.ServicerContext[Any, Any]
SERVICE_NAME = platform_pb2.DESCRIPTOR.services_by_name["PlatformService"].full_name


class Watching(Protocol):
    """The platform's stream (entrypoints/watch.py)."""

    def watch(self, request: platform_pb2.WatchRequest, context: Context) -> AsyncIterator[platform_pb2.WatchResponse]:
        """Yield what the platform must act on; see the contract."""
        ...

    async def ack(self, request: platform_pb2.AckWatchRequest) -> platform_pb2.AckWatchResponse:
        """Store a consumer's position."""
        ...


class PlatformService(platform_pb2_grpc.PlatformServiceServicer):
    """Every conversation that it touches is one of the calling platform's own."""

    def __init__(
        self,
        carry_out: CarryOut,
        request_human: RequestHumanAttention,
        report_receipts: ReportReceiptsBatched,
        look_up: LookUp,
        report_typing: ReportTyping,
        append_streams: AppendStreams,
        watching: Watching,
    ) -> None:
        self._carry_out = carry_out
        self._request_human = request_human
        self._report_receipts = report_receipts
        self._look_up = look_up
        self._report_typing = report_typing
        self._append_streams = append_streams
        self._watching = watching

    async def StartConversation(self, request: platform_pb2.StartConversationRequest, _context: Context) -> platform_pb2.StartConversationResponse:
        """Begin a conversation, or answer with the one already begun."""
        return platform_pb2.StartConversationResponse(outcome=write_outcome(await self._carry_out(read.start_conversation(request))))

    async def AppendUserMessage(self, request: platform_pb2.AppendUserMessageRequest, _context: Context) -> platform_pb2.AppendUserMessageResponse:
        """The user wrote."""
        return platform_pb2.AppendUserMessageResponse(outcome=write_outcome(await self._carry_out(read.append_user_message(request))))

    async def AppendAiMessage(self, request: platform_pb2.AppendAiMessageRequest, _context: Context) -> platform_pb2.AppendAiMessageResponse:
        """The AI speaks, under its epoch."""
        return platform_pb2.AppendAiMessageResponse(outcome=write_outcome(await self._carry_out(read.append_ai_message(request))))

    async def RequestHuman(self, request: platform_pb2.RequestHumanRequest, _context: Context) -> platform_pb2.RequestHumanResponse:
        """A human is wanted."""
        outcome, availability = await self._request_human(read.request_human(request))
        return platform_pb2.RequestHumanResponse(outcome=write_outcome(outcome), availability=write_availability(availability))

    async def WithdrawRequest(self, request: platform_pb2.WithdrawRequestRequest, _context: Context) -> platform_pb2.WithdrawRequestResponse:
        """No human is wanted any more."""
        return platform_pb2.WithdrawRequestResponse(outcome=write_outcome(await self._carry_out(read.withdraw_request(request))))

    async def ReportDelivered(self, request: platform_pb2.ReportDeliveredRequest, _context: Context) -> platform_pb2.ReportDeliveredResponse:
        """Human messages reached the platform."""
        outcome = await self._report_receipts(read.report_delivered(request))
        return platform_pb2.ReportDeliveredResponse(control=write_control(outcome.control))

    async def ReportShown(self, request: platform_pb2.ReportShownRequest, _context: Context) -> platform_pb2.ReportShownResponse:
        """Human messages were shown to the user."""
        outcome = await self._report_receipts(read.report_shown(request))
        return platform_pb2.ReportShownResponse(control=write_control(outcome.control))

    async def AppendStream(
        self, requests: AsyncIterator[platform_pb2.AppendStreamRequest], context: Context
    ) -> AsyncIterator[platform_pb2.AppendStreamResponse]:
        """Many of these on one stream."""
        # At once: until then a client does not know whether its key was taken, and one that writes into a stream just refused may never learn why.
        await context.send_initial_metadata(())
        async with aclosing(self._append_streams(requests, self._say_typing)) as answers:
            async for answer in answers:
                yield answer

    async def ReportTyping(self, request: platform_pb2.ReportTypingRequest, _context: Context) -> platform_pb2.ReportTypingResponse:
        """Somebody on the platform's side writes."""
        await self._say_typing(request)
        return platform_pb2.ReportTypingResponse()

    async def _say_typing(self, request: platform_pb2.ReportTypingRequest) -> None:
        caller = platform_caller()
        conversation_id = uuid_text("conversation_id", request.conversation_id)
        if request.user:
            await self._report_typing.user(caller.workspace_id, caller.platform_id, conversation_id, active=request.active)
        else:
            await self._report_typing.ai(
                caller.workspace_id,
                caller.platform_id,
                conversation_id,
                epoch=seq_number("epoch", request.epoch),
                partial_text=optional_text("partial_text", request.partial_text),
                active=request.active,
            )

    async def CloseConversation(self, request: platform_pb2.CloseConversationRequest, _context: Context) -> platform_pb2.CloseConversationResponse:
        """The AI resolved it, or the user left."""
        return platform_pb2.CloseConversationResponse(outcome=write_outcome(await self._carry_out(read.close_conversation(request))))

    async def GetConversation(self, request: platform_pb2.GetConversationRequest, _context: Context) -> platform_pb2.GetConversationResponse:
        """How it stands."""
        caller = platform_caller()
        state = await self._look_up(caller.workspace_id, caller.platform_id, uuid_text("conversation_id", request.conversation_id))
        return platform_pb2.GetConversationResponse(
            conversation_id=state.conversation_id,
            seq=state.seq,
            control=write_control(state.after.control),
            last_user_seq=state.after.last_user_seq,
            delivered_seq=state.after.delivered_seq,
            shown_seq=state.after.shown_seq,
            reply_due=state.after.oldest_unanswered_at is not None and state.after.control.ai_may_speak,
        )

    async def Watch(self, request: platform_pb2.WatchRequest, context: Context) -> AsyncIterator[platform_pb2.WatchResponse]:
        """Stream what the platform must act on."""
        async for item in self._watching.watch(request, context):
            yield item

    async def AckWatch(self, request: platform_pb2.AckWatchRequest, _context: Context) -> platform_pb2.AckWatchResponse:
        """Store a consumer's position."""
        return await self._watching.ack(request)
