"""A list row as its document in `conversations`, and what one event changes about it.

_id conversation id     s seq     w p workspace, platform     words  search words of the user     handler  the holding agent, of a closed one the last human
attention_key, newest_key, waiting_key: numbers that sort as the list does;
deliver_seq, delivered_seq: human words to bring, and brought, to the user
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import Int64

from services.conversation.domain.attention import Attention, AttentionClass, attention
from services.conversation.domain.control import After, AgentRef, AiAgentRef, CloseReason, ControlCause, ControlState, Holder, Priority
from services.conversation.domain.events import ConversationStarted, EndUser, Event
from services.conversation.domain.rows import Author, LastMessage, Row, brings_words, message_of
from services.conversation.domain.words import words_of

Document = dict[str, Any]

# Every key of a class lies between its rank's floor and the next one's; an order (ms, either sign) takes 2^47 on each side.
_RANK_SHIFT = 48
_MIDDLE = 1 << 47
# Rows of open conversations have a key below this.
CLOSED_FLOOR = Int64(AttentionClass.CLOSED << _RANK_SHIFT)
# Nobody waits: after all who do.
NOT_WAITING = Int64((1 << 62) - 1)


def attention_key(value: Attention) -> Int64:
    """Return the number by which the list is ordered by attention."""
    return Int64((value.rank << _RANK_SHIFT) + value.order + _MIDDLE)


def patch_of(event: Event) -> Document:
    """Return the fields that one event sets; later patches of the same conversation overwrite earlier ones, field by field."""
    after = event.after
    patch: Document = {"s": event.seq, **_state_fields(after)}
    if isinstance(event.body, ConversationStarted):
        user = event.body.user
        patch |= {
            "w": event.workspace_id,
            "p": event.platform_id,
            "platform_conversation_id": event.body.platform_conversation_id,
            "user": {"id": user.id, "name": user.name, "email": user.email, "locale": user.locale},
            "words": words_of(user),
            "started_at": event.at,
            "newest_key": Int64(-round(event.at.timestamp() * 1000)),
            "deliver_seq": 0,
        }
    message = message_of(event)
    if message is not None:
        patch["last_message"] = {
            "seq": message.seq,
            "at": message.at,
            "author": message.author.value,
            "author_name": message.author_name,
            "preview": message.preview,
        }
    if brings_words(event):
        patch["deliver_seq"] = event.seq
    return patch


def _state_fields(after: After) -> Document:
    control = after.control
    need = attention(after)
    waiting = after.oldest_unanswered_at
    return {
        "control": _control_document(control),
        "handler": _handler(after),
        "ai_agent": {"id": after.ai_agent.id, "name": after.ai_agent.name},
        "oldest_unanswered_at": waiting,
        "waiting_key": NOT_WAITING if waiting is None or control.holder is Holder.CLOSED else Int64(round(waiting.timestamp() * 1000)),
        "attention": {"rank": need.rank.value, "since": need.since, "reasons": list(need.reasons)},
        "attention_key": attention_key(need),
        "user_message_count": after.user_message_count,
        "user_left": after.user_left,
        "priority": after.priority.value if after.priority else None,
        "transferred_from_id": after.transferred_from_id,
        "last_message_at": after.last_message_at,
        "delivered_seq": after.delivered_seq,
    }


def _handler(after: After) -> str:
    match after.control.holder:
        case Holder.HUMAN:
            return after.control.agent.id if after.control.agent else ""
        case Holder.CLOSED:
            return after.last_human_agent_id
    return ""


def _control_document(control: ControlState) -> Document:
    return {
        "holder": control.holder.value,
        "agent": {"id": control.agent.id, "display_name": control.agent.display_name} if control.agent else None,
        "since": control.since,
        "cause": control.cause.value,
        "ai_may_speak": control.ai_may_speak,
        "epoch": control.epoch,
        "close_reason": control.close_reason.value if control.close_reason else None,
    }


def to_control(document: Mapping[str, Any]) -> ControlState:
    """Decode the control state of a row."""
    agent, close_reason = document["agent"], document["close_reason"]
    return ControlState(
        holder=Holder(document["holder"]),
        since=document["since"],
        cause=ControlCause(document["cause"]),
        ai_may_speak=document["ai_may_speak"],
        epoch=document["epoch"],
        agent=AgentRef(agent["id"], agent["display_name"]) if agent else None,
        close_reason=CloseReason(close_reason) if close_reason else None,
    )


def to_row(document: Mapping[str, Any], mark: Mapping[str, Any] | None) -> Row:
    """Decode a row for the reader whose mark is given (None: has read nothing)."""
    user, need = document["user"], document["attention"]
    return Row(
        workspace_id=document["w"],
        platform_id=document["p"],
        conversation_id=document["_id"],
        seq=document["s"],
        user=EndUser(user["id"], user["name"], user["email"], user["locale"]),
        ai_agent=AiAgentRef(document["ai_agent"]["id"], document["ai_agent"]["name"]),
        started_at=document["started_at"],
        control=to_control(document["control"]),
        attention=Attention(AttentionClass(need["rank"]), need["since"], tuple(need["reasons"])),
        user_message_count=document["user_message_count"],
        user_left=document["user_left"],
        transferred_from_id=document["transferred_from_id"],
        last_message=_to_message(document.get("last_message")),
        oldest_unanswered_at=document["oldest_unanswered_at"],
        priority=Priority(document["priority"]) if document["priority"] else None,
        read_seq=mark["seq"] if mark else 0,
        unread=max(0, document["user_message_count"] - (mark["count"] if mark else 0)),
    )


def _to_message(document: Mapping[str, Any] | None) -> LastMessage | None:
    if document is None:
        return None
    at: datetime = document["at"]
    return LastMessage(document["seq"], at, Author(document["author"]), document["author_name"], document["preview"])
