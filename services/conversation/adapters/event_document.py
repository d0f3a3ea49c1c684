"""A domain event as its MongoDB document and back (docs/adr: the log is the truth). The only place that knows the stored names.

_id   Binary: 16 bytes of the conversation's UUID, then the seq as 8 bytes big-endian; the compare-and-set and the order of the log
c s   conversation id (text), seq            w p   workspace, platform            t v   type, version
at    Date, ms                               actor {k, id, name}                  cmd dig   command id, digest of the command
body  the type's own fields                  after  what the log folds to here    ledger {prev, hash, text}, salt   control events only
trace of the append, W3C traceparent, where it is traced: so that the relay goes on with it; no part of the event
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints
from uuid import UUID

from services.conversation.domain.control import AFTER_VERSION, After, AgentRef, AiAgentRef, CloseReason, ControlCause, ControlState, Holder, Priority, State
from services.conversation.domain.errors import NotUnderstoodError
from services.conversation.domain.events import BODY_TYPES, EVENT_VERSION, Actor, ActorKind, Event, LedgerLink
from services.conversation.domain.signals import NOTHING, Memory, Said

Document = dict[str, Any]
T = TypeVar("T")

_SEQ = struct.Struct(">Q")
TRACE = "trace"
# What a cold load reads: the newest event without its body.
STATE_FIELDS = {"c": 1, "s": 1, "w": 1, "p": 1, "t": 1, "v": 1, "at": 1, "after": 1}


def event_id(conversation_id: str, seq: int) -> bytes:
    """Return the `_id` of one event; within a conversation these sort by seq."""
    return UUID(conversation_id).bytes + _SEQ.pack(seq)


def to_document(event: Event) -> Document:
    """Encode an event."""
    body = event.body
    document = {
        "_id": event_id(event.conversation_id, event.seq),
        "c": event.conversation_id,
        "s": event.seq,
        "w": event.workspace_id,
        "p": event.platform_id,
        "t": event.type,
        "v": event.version,
        "at": event.at,
        "actor": {"k": event.actor.kind.value, "id": event.actor.id, "name": event.actor.name},
        "cmd": event.command_id,
        "dig": event.command_digest,
        "body": _ENCODERS[type(body)](body),
        "after": _after_document(event.after),
    }
    if event.ledger is not None:
        document["ledger"] = {"prev": event.ledger.prev_hash, "hash": event.ledger.hash, "text": event.ledger.text_digest}
        document["salt"] = event.salt
    return document


def to_event(document: Mapping[str, Any]) -> Event:
    """Decode an event; NotUnderstoodError for a type or version that this process does not know. Needs a tz-aware client."""
    _check_known(document)
    ledger = document.get("ledger")
    actor = document["actor"]
    return Event(
        workspace_id=document["w"],
        platform_id=document["p"],
        conversation_id=document["c"],
        seq=document["s"],
        at=document["at"],
        actor=Actor(ActorKind(actor["k"]), actor["id"], actor["name"]),
        command_id=document["cmd"],
        command_digest=bytes(document["dig"]),
        body=_DECODERS[BODY_TYPES[document["t"]]](document["body"]),
        after=_to_after(document["after"]),
        ledger=LedgerLink(bytes(ledger["prev"]), bytes(ledger["hash"]), bytes(ledger["text"])) if ledger else None,
        salt=bytes(document.get("salt", b"")),
        version=document["v"],
    )


def to_state(document: Mapping[str, Any]) -> State:
    """Decode the state at an event (STATE_FIELDS suffice); NotUnderstoodError as for `to_event`."""
    _check_known(document)
    return State(document["w"], document["p"], document["c"], document["s"], document["at"], _to_after(document["after"]))


def _check_known(document: Mapping[str, Any]) -> None:
    if document["t"] not in BODY_TYPES or document["v"] > EVENT_VERSION or document["after"]["version"] > AFTER_VERSION:
        raise NotUnderstoodError(document["c"], document["s"])


def _after_document(after: After) -> Document:
    """By hand and not by table: it is on the path of every append."""
    control = after.control
    control_document: Document = {
        "holder": control.holder.value,
        "since": control.since,
        "cause": control.cause.value,
        "ai_may_speak": control.ai_may_speak,
        "epoch": control.epoch,
    }
    if control.agent is not None:
        control_document["agent"] = {"id": control.agent.id, "display_name": control.agent.display_name}
    if control.close_reason is not None:
        control_document["close_reason"] = control.close_reason.value
    document: Document = {
        "version": AFTER_VERSION,
        "control": control_document,
        "ai_agent": {"id": after.ai_agent.id, "name": after.ai_agent.name},
        "locale": after.locale,
        "last_message_at": after.last_message_at,
        "last_user_seq": after.last_user_seq,
        "last_human_seq": after.last_human_seq,
        "last_human_agent_id": after.last_human_agent_id,
        "other_human_seq": after.other_human_seq,
        "delivered_seq": after.delivered_seq,
        "shown_seq": after.shown_seq,
        "user_message_count": after.user_message_count,
        "chain_head": after.chain_head,
        "user_left": after.user_left,
        "transferred_from_id": after.transferred_from_id,
        "drafts_withheld": after.drafts_withheld,
    }
    if after.oldest_unanswered_at is not None:
        document["oldest_unanswered_at"] = after.oldest_unanswered_at
    if after.priority is not None:
        document["priority"] = after.priority.value
    if after.receipts_at is not None:
        document["receipts_at"] = after.receipts_at
    if after.open_draft_seqs:
        document["open_draft_seqs"] = list(after.open_draft_seqs)
    if after.memory != NOTHING:
        document["memory"] = _memory_document(after.memory)
    return document


def _memory_document(memory: Memory) -> Document:
    return {
        "ai": [said.sketch for said in memory.ai],
        "user": [said.sketch for said in memory.user],
        "angry": [said.angry for said in memory.user],
        "since": memory.since,
    }


def _to_memory(document: Mapping[str, Any] | None) -> Memory:
    if document is None:
        return NOTHING
    user = tuple(Said(bytes(kept), angry) for kept, angry in zip(document["user"], document["angry"], strict=True))
    return Memory(tuple(Said(bytes(kept)) for kept in document["ai"]), user, document["since"])


def _to_after(document: Mapping[str, Any]) -> After:
    control = document["control"]
    agent = control.get("agent")
    close_reason = control.get("close_reason")
    priority = document.get("priority")
    return After(
        control=ControlState(
            holder=Holder(control["holder"]),
            since=control["since"],
            cause=ControlCause(control["cause"]),
            ai_may_speak=control["ai_may_speak"],
            epoch=control["epoch"],
            agent=AgentRef(agent["id"], agent["display_name"]) if agent else None,
            close_reason=CloseReason(close_reason) if close_reason else None,
        ),
        ai_agent=AiAgentRef(document["ai_agent"]["id"], document["ai_agent"]["name"]),
        locale=document["locale"],
        last_message_at=document["last_message_at"],
        last_user_seq=document["last_user_seq"],
        last_human_seq=document["last_human_seq"],
        last_human_agent_id=document["last_human_agent_id"],
        other_human_seq=document["other_human_seq"],
        oldest_unanswered_at=document.get("oldest_unanswered_at"),
        delivered_seq=document["delivered_seq"],
        shown_seq=document["shown_seq"],
        user_message_count=document["user_message_count"],
        chain_head=bytes(document["chain_head"]),
        user_left=document["user_left"],
        transferred_from_id=document["transferred_from_id"],
        drafts_withheld=document["drafts_withheld"],
        priority=Priority(priority) if priority else None,
        receipts_at=document.get("receipts_at"),
        open_draft_seqs=tuple(document.get("open_draft_seqs", ())),
        memory=_to_memory(document.get("memory")),
    )


def _encoder(cls: Any) -> Callable[[Any], Document]:  # noqa: ANN401  # a dataclass of the bodies' vocabulary
    plan = [(name, _value_encoder(hint)) for name, hint in get_type_hints(cls).items()]

    def encode(value: object) -> Document:
        document: Document = {}
        for name, encode_field in plan:
            field = getattr(value, name)
            if field is not None:
                document[name] = field if encode_field is None else encode_field(field)
        return document

    return encode


def _value_encoder(hint: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401  # a type hint
    """Return how to store a value of this type; None when MongoDB keeps it as it is."""
    hint = _present(hint)
    if is_dataclass(hint):
        return _encoder(hint)
    if get_origin(hint) is not None:
        return dict
    return (lambda value: value.value) if issubclass(hint, StrEnum) else None


def _decoder(cls: type[T]) -> Callable[[Mapping[str, Any]], T]:
    hints = get_type_hints(cls)
    plan = [(field.name, _value_decoder(hints[field.name]), field.default) for field in fields(cls)]  # type: ignore[arg-type]  # a dataclass

    def decode(document: Mapping[str, Any]) -> T:
        values = {}
        for name, decode_field, default in plan:
            value = document.get(name)
            if value is not None:
                values[name] = decode_field(value)
            elif default is MISSING:
                raise KeyError(name)
        return cls(**values)

    return decode


def _value_decoder(hint: Any) -> Callable[[Any], Any]:  # noqa: ANN401  # a type hint
    hint = _present(hint)
    if is_dataclass(hint):
        return _decoder(hint)  # type: ignore[arg-type]  # a class, not an instance
    if get_origin(hint) is not None:
        return dict
    return (lambda value: value) if hint is datetime else hint


def _present(hint: Any) -> Any:  # noqa: ANN401  # a type hint
    """Return X for `X | None`."""
    return next(arg for arg in get_args(hint) if arg is not type(None)) if isinstance(hint, UnionType) else hint


_ENCODERS = {body: _encoder(body) for body in BODY_TYPES.values()}
_DECODERS: dict[Any, Callable[[Mapping[str, Any]], Any]] = {body: _decoder(body) for body in BODY_TYPES.values()}
