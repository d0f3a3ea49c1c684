"""An event of the log, and a fleeting thing, as browsers get them."""

from typing import cast

from baton.conversation.v1.event_pb2 import Event
from baton.realtime.v1.ephemeral_pb2 import Ephemeral
from google.protobuf.message import Message

from services.realtime.adapters.browser_json import time_text, to_json
from services.realtime.domain.json_types import Json

# What of `after` goes with every event: the state a screen draws without a fold of its own.
_STATE = (
    "control",
    "last_user_seq",
    "delivered_seq",
    "shown_seq",
    "oldest_unanswered_at",
    "user_message_count",
    "ai_agent",
    "user_left",
    "transferred_from_id",
    "priority",
    "last_message_at",
    "signals",
    "signals_since",
)


def event_json(event: Event) -> Json:
    """Return the event in browser JSON; digests, salt and ledger stay behind."""
    # A type that this process is too old to know: the state and the place in the log are told, so that no browser sees a hole.
    kind = event.WhichOneof("body") or "unknown"
    after = to_json(event.after)
    return {
        "conversation_id": event.conversation_id,
        "seq": event.seq,
        "at": time_text(event.at),
        "type": kind,
        "actor": to_json(event.actor),
        "command_id": event.command_id,
        "platform_id": event.platform_id,
        "body": {} if kind == "unknown" else to_json(cast("Message", getattr(event, kind))),
        # An empty list says nothing.
        **{name: after[name] for name in _STATE if after.get(name) not in (None, [])},
    }


def ephemeral_json(fleeting: Ephemeral) -> Json:
    """Return a fleeting thing in browser JSON, without its frame's type."""
    kind = cast("str", fleeting.WhichOneof("content"))
    return {
        "conversation_id": fleeting.conversation_id,
        "at": time_text(fleeting.at),
        "kind": kind,
        **to_json(cast("Message", getattr(fleeting, kind))),
    }
