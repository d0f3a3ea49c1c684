"""Row patches: what one event changes in a list row. Merging {**row, **patch} in the order of seq is the row."""

from services.realtime.domain.attention import attention
from services.realtime.domain.json_types import Json, JsonView

# The list shows the beginning of the newest words; the same cut as the list's own projection.
PREVIEW_LENGTH = 200

# State that an event may also take away: absent in the event means null in the patch, else the old value would stay in the row.
_CLEARABLE = ("oldest_unanswered_at", "priority", "transferred_from_id")


def row_patch(event: JsonView) -> Json:
    """Return the patch of one event in browser JSON.

    State fields are always there (null when they no longer hold), `last_message` only when the event is a message of user, AI or human,
    who it is about only at the start.
    """
    patch: Json = {
        "conversation_id": event["conversation_id"],
        "seq": event["seq"],
        "at": event["at"],
        "control": event["control"],
        "attention": attention(event),
        "user_message_count": event["user_message_count"],
        "user_left": event["user_left"],
        **{name: event.get(name) for name in _CLEARABLE},
    }
    actor = event["actor"]
    if actor["kind"] == "agent":
        # Whose act it was: people are told of what others did, not of their own.
        patch["by"] = {"id": actor.get("id", ""), "display_name": actor.get("name", "")}
    if "ai_agent" in event:
        patch["ai_agent"] = event["ai_agent"]
    message = _last_message(event)
    if message is not None:
        patch["last_message"] = message
    if event["type"] == "conversation_started":
        patch["user"] = event["body"].get("user", {})
        patch["started_at"] = event["at"]
        patch["platform_id"] = event["platform_id"]
    return patch


def _last_message(event: JsonView) -> Json | None:
    """Return the event's words if it is a message; the list's projection cuts and counts the same (tests/contracts/test_rows.py)."""
    body = event["body"]
    match event["type"]:
        case "user_message":
            author, name, text = "user", "", body.get("text", "")
        case "ai_message":
            author, name, text = "ai", body.get("ai_agent", {}).get("name", ""), body.get("text", "")
        case "human_message":
            author, name, text = "human", body.get("agent", {}).get("display_name", ""), body.get("text", "")
        case _:
            return None
    message = {"seq": event["seq"], "at": event["at"], "author": author, "preview": text[:PREVIEW_LENGTH]}
    return {**message, "author_name": name} if name else message
