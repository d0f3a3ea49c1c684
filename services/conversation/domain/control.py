"""Who holds a conversation, and what its log folds to at any one event."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.conversation.domain.signals import NOTHING, Memory

# The version of `After` that this code writes and understands; a higher one is never guessed at.
AFTER_VERSION = 1


class Holder(StrEnum):
    """Who may speak to the end user."""

    AI = "ai"
    QUEUE = "queue"
    HUMAN = "human"
    CLOSED = "closed"


class ControlCause(StrEnum):
    """Why control came to be where it is."""

    STARTED = "started"
    AGENT = "agent"
    AI_REQUEST = "ai_request"
    USER_REQUEST = "user_request"
    RETURNED = "returned"
    RELEASED = "released"
    AGENT_AWAY = "agent_away"
    DISABLED = "disabled"
    TRANSFERRED = "transferred"
    HANDED_BACK = "handed_back"
    REQUEST_WITHDRAWN = "request_withdrawn"
    REOPENED = "reopened"
    CLOSED = "closed"


class CloseReason(StrEnum):
    """Why a conversation ended."""

    RESOLVED = "resolved"
    NO_ANSWER = "no_answer"
    SPAM = "spam"
    OTHER = "other"
    AI_RESOLVED = "ai_resolved"
    USER_LEFT = "user_left"
    IDLE = "idle"


class Priority(StrEnum):
    """How urgently a human is asked for."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class AgentRef:
    """A human agent as others see them; the display name is the one that end users see."""

    id: str
    display_name: str


@dataclass(frozen=True, slots=True)
class AiAgentRef:
    """A bot of an AI platform."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class ControlState:
    """Who holds the conversation; `epoch` rises at every takeover, hand-back, transfer, return to the queue, close and reopening."""

    holder: Holder
    since: datetime
    cause: ControlCause
    ai_may_speak: bool
    epoch: int
    agent: AgentRef | None = None
    close_reason: CloseReason | None = None

    def held_by(self, agent_id: str) -> bool:
        """Tell whether this human agent holds it."""
        return self.holder is Holder.HUMAN and self.agent is not None and self.agent.id == agent_id


@dataclass(frozen=True, slots=True)
class After:
    """What the log folds to at one event: enough to decide the next command and to draw a list row."""

    control: ControlState
    ai_agent: AiAgentRef
    locale: str
    last_message_at: datetime
    last_user_seq: int = 0
    last_human_seq: int = 0
    last_human_agent_id: str = ""
    # The newest message by an agent other than last_human_agent_id.
    other_human_seq: int = 0
    # None when the user's last message is answered.
    oldest_unanswered_at: datetime | None = None
    delivered_seq: int = 0
    shown_seq: int = 0
    user_message_count: int = 0
    chain_head: bytes = b""
    user_left: bool = False
    # The sender of a transfer until its receiver writes: that agent may take it back.
    transferred_from_id: str = ""
    # AI messages withheld in the present epoch.
    drafts_withheld: int = 0
    # Set while a human is asked for.
    priority: Priority | None = None
    # When the newest Delivered was written; at most one a second is.
    receipts_at: datetime | None = None
    # Withheld drafts that are neither resolved nor made moot by a message of the holder; ascending.
    open_draft_seqs: tuple[int, ...] = ()
    # What shows that the AI and the user do not get on; empty once a human has looked at it.
    memory: Memory = NOTHING


@dataclass(frozen=True, slots=True)
class State:
    """A conversation as of its newest event."""

    workspace_id: str
    platform_id: str
    conversation_id: str
    seq: int
    at: datetime
    after: After
