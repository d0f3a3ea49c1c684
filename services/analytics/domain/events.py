"""What analytics reads in an event of a conversation's log."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Holder(Enum):
    """Who may speak to the end user."""

    AI = "ai"
    QUEUE = "queue"
    HUMAN = "human"
    CLOSED = "closed"


class Cause(Enum):
    """Why a human came, as takeovers are split."""

    AGENT = "agent"
    AI_REQUEST = "ai_request"
    USER_REQUEST = "user_request"
    RETURNED = "returned"


class Kind(Enum):
    """The events that a definition tells apart; all others matter only by the control they leave behind."""

    USER_MESSAGE = "user_message"
    HUMAN_MESSAGE = "human_message"
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
class LoggedEvent:
    """One event. `at` never decreases within a conversation, and may be equal to the one before; `seq` orders."""

    workspace_id: str
    conversation_id: str
    seq: int
    at: datetime
    kind: Kind
    control: Control
