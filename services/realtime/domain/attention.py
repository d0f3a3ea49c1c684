"""The attention of a list row from one event in browser JSON: the same facts that the conversation service's list is ordered by."""

from services.realtime.domain.json_types import Json, JsonView

_QUEUED_BECAUSE = {
    "ai_request": "ai_asked",
    "user_request": "user_asked",
    "released": "released",
    "returned": "released",
    "agent_away": "agent_away",
    "disabled": "agent_disabled",
}
_URGENT = {"high": "priority_high", "urgent": "priority_urgent"}


def attention(event: JsonView) -> Json:
    """Return {"class", "since", "reasons"}; services/conversation/domain/attention.py says the rules, tests/contracts compares the two."""
    control, waiting = event["control"], event.get("oldest_unanswered_at")
    unanswered = [*event.get("signals", []), *(["unanswered"] if waiting else [])]
    match control["holder"]:
        case "closed":
            return _attention("closed", control["since"], [])
        case "queue":
            asked = [_QUEUED_BECAUSE[control["cause"]]] if control["cause"] in _QUEUED_BECAUSE else []
            urgent = [_URGENT[event["priority"]]] if event.get("priority") in _URGENT else []
            return _attention("needs_human", control["since"], [*asked, *urgent, *unanswered])
        case "human" if waiting:
            return _attention("unanswered_by_human", waiting, unanswered)
        case "ai" if unanswered:
            # Moments in one form: the earlier one is the smaller text.
            return _attention("unanswered_by_ai", min(filter(None, (waiting, event.get("signals_since")))), unanswered)
    return _attention("calm", event.get("last_message_at", event["at"]), [])


def _attention(name: str, since: str, reasons: list[str]) -> Json:
    return {"class": name, "since": since, "reasons": reasons}
