"""Between the contract's messages and this package's values; and what an error says."""

import re
from datetime import UTC, datetime

import grpc
import grpc.aio
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import code_pb2, error_details_pb2, status_pb2

from baton_sdk.contract import control_pb2, errors_pb2, event_pb2, platform_pb2
from baton_sdk.errors import RefusedError, refused
from baton_sdk.values import AiAgent, Author, Availability, Brief, Control, Holder, Message, Priority, Receipt, Standing, User

DOMAIN = "baton"
_STATUS_KEY = "grpc-status-details-bin"
_HOLDERS = {
    control_pb2.HOLDER_AI: Holder.AI,
    control_pb2.HOLDER_QUEUE: Holder.QUEUE,
    control_pb2.HOLDER_HUMAN: Holder.HUMAN,
    control_pb2.HOLDER_CLOSED: Holder.CLOSED,
}
_PRIORITIES = {
    Priority.LOW: control_pb2.PRIORITY_LOW,
    Priority.NORMAL: control_pb2.PRIORITY_NORMAL,
    Priority.HIGH: control_pb2.PRIORITY_HIGH,
    Priority.URGENT: control_pb2.PRIORITY_URGENT,
}
# Baton, or what is in between, does not know whether it was carried out.
_UNDECIDED = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL}
# What gRPC itself says when an answer did not come. With Baton's own words in it, it is an answer.
_NO_ANSWER = {
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.UNKNOWN,
    # A proxy in between that is short of room.
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}


def read_refusal(error: grpc.aio.AioRpcError) -> RefusedError | None:
    """Return what Baton said, or None when it is unknown whether the command was carried out: no answer came, or Baton itself does not know."""
    info, field = error_details_pb2.ErrorInfo(), ""
    for key, value in error.trailing_metadata() or ():
        if key == _STATUS_KEY and isinstance(value, bytes):
            for detail in status_pb2.Status.FromString(value).details:
                if detail.Is(info.DESCRIPTOR):
                    detail.Unpack(info)
                elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
                    field = _first_field(error_details_pb2.BadRequest.FromString(detail.value))
    if error.code() in _UNDECIDED or (error.code() in _NO_ANSWER and info.domain != DOMAIN):
        return None
    return refused(info.reason or error.code().name, error.details() or "", dict(info.metadata), field)


def read_streamed_refusal(refusal: platform_pb2.Refusal) -> RefusedError:
    """Return what Baton said on a stream. A reason that this version does not know goes by its code, as without a stream."""
    known = refusal.reason in errors_pb2.ErrorReason.values() and refusal.reason
    reason = errors_pb2.ErrorReason.Name(refusal.reason).removeprefix("ERROR_REASON_") if known else code_pb2.Code.Name(code_pb2.Code.ValueType(refusal.code))
    return refused(reason, refusal.message, dict(refusal.details), refusal.field)


def _first_field(bad: error_details_pb2.BadRequest) -> str:
    return bad.field_violations[0].field if bad.field_violations else ""


def read_control(control: control_pb2.ControlState) -> Control:
    """Return who may speak. A holder that this version does not know is silent for the AI unless Baton says otherwise."""
    return Control(
        holder=_HOLDERS.get(control.holder, Holder.QUEUE),
        epoch=control.epoch,
        ai_may_speak=control.ai_may_speak,
        since=read_moment(control.since),
        agent=control.agent.display_name if control.HasField("agent") else "",
        close_reason=close_word(control.close_reason) if control.close_reason else "",
    )


def lost_control(details: dict[str, str]) -> Control | None:
    """Return the control that a CONTROL_LOST names: a queue under another epoch than the AI's is one that a human left, and silent."""
    holder, epoch = details.get("holder", ""), details.get("epoch", "")
    if holder not in set(Holder) or not re.fullmatch(r"\d{1,18}", epoch):
        return None
    return Control(Holder(holder), int(epoch), ai_may_speak=holder == Holder.AI)


def close_word(reason: int) -> str:
    """Return the word of a close reason."""
    known = control_pb2.CloseReason.values()
    return control_pb2.CloseReason.Name(control_pb2.CloseReason.ValueType(reason)).removeprefix("CLOSE_REASON_").lower() if reason in known else "other"


def read_moment(moment: Timestamp) -> datetime:
    """Return a time; the contract's times are after 1970."""
    return datetime.fromtimestamp(moment.seconds + moment.nanos / 1e9, UTC)


def read_receipt(outcome: control_pb2.Outcome) -> Receipt:
    """Return what a command became."""
    return Receipt(outcome.seq, read_control(outcome.control), outcome.repeated)


def read_standing(answer: platform_pb2.GetConversationResponse) -> Standing:
    """Return how a conversation stands."""
    control = read_control(answer.control)
    return Standing(control, answer.seq, answer.last_user_seq, answer.delivered_seq, answer.shown_seq, reply_due=answer.reply_due)


def read_availability(there: control_pb2.Availability) -> Availability:
    """Return how long a user may have to wait."""
    opening = read_moment(there.next_opening) if there.HasField("next_opening") else None
    return Availability(there.agents_available, there.waiting_ahead, opening)


def read_brief(brief: event_pb2.Brief) -> Brief:
    """Return what a human told the AI."""
    return Brief(brief.summary, brief.decided, brief.promised, brief.not_to_be_said)


def read_messages(item: platform_pb2.ControlChanged | platform_pb2.ConversationClosed) -> tuple[Message, ...]:
    """Return what the user is to be shown of a change: a human's parting words come before the system's."""
    words = [item.message] if isinstance(item, platform_pb2.ControlChanged) and item.HasField("message") else []
    system = [platform_pb2.MessageToDeliver(system_message=item.system_message)] if item.HasField("system_message") else []
    return tuple(read_message(message) for message in (*words, *system))


def read_message(message: platform_pb2.MessageToDeliver) -> Message:
    """Return words for the user."""
    if message.HasField("system_message"):
        system = message.system_message
        return Message(Author.SYSTEM, system.text, agent=system.params.get("agent", ""), code=system.code)
    return Message(Author.HUMAN, message.text, agent=message.agent.display_name)


def write_user(user: User) -> event_pb2.EndUser:
    """Encode an end user."""
    return event_pb2.EndUser(id=user.id, name=user.name, email=user.email, locale=user.locale)


def write_ai_agent(agent: AiAgent) -> control_pb2.AiAgentRef:
    """Encode a bot."""
    return control_pb2.AiAgentRef(id=agent.id, name=agent.name)


def write_priority(priority: Priority) -> control_pb2.Priority.ValueType:
    """Encode a priority."""
    return _PRIORITIES[priority]
