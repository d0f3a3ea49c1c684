"""Control states, outcomes and enums between the domain and the contract, as the command handlers need them."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from baton.conversation.v1 import control_pb2, event_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from servicekit.errors import InvalidError

from services.conversation.domain.control import CloseReason, ControlCause, ControlState, Holder, Priority
from services.conversation.domain.events import DraftResolution, RequestedBy
from services.conversation.ports.surroundings import Availability
from services.conversation.use_cases.carry_out import Outcome

E = TypeVar("E", bound=StrEnum)

_ENUMS: dict[type[StrEnum], tuple[Any, str]] = {
    Holder: (control_pb2.Holder, "HOLDER_"),
    ControlCause: (control_pb2.ControlCause, "CONTROL_CAUSE_"),
    CloseReason: (control_pb2.CloseReason, "CLOSE_REASON_"),
    Priority: (control_pb2.Priority, "PRIORITY_"),
    RequestedBy: (event_pb2.RequestedBy, "REQUESTED_BY_"),
    DraftResolution: (event_pb2.DraftResolution, "DRAFT_RESOLUTION_"),
}
_NUMBERS: dict[type[StrEnum], dict[StrEnum, Any]] = {
    cls: {member: wrapper.Value(prefix + member.name) for member in cls} for cls, (wrapper, prefix) in _ENUMS.items()
}


def read_enum(field: str, cls: type[E], number: int) -> E:
    """Return the domain's value; InvalidError for UNSPECIFIED and for numbers unknown here."""
    for member, known in _NUMBERS[cls].items():
        if known == number:
            return cls(member)
    raise InvalidError(field, f"must be one of {', '.join(member.name for member in cls)}")


def write_enum(value: StrEnum) -> Any:  # noqa: ANN401  # each generated enum has a type of its own
    """Return the contract's number."""
    return _NUMBERS[type(value)][value]


def write_moment(moment: datetime) -> Timestamp:
    """Encode a moment."""
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def read_moment(field: str, stamp: Timestamp) -> datetime:
    """Decode a moment to the millisecond; InvalidError for one that no calendar has."""
    try:
        moment = stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidError(field, "must be a moment between the years 1 and 9999") from None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def write_control(control: ControlState) -> control_pb2.ControlState:
    """Encode who holds a conversation."""
    message = control_pb2.ControlState(
        holder=write_enum(control.holder),
        since=write_moment(control.since),
        cause=write_enum(control.cause),
        ai_may_speak=control.ai_may_speak,
        epoch=control.epoch,
    )
    if control.agent is not None:
        message.agent.id = control.agent.id
        message.agent.display_name = control.agent.display_name
    if control.close_reason is not None:
        message.close_reason = write_enum(control.close_reason)
    return message


def write_outcome(outcome: Outcome) -> control_pb2.Outcome:
    """Encode what a command became."""
    return control_pb2.Outcome(
        conversation_id=outcome.conversation_id,
        seq=outcome.seq,
        at=write_moment(outcome.at),
        control=write_control(outcome.control),
        repeated=outcome.repeated,
    )


def write_availability(availability: Availability) -> control_pb2.Availability:
    """Encode what a user who waits may be told."""
    message = control_pb2.Availability(agents_available=availability.agents_available, waiting_ahead=availability.waiting_ahead)
    if availability.next_opening is not None:
        message.next_opening.CopyFrom(write_moment(availability.next_opening))
    return message
