"""A platform's requests as the domain's commands: read here alone, so that a stream and a unary call take and refuse the same."""

from typing import Any

from baton.conversation.v1 import control_pb2, event_pb2, platform_pb2
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
from services.conversation.entrypoints.control_proto import read_enum, read_moment


def start_conversation(request: platform_pb2.StartConversationRequest) -> commands.StartConversation:
    """Begin a conversation under the id that follows from the platform's own."""
    caller = platform_caller()
    foreign = foreign_id("platform_conversation_id", request.platform_conversation_id)
    return commands.StartConversation(
        command_id=uuid_text("command_id", request.command_id),
        conversation_id=conversation_id_of(caller.workspace_id, caller.platform_id, foreign),
        workspace_id=caller.workspace_id,
        actor=_actor(),
        platform_conversation_id=foreign,
        user=_user(request.user),
        ai_agent=_ai_agent(request.ai_agent),
        attributes=attributes_of("attributes", request.attributes),
    )


def append_user_message(request: platform_pb2.AppendUserMessageRequest) -> commands.AppendUserMessage:
    """The user wrote."""
    sent_at = read_moment("sent_at", request.sent_at) if request.HasField("sent_at") else None
    return commands.AppendUserMessage(**_envelope(request), text=required_text("text", request.text), sent_at=sent_at)


def append_ai_message(request: platform_pb2.AppendAiMessageRequest) -> commands.AppendAiMessage:
    """The AI speaks, under its epoch."""
    return commands.AppendAiMessage(**_envelope(request), text=required_text("text", request.text), epoch=seq_number("epoch", request.epoch))


def request_human(request: platform_pb2.RequestHumanRequest) -> commands.RequestHuman:
    """A human is wanted."""
    return commands.RequestHuman(
        **_envelope(request),
        epoch=seq_number("epoch", request.epoch),
        by=read_enum("by", RequestedBy, request.by),
        reason=optional_text("reason", request.reason, MAX_SHORT_BYTES),
        summary=optional_text("summary", request.summary),
        priority=read_enum("priority", Priority, request.priority) if request.priority else Priority.NORMAL,
        suggested_reply=optional_text("suggested_reply", request.suggested_reply),
    )


def withdraw_request(request: platform_pb2.WithdrawRequestRequest) -> commands.WithdrawRequest:
    """No human is wanted any more."""
    reason = optional_text("reason", request.reason, MAX_SHORT_BYTES)
    return commands.WithdrawRequest(**_envelope(request), epoch=seq_number("epoch", request.epoch), reason=reason)


def report_delivered(request: platform_pb2.ReportDeliveredRequest) -> commands.ReportReceipts:
    """Human messages reached the platform."""
    return commands.ReportReceipts(**_envelope(request), delivered_seq=seq_number("up_to_seq", request.up_to_seq, least=1))


def report_shown(request: platform_pb2.ReportShownRequest) -> commands.ReportReceipts:
    """Human messages were shown to the user."""
    return commands.ReportReceipts(**_envelope(request), shown_seq=seq_number("up_to_seq", request.up_to_seq, least=1))


def close_conversation(request: platform_pb2.CloseConversationRequest) -> commands.CloseByPlatform:
    """The AI resolved it, or the user left."""
    reason = read_enum("reason", CloseReason, request.reason)
    return commands.CloseByPlatform(**_envelope(request), reason=reason, epoch=seq_number("epoch", request.epoch))


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
