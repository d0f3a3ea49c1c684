"""The topic's Event as the domain event again; the inverse of event_proto."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from baton.conversation.v1 import control_pb2, event_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from services.conversation.adapters.event_proto import enum_value
from services.conversation.domain.control import AFTER_VERSION, After, AgentRef, AiAgentRef, CloseReason, ControlCause, ControlState, Holder, Priority
from services.conversation.domain.errors import NotUnderstoodError
from services.conversation.domain.events import BODY_TYPES, EVENT_VERSION, Actor, ActorKind, Event, LedgerLink
from services.conversation.domain.signals import Memory, Said

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def to_event(message: event_pb2.Event) -> Event:
    """Decode an event; NotUnderstoodError for a type, version or value that this process does not know."""
    type_name = message.WhichOneof("body")
    if type_name not in BODY_TYPES or message.version > EVENT_VERSION or message.after.version > AFTER_VERSION:
        raise NotUnderstoodError(message.conversation_id, message.seq)
    try:
        return _to_event(message, type_name)
    except KeyError as error:
        raise NotUnderstoodError(message.conversation_id, message.seq) from error


def _to_event(message: event_pb2.Event, type_name: str) -> Event:
    actor, ledger = message.actor, message.ledger
    return Event(
        workspace_id=message.workspace_id,
        platform_id=message.platform_id,
        conversation_id=message.conversation_id,
        seq=message.seq,
        at=_moment(message.at),
        actor=Actor(_enum(ActorKind, actor.kind), actor.id, actor.name),
        command_id=message.command_id,
        command_digest=message.command_digest,
        body=_READERS[type_name](getattr(message, type_name)),
        after=_to_after(message.after),
        ledger=LedgerLink(ledger.prev_hash, ledger.hash, ledger.text_digest) if message.HasField("ledger") else None,
        salt=message.salt,
        version=message.version,
    )


def _to_control(message: control_pb2.ControlState) -> ControlState:
    return ControlState(
        holder=_enum(Holder, message.holder),
        since=_moment(message.since),
        cause=_enum(ControlCause, message.cause),
        ai_may_speak=message.ai_may_speak,
        epoch=message.epoch,
        agent=AgentRef(message.agent.id, message.agent.display_name) if message.HasField("agent") else None,
        close_reason=_enum(CloseReason, message.close_reason) if message.close_reason else None,
    )


def _to_after(message: event_pb2.After) -> After:
    return After(
        control=_to_control(message.control),
        ai_agent=AiAgentRef(message.ai_agent.id, message.ai_agent.name),
        locale=message.locale,
        last_message_at=_moment(message.last_message_at),
        last_user_seq=message.last_user_seq,
        last_human_seq=message.last_human_seq,
        last_human_agent_id=message.last_human_agent_id,
        other_human_seq=message.other_human_seq,
        oldest_unanswered_at=_moment(message.oldest_unanswered_at) if message.HasField("oldest_unanswered_at") else None,
        delivered_seq=message.delivered_seq,
        shown_seq=message.shown_seq,
        user_message_count=message.user_message_count,
        chain_head=message.chain_head,
        user_left=message.user_left,
        transferred_from_id=message.transferred_from_id,
        drafts_withheld=message.drafts_withheld,
        priority=_enum(Priority, message.priority) if message.priority else None,
        receipts_at=_moment(message.receipts_at) if message.HasField("receipts_at") else None,
        open_draft_seqs=tuple(message.open_draft_seqs),
        memory=Memory(
            ai=tuple(Said(said.sketch, said.angry) for said in message.recent_ai),
            user=tuple(Said(said.sketch, said.angry) for said in message.recent_user),
            since=_moment(message.signals_since) if message.HasField("signals_since") else None,
        ),
    )


def _moment(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)


def _enum(cls: type[E], number: int) -> E:
    value = enum_value(cls, number)
    if value is None:
        raise KeyError(number)
    return value


def _reader(cls: type[T]) -> Callable[[Any], T]:
    """Return what reads a message into the dataclass of the same fields."""
    hints = get_type_hints(cls)
    plan = [(field.name, _value_reader(hints[field.name]), _is_optional(hints[field.name]), field.default) for field in fields(cls)]  # type: ignore[arg-type]  # a dataclass

    def read(message: Any) -> T:  # noqa: ANN401  # a generated message
        values = {}
        for name, read_value, optional, default in plan:
            if optional and not message.HasField(name):
                if default is MISSING:
                    raise KeyError(name)
                continue
            values[name] = read_value(getattr(message, name))
        return cls(**values)

    return read


def _value_reader(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401  # a type hint
    if isinstance(hint, UnionType):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if is_dataclass(hint):
        return _reader(hint)  # type: ignore[arg-type]  # a class, not an instance
    if get_origin(hint) is not None:
        return dict
    if hint is datetime:
        return _moment
    if issubclass(hint, StrEnum):
        return lambda number: _enum(hint, number)
    return hint  # type: ignore[no-any-return]  # str, int, bool


def _is_optional(hint: Any) -> bool:  # noqa: ANN401  # a type hint
    return isinstance(hint, UnionType)


_READERS: Mapping[str, Callable[[Any], Any]] = {name: _reader(body) for name, body in BODY_TYPES.items()}
