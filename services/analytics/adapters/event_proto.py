"""Events of the contract to events of the domain."""

from datetime import UTC, datetime

from baton.conversation.v1 import control_pb2, event_pb2

from services.analytics.domain.events import AiAgent, Cause, Control, Holder, Kind, LoggedEvent

KNOWN_EVENT_VERSION = 1
KNOWN_AFTER_VERSION = 1
# Reasons are counted by: of a long one this much.
MAX_REASON = 80

HOLDERS = {
    control_pb2.HOLDER_AI: Holder.AI,
    control_pb2.HOLDER_QUEUE: Holder.QUEUE,
    control_pb2.HOLDER_HUMAN: Holder.HUMAN,
    control_pb2.HOLDER_CLOSED: Holder.CLOSED,
}
KINDS = {kind.value: kind for kind in Kind}
REQUESTS = {control_pb2.CONTROL_CAUSE_AI_REQUEST: Cause.AI_REQUEST, control_pb2.CONTROL_CAUSE_USER_REQUEST: Cause.USER_REQUEST}


class UnknownEventError(Exception):
    """Written by a newer version of the conversation service: to be read by a newer version of this one, never skipped."""


def to_logged_event(event: event_pb2.Event) -> LoggedEvent:
    """Return what the definitions read of it; UnknownEventError on a type, version or holder from the future, ValueError on what no version writes."""
    if not event.conversation_id or not event.workspace_id or event.seq < 1 or not event.HasField("at"):
        message = "an event without its workspace, conversation, seq or time"
        raise ValueError(message)
    body = event.WhichOneof("body")
    holder = HOLDERS.get(event.after.control.holder)
    if body is None or holder is None or event.version > KNOWN_EVENT_VERSION or event.after.version > KNOWN_AFTER_VERSION:
        message = f"event {event.seq} of {event.conversation_id} is of a version that this process does not know"
        raise UnknownEventError(message)
    return LoggedEvent(
        workspace_id=event.workspace_id,
        conversation_id=event.conversation_id,
        seq=event.seq,
        at=_to_time(event),
        kind=KINDS.get(body, Kind.OTHER),
        control=_to_control(event.after.control, holder),
        why=_why(event, body),
        ai_agent=_ai_agent(event) if body == "conversation_started" else None,
    )


def _to_control(control: control_pb2.ControlState, holder: Holder) -> Control:
    if holder is Holder.HUMAN:
        return Control(holder, agent_id=control.agent.id)
    if holder is Holder.QUEUE:
        # Without a request it waits because a human let go of it: released, away, disabled.
        return Control(holder, queue_cause=REQUESTS.get(control.cause, Cause.RETURNED))
    return Control(holder)


def _why(event: event_pb2.Event, body: str) -> str:
    match body:
        case "human_requested":
            return " ".join(event.human_requested.reason.split())[:MAX_REASON]
        case "returned_to_queue":
            return control_pb2.ControlCause.Name(event.returned_to_queue.cause).removeprefix("CONTROL_CAUSE_").lower()
        case "closed":
            return control_pb2.CloseReason.Name(event.closed.reason).removeprefix("CLOSE_REASON_").lower()
        case _:
            return ""


def _ai_agent(event: event_pb2.Event) -> AiAgent:
    return AiAgent(event.conversation_started.ai_agent.id, event.conversation_started.ai_agent.name)


def _to_time(event: event_pb2.Event) -> datetime:
    """To the millisecond, which is what the log keeps."""
    moment = event.at.ToDatetime(tzinfo=UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
