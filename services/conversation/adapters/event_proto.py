"""Domain events, control states and outcomes as the contracts' messages. Field names are the same on both sides, so one table serves all bodies."""

from collections.abc import Callable
from dataclasses import is_dataclass
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from baton.conversation.v1 import control_pb2, event_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from services.conversation.domain.control import AFTER_VERSION, After, AgentRef, AiAgentRef, CloseReason, ControlCause, ControlState, Holder, Priority
from services.conversation.domain.events import BODY_TYPES, ActorKind, DraftResolution, Event, RequestedBy
from services.conversation.domain.signals import Said

# The contract's enum of each domain enum, and the prefix of its names.
_ENUMS: dict[type[StrEnum], tuple[Any, str]] = {
    Holder: (control_pb2.Holder, "HOLDER"),
    ControlCause: (control_pb2.ControlCause, "CONTROL_CAUSE"),
    CloseReason: (control_pb2.CloseReason, "CLOSE_REASON"),
    Priority: (control_pb2.Priority, "PRIORITY"),
    ActorKind: (event_pb2.ActorKind, "ACTOR_KIND"),
    RequestedBy: (event_pb2.RequestedBy, "REQUESTED_BY"),
    DraftResolution: (event_pb2.DraftResolution, "DRAFT_RESOLUTION"),
}
_NUMBERS = {cls: {member.value: wrapper.Value(f"{prefix}_{member.name}") for member in cls} for cls, (wrapper, prefix) in _ENUMS.items()}

_VALUES = {cls: {numbers[member.value]: member for member in cls} for cls, numbers in _NUMBERS.items()}
E = TypeVar("E", bound=StrEnum)


def to_timestamp(moment: datetime) -> Timestamp:
    """Encode a moment."""
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def enum_number(value: StrEnum) -> Any:  # noqa: ANN401  # the generated enum's value type differs per enum
    """Return the number of a domain enum's value in its message, by name: Holder.AI is HOLDER_AI."""
    # By class first: values of different enums are equal as text.
    return _NUMBERS[type(value)][value.value]


def enum_value(cls: type[E], number: int) -> E | None:
    """Return the domain enum's value for a message's number; None for UNSPECIFIED and for numbers this process does not know."""
    return _VALUES[cls].get(number)  # type: ignore[return-value]  # the table is by class


def to_agent(agent: AgentRef) -> control_pb2.AgentRef:
    """Encode a human agent as others see them."""
    return control_pb2.AgentRef(id=agent.id, display_name=agent.display_name)


def to_ai_agent(agent: AiAgentRef) -> control_pb2.AiAgentRef:
    """Encode a bot."""
    return control_pb2.AiAgentRef(id=agent.id, name=agent.name)


def to_control(control: ControlState) -> control_pb2.ControlState:
    """Encode who holds a conversation."""
    message = control_pb2.ControlState(
        holder=enum_number(control.holder),
        since=to_timestamp(control.since),
        cause=enum_number(control.cause),
        ai_may_speak=control.ai_may_speak,
        epoch=control.epoch,
    )
    if control.agent is not None:
        message.agent.CopyFrom(to_agent(control.agent))
    if control.close_reason is not None:
        message.close_reason = enum_number(control.close_reason)
    return message


def to_after(after: After) -> event_pb2.After:
    """Encode what the log folds to."""
    message = event_pb2.After(
        control=to_control(after.control),
        last_user_seq=after.last_user_seq,
        last_human_seq=after.last_human_seq,
        last_human_agent_id=after.last_human_agent_id,
        other_human_seq=after.other_human_seq,
        delivered_seq=after.delivered_seq,
        shown_seq=after.shown_seq,
        user_message_count=after.user_message_count,
        chain_head=after.chain_head,
        ai_agent=to_ai_agent(after.ai_agent),
        locale=after.locale,
        user_left=after.user_left,
        transferred_from_id=after.transferred_from_id,
        drafts_withheld=after.drafts_withheld,
        last_message_at=to_timestamp(after.last_message_at),
        version=AFTER_VERSION,
        open_draft_seqs=after.open_draft_seqs,
        signals=[signal.value for signal in after.memory.signals],
        recent_ai=[_to_said(said) for said in after.memory.ai],
        recent_user=[_to_said(said) for said in after.memory.user],
    )
    if after.memory.since is not None:
        message.signals_since.CopyFrom(to_timestamp(after.memory.since))
    if after.oldest_unanswered_at is not None:
        message.oldest_unanswered_at.CopyFrom(to_timestamp(after.oldest_unanswered_at))
    if after.priority is not None:
        message.priority = enum_number(after.priority)
    if after.receipts_at is not None:
        message.receipts_at.CopyFrom(to_timestamp(after.receipts_at))
    return message


def _to_said(said: Said) -> event_pb2.Said:
    return event_pb2.Said(sketch=said.sketch, angry=said.angry)


def to_proto(event: Event) -> event_pb2.Event:
    """Encode a whole event, as it travels on the topic."""
    message = event_pb2.Event(
        workspace_id=event.workspace_id,
        conversation_id=event.conversation_id,
        seq=event.seq,
        version=event.version,
        at=to_timestamp(event.at),
        actor=event_pb2.Actor(kind=enum_number(event.actor.kind), id=event.actor.id, name=event.actor.name),
        command_id=event.command_id,
        command_digest=event.command_digest,
        platform_id=event.platform_id,
        after=to_after(event.after),
        salt=event.salt,
    )
    if event.ledger is not None:
        link = event.ledger
        message.ledger.CopyFrom(event_pb2.LedgerLink(prev_hash=link.prev_hash, hash=link.hash, text_digest=link.text_digest))
    body = getattr(message, event.type)
    body.SetInParent()
    _FILLERS[type(event.body)](body, event.body)
    return message


def _filler(cls: Any) -> Callable[[Any, Any], None]:  # noqa: ANN401  # a dataclass and the message of the same fields
    plan = [(name, _setter(name, hint)) for name, hint in get_type_hints(cls).items()]

    def fill(message: Any, value: object) -> None:  # noqa: ANN401
        for name, set_field in plan:
            field = getattr(value, name)
            if field is not None:
                set_field(message, field)

    return fill


def _setter(name: str, hint: Any) -> Callable[[Any, Any], None]:  # noqa: ANN401  # a type hint
    """Return what puts a value of this type into the message's field of that name."""
    if isinstance(hint, UnionType):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if is_dataclass(hint):
        fill = _filler(hint)

        def set_message(message: Any, value: Any) -> None:  # noqa: ANN401
            inner = getattr(message, name)
            inner.SetInParent()
            fill(inner, value)

        return set_message
    if get_origin(hint) is not None:
        return lambda message, value: getattr(message, name).update(value)
    if hint is datetime:
        return lambda message, value: getattr(message, name).FromDatetime(value)
    if issubclass(hint, StrEnum):
        return lambda message, value: setattr(message, name, enum_number(value))
    return lambda message, value: setattr(message, name, value)


_FILLERS = {body: _filler(body) for body in BODY_TYPES.values()}
