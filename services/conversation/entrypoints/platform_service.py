"""What an AI platform calls, on the public listener: decode, carry out, encode. Failures are named in the contract."""
# ruff: noqa: N802  # the methods' names are the contract's

from collections.abc import AsyncIterator
from typing import Any, Protocol

import grpc.aio
from baton.conversation.v1 import control_pb2, event_pb2, platform_pb2, platform_pb2_grpc
from servicekit.caller import platform_caller

from services.conversation.domain import commands
from services.conversation.domain.control import AiAgentRef, CloseReason, Priority
from services.conversation.domain.events import Actor, ActorKind, EndUser, RequestedBy
from services.conversation.domain.texts import (
    MAX_SHORT_BYTES,
    attributes_of,
    conversation_id_of,
    foreign_id,
    optional_text,
    required_text,
    seq_number,
    uuid_text,
)
from services.conversation.entrypoints.control_proto import read_enum, read_moment, write_control, write_outcome
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
        watching: Watching,
    ) -> None:
        self._carry_out = carry_out
        self._request_human = request_human
        self._report_receipts = report_receipts
        self._look_up = look_up
        self._report_typing = report_typing
        self._watching = watching

    async def StartConversation(self, request: platform_pb2.StartConversationRequest, _context: Context) -> platform_pb2.StartConversationResponse:
        """Begin a conversation, or answer with the one already begun."""
        caller = platform_caller()
        foreign = foreign_id("platform_conversation_id", request.platform_conversation_id)
        command = commands.StartConversation(
            command_id=uuid_text("command_id", request.command_id),
            conversation_id=conversation_id_of(caller.workspace_id, caller.platform_id, foreign),
            workspace_id=caller.workspace_id,
            actor=_actor(),
            platform_conversation_id=foreign,
            user=_user(request.user),
            ai_agent=_ai_agent(request.ai_agent),
            attributes=attributes_of("attributes", request.attributes),
        )
        return platform_pb2.StartConversationResponse(outcome=write_outcome(await self._carry_out(command)))

    async def AppendUserMessage(self, request: platform_pb2.AppendUserMessageRequest, _context: Context) -> platform_pb2.AppendUserMessageResponse:
        """The user wrote."""
        command = commands.AppendUserMessage(
            **_envelope(request),
            text=required_text("text", request.text),
            sent_at=read_moment("sent_at", request.sent_at) if request.HasField("sent_at") else None,
        )
        return platform_pb2.AppendUserMessageResponse(outcome=write_outcome(await self._carry_out(command)))

    async def AppendAiMessage(self, request: platform_pb2.AppendAiMessageRequest, _context: Context) -> platform_pb2.AppendAiMessageResponse:
        """The AI speaks, under its epoch."""
        command = commands.AppendAiMessage(**_envelope(request), text=required_text("text", request.text), epoch=seq_number("epoch", request.epoch))
        return platform_pb2.AppendAiMessageResponse(outcome=write_outcome(await self._carry_out(command)))

    async def RequestHuman(self, request: platform_pb2.RequestHumanRequest, _context: Context) -> platform_pb2.RequestHumanResponse:
        """A human is wanted."""
        command = commands.RequestHuman(
            **_envelope(request),
            epoch=seq_number("epoch", request.epoch),
            by=read_enum("by", RequestedBy, request.by),
            reason=optional_text("reason", request.reason, MAX_SHORT_BYTES),
            summary=optional_text("summary", request.summary),
            priority=read_enum("priority", Priority, request.priority) if request.priority else Priority.NORMAL,
            suggested_reply=optional_text("suggested_reply", request.suggested_reply),
        )
        outcome, availability = await self._request_human(command)
        return platform_pb2.RequestHumanResponse(
            outcome=write_outcome(outcome),
            availability=control_pb2.Availability(agents_available=availability.agents_available, waiting_ahead=availability.waiting_ahead),
        )

    async def WithdrawRequest(self, request: platform_pb2.WithdrawRequestRequest, _context: Context) -> platform_pb2.WithdrawRequestResponse:
        """No human is wanted any more."""
        command = commands.WithdrawRequest(
            **_envelope(request), epoch=seq_number("epoch", request.epoch), reason=optional_text("reason", request.reason, MAX_SHORT_BYTES)
        )
        return platform_pb2.WithdrawRequestResponse(outcome=write_outcome(await self._carry_out(command)))

    async def ReportDelivered(self, request: platform_pb2.ReportDeliveredRequest, _context: Context) -> platform_pb2.ReportDeliveredResponse:
        """Human messages reached the platform."""
        command = commands.ReportReceipts(**_envelope(request), delivered_seq=seq_number("up_to_seq", request.up_to_seq, least=1))
        return platform_pb2.ReportDeliveredResponse(control=write_control((await self._report_receipts(command)).control))

    async def ReportShown(self, request: platform_pb2.ReportShownRequest, _context: Context) -> platform_pb2.ReportShownResponse:
        """Human messages were shown to the user."""
        command = commands.ReportReceipts(**_envelope(request), shown_seq=seq_number("up_to_seq", request.up_to_seq, least=1))
        return platform_pb2.ReportShownResponse(control=write_control((await self._report_receipts(command)).control))

    async def ReportTyping(self, request: platform_pb2.ReportTypingRequest, _context: Context) -> platform_pb2.ReportTypingResponse:
        """Somebody on the platform's side writes."""
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
        return platform_pb2.ReportTypingResponse()

    async def CloseConversation(self, request: platform_pb2.CloseConversationRequest, _context: Context) -> platform_pb2.CloseConversationResponse:
        """The AI resolved it, or the user left."""
        command = commands.CloseByPlatform(
            **_envelope(request), reason=read_enum("reason", CloseReason, request.reason), epoch=seq_number("epoch", request.epoch)
        )
        return platform_pb2.CloseConversationResponse(outcome=write_outcome(await self._carry_out(command)))

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
            reply_due=state.after.oldest_unanswered_at is not None and state.after.control.ai_may_speak,
        )

    async def Watch(self, request: platform_pb2.WatchRequest, context: Context) -> AsyncIterator[platform_pb2.WatchResponse]:
        """Stream what the platform must act on."""
        async for item in self._watching.watch(request, context):
            yield item

    async def AckWatch(self, request: platform_pb2.AckWatchRequest, _context: Context) -> platform_pb2.AckWatchResponse:
        """Store a consumer's position."""
        return await self._watching.ack(request)


def _actor() -> Actor:
    caller = platform_caller()
    return Actor(ActorKind.PLATFORM, caller.platform_id, caller.platform_name)


def _envelope(request: Any) -> dict[str, Any]:  # noqa: ANN401  # every request with the two ids
    return {
        "command_id": uuid_text("command_id", request.command_id),
        "conversation_id": uuid_text("conversation_id", request.conversation_id),
        "workspace_id": platform_caller().workspace_id,
        "actor": _actor(),
    }


def _user(user: event_pb2.EndUser) -> EndUser:
    return EndUser(
        id=foreign_id("user.id", user.id),
        name=optional_text("user.name", user.name, MAX_SHORT_BYTES),
        email=optional_text("user.email", user.email, MAX_SHORT_BYTES),
        locale=optional_text("user.locale", user.locale, 35),
    )


def _ai_agent(agent: control_pb2.AiAgentRef) -> AiAgentRef:
    return AiAgentRef(id=foreign_id("ai_agent.id", agent.id), name=optional_text("ai_agent.name", agent.name, MAX_SHORT_BYTES))
