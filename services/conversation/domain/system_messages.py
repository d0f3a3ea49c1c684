"""What the end user and the history see of a change of control: a stable code, its parameters, and the text in the conversation's language."""

from services.conversation.domain.control import AgentRef
from services.conversation.domain.events import SystemMessage

# These words are the same in every language: they are what end users and their histories can rely on.
_TAKEN_OVER = "Human agent ({agent}) has taken over this conversation"

_TEXTS: dict[str, dict[str, str]] = {
    "en": {
        "human_requested": "A human agent has been asked to join this conversation",
        "taken_over": _TAKEN_OVER,
        "handed_back": "Human agent ({agent}) has handed this conversation back to the AI assistant",
        "transferred": "This conversation has been transferred to human agent ({agent})",
        "returned_to_queue": "This conversation is waiting for another human agent",
        "closed": "This conversation has been closed",
        "reopened": "This conversation has been reopened",
        "user_left": "The user has left this conversation",
    },
    "id": {
        "human_requested": "Agen manusia telah diminta untuk bergabung dalam percakapan ini",
        "taken_over": _TAKEN_OVER,
        "handed_back": "Agen manusia ({agent}) telah mengembalikan percakapan ini kepada asisten AI",
        "transferred": "Percakapan ini telah dialihkan kepada agen manusia ({agent})",
        "returned_to_queue": "Percakapan ini menunggu agen manusia lain",
        "closed": "Percakapan ini telah ditutup",
        "reopened": "Percakapan ini telah dibuka kembali",
        "user_left": "Pengguna telah meninggalkan percakapan ini",
    },
}


def system_message(code: str, locale: str, default_locale: str, agent: AgentRef | None = None) -> SystemMessage:
    """Return the message for a code; `locale` is BCP 47 and counts by its language, the default where that is not known here."""
    language = locale.partition("-")[0].lower()
    texts = _TEXTS.get(language) or _TEXTS.get(default_locale) or _TEXTS["en"]
    params = {"agent": agent.display_name} if agent else {}
    # Not str.format: a name may hold braces.
    return SystemMessage(code, params, texts[code].replace("{agent}", params.get("agent", "")))
