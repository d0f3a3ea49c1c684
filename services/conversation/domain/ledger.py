"""The ledger: the control events of a conversation, hash-chained (rule 8; docs/adr on the ledger).

The hash covers the canonical control fields and a salted digest of all texts. Texts, names, e-mail and the salt itself stay outside of it and
can be erased without breaking the chain: the digest is stored beside the hash. While they are there, the digest is checked too. The command's
digest is outside too: it is not salted, and goes when the text goes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from services.conversation.domain.control import After, AgentRef
from services.conversation.domain.digest import canonical, milliseconds
from services.conversation.domain.events import (
    Body,
    Closed,
    ConversationStarted,
    Event,
    HandedBack,
    HumanRequested,
    LedgerLink,
    RequestWithdrawn,
    ReturnedToQueue,
    TakenOver,
    Transferred,
    UserMessage,
)

# What the first link of a chain points to.
GENESIS = bytes(32)
# The version of the canonical form; part of the hash.
_FORM = 1


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain does not hold, and why in words."""

    conversation_id: str
    seq: int
    reason: str


def is_control(body: Body) -> bool:
    """Tell whether an event changes control, and so is a link of the chain."""
    if isinstance(body, UserMessage):
        return body.reopened
    return isinstance(body, ConversationStarted | HumanRequested | RequestWithdrawn | TakenOver | HandedBack | Transferred | ReturnedToQueue | Closed)


def link(event: Event, prev_hash: bytes) -> LedgerLink:
    """Return the link for a control event whose own `ledger` is not looked at."""
    digest = text_digest(event.body, event.salt)
    return LedgerLink(prev_hash, _hash(event, prev_hash, digest), digest)


def verify(events: Iterable[Event]) -> Broken | None:
    """Return where the chain of one conversation breaks, None if it holds. Takes all its events or its control events alone, in order of seq."""
    head, seq = GENESIS, 0
    for event in events:
        if event.seq <= seq:
            return Broken(event.conversation_id, event.seq, "out of order")
        seq = event.seq
        if is_control(event.body):
            broken = _broken_link(event, head)
            if broken:
                return Broken(event.conversation_id, event.seq, broken)
            head = event.ledger.hash if event.ledger else head
        if event.after.chain_head != head:
            return Broken(event.conversation_id, event.seq, "it carries another chain head")
    return None


def text_digest(body: Body, salt: bytes) -> bytes:
    """Return SHA-256 over the salt and the event's texts, names included."""
    return sha256(salt + canonical(_texts(body))).digest()


def _broken_link(event: Event, head: bytes) -> str:
    stored = event.ledger
    if stored is None:
        return "a control event without its link"
    if stored.prev_hash != head:
        return "it does not follow the control event before it"
    if event.salt and stored.text_digest != text_digest(event.body, event.salt):
        return "its texts were changed"
    if stored.hash != _hash(event, head, stored.text_digest):
        return "its control fields were changed"
    return ""


def _hash(event: Event, prev_hash: bytes, digest: bytes) -> bytes:
    control = event.after.control
    fields: list[Any] = [
        _FORM,
        event.workspace_id,
        event.platform_id,
        event.conversation_id,
        event.seq,
        event.type,
        event.version,
        milliseconds(event.at),
        event.actor.kind.value,
        event.actor.id,
        event.command_id,
        control.holder.value,
        _id(control.agent),
        milliseconds(control.since),
        control.cause.value,
        control.ai_may_speak,
        control.epoch,
        control.close_reason.value if control.close_reason else "",
        _facts(event.body),
        digest.hex(),
    ]
    return sha256(prev_hash + canonical(fields)).digest()


def _id(agent: AgentRef | None) -> str:
    return agent.id if agent else ""


def _facts(body: Body) -> list[Any]:
    """Return what an event says about control beside its `after`, without any text."""
    match body:
        case ConversationStarted():
            return [body.ai_agent.id]
        case HumanRequested():
            return [body.by.value, body.priority.value]
        case TakenOver():
            return [body.from_holder.value, _id(body.from_agent), body.cause.value]
        case HandedBack():
            return [_id(body.by), body.reply_due]
        case Transferred():
            return [body.from_holder.value, _id(body.from_agent), _id(body.to_agent)]
        case ReturnedToQueue():
            return [_id(body.from_agent), body.cause.value]
        case Closed():
            return [body.reason.value, _id(body.by), body.from_holder.value, _id(body.from_agent)]
        case _:
            return []


def _texts(body: Body) -> list[Any]:
    """Return an event's erasable words."""
    match body:
        case ConversationStarted():
            user = body.user
            return [user.id, user.name, user.email, user.locale, body.ai_agent.name, body.platform_conversation_id, dict(body.attributes)]
        case UserMessage():
            return [body.text, body.sent_at, body.system_message]
        case HumanRequested():
            return [body.reason, body.summary, body.suggested_reply, body.system_message]
        case RequestWithdrawn():
            return [body.reason]
        case TakenOver():
            return [body.reason, body.system_message]
        case HandedBack():
            return [body.brief, body.message, body.system_message]
        case Transferred():
            return [body.note, body.message, body.system_message]
        case ReturnedToQueue():
            return [body.reason, body.note, body.system_message]
        case Closed():
            return [body.system_message]
        case _:
            return []


def chained(after: After) -> bytes:
    """Return the head that the next link follows."""
    return after.chain_head or GENESIS
