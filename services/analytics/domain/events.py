"""What analytics reads in an event of a conversation's log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Holder(StrEnum):
    """Who may speak to the end user."""

    AI = "ai"
    QUEUE = "queue"
    HUMAN = "human"
    CLOSED = "closed"


class Cause(StrEnum):
    """Why a human came, as takeovers are split."""

    AGENT = "agent"
    AI_REQUEST = "ai_request"
    USER_REQUEST = "user_request"
    RETURNED = "returned"


class Kind(StrEnum):
    """The events that a definition tells apart; all others matter only by the control they leave behind."""

    STARTED = "conversation_started"
    USER_MESSAGE = "user_message"
    HUMAN_MESSAGE = "human_message"
    HUMAN_REQUESTED = "human_requested"
    WITHDRAWN = "request_withdrawn"
    HANDED_BACK = "handed_back"
    RETURNED = "returned_to_queue"
    CLOSED = "closed"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Control:
    """Who holds the conversation after an event. `agent_id` is set while a human does.

    `queue_cause` says why the conversation waits for a human, and is set in QUEUE alone.
    """

    holder: Holder
    agent_id: str = ""
    queue_cause: Cause | None = None


@dataclass(frozen=True, slots=True)
class AiAgent:
    """A bot of an AI platform."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One event. `at` never decreases within a conversation, and may be equal to the one before; `seq` orders."""

    workspace_id: str
    conversation_id: str
    seq: int
    at: datetime
    kind: Kind
    control: Control
    # In words, what the event itself says: why a human was asked for, why control was let go of, why the conversation was closed.
    why: str = ""
    # The bot that the conversation began with; on its first event alone.
    ai_agent: AiAgent | None = None
