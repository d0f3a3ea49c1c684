"""Events of the contract to events of the domain."""

from datetime import UTC, datetime

from baton.conversation.v1 import control_pb2, event_pb2

from services.analytics.domain.events import Cause, Control, Holder, Kind, LoggedEvent

KNOWN_EVENT_VERSION = 1
KNOWN_AFTER_VERSION = 1

HOLDERS = {
    control_pb2.HOLDER_AI: Holder.AI,
    control_pb2.HOLDER_QUEUE: Holder.QUEUE,
    control_pb2.HOLDER_HUMAN: Holder.HUMAN,
    control_pb2.HOLDER_CLOSED: Holder.CLOSED,
}
KINDS = {"user_message": Kind.USER_MESSAGE, "human_message": Kind.HUMAN_MESSAGE}
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
    )


def _to_control(control: control_pb2.ControlState, holder: Holder) -> Control:
    if holder is Holder.HUMAN:
        return Control(holder, agent_id=control.agent.id)
    if holder is Holder.QUEUE:
        # Without a request it waits because a human let go of it: released, away, disabled.
        return Control(holder, queue_cause=REQUESTS.get(control.cause, Cause.RETURNED))
    return Control(holder)


def _to_time(event: event_pb2.Event) -> datetime:
    """To the millisecond, which is what the log keeps."""
    moment = event.at.ToDatetime(tzinfo=UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
