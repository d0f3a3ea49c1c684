"""What the end user and the history see of a change of control: a stable code, its parameters, and the text in the conversation's language."""

from collections.abc import Mapping

from services.conversation.domain.control import AgentRef
from services.conversation.domain.events import SystemMessage
from services.conversation.domain.policy import Policy

# Stands for the agent's display name.
AGENT = "{agent}"
# These words are the same in every language: they are what end users and their histories can rely on.
_TAKEN_OVER = "Human agent ({agent}) has taken over this conversation"

FIXED_CODES = frozenset({"taken_over"})

STANDARD_TEXTS: dict[str, dict[str, str]] = {
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


def system_message(code: str, locale: str, policy: Policy, agent: AgentRef | None = None) -> SystemMessage:
    """Return the message for a code; `locale` is BCP 47 and counts by its language.

    The workspace's own words go before Baton's, the user's language before the default.
    """
    languages = (locale.partition("-")[0].lower(), policy.default_locale, "en")
    text = next(found for language in languages if (found := _text(policy.texts.get(language, {}), language, code)))
    params = {"agent": agent.display_name} if agent else {}
    # Not str.format: a name may hold braces.
    return SystemMessage(code, params, text.replace(AGENT, params.get("agent", "")))


def _text(own: Mapping[str, str], language: str, code: str) -> str:
    standard = STANDARD_TEXTS.get(language, {}).get(code, "")
    return standard if code in FIXED_CODES else own.get(code, standard)
