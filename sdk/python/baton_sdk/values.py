"""What goes in and out of the client, as plain values: people, control, and what Watch tells."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baton_sdk.conversation import Conversation

_LONG_AGO = datetime.fromtimestamp(0, UTC)


class Holder(StrEnum):
    """Who holds a conversation."""

    AI = "ai"
    # Nobody: a human is wanted. `Control.ai_may_speak` says whether the AI may go on meanwhile.
    QUEUE = "queue"
    HUMAN = "human"
    CLOSED = "closed"


class Priority(StrEnum):
    """How urgently a human is asked for."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class User:
    """An end user; all but the id may be empty. `locale` is BCP 47 ("id", "en-GB") and chooses the language of system messages."""

    id: str
    name: str = ""
    email: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class AiAgent:
    """One of your bots."""

    id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """Who may speak. `epoch` rises at every takeover, hand-back, transfer, return to the queue, close and reopening."""

    holder: Holder
    epoch: int
    ai_may_speak: bool
    since: datetime = _LONG_AGO
    # The human's name as users see it; empty unless a human holds it.
    agent: str = ""
    # Why it is closed ("resolved", "spam" ...); empty unless it is.
    close_reason: str = ""

    def is_older_than(self, other: "Control") -> bool:
        """Tell whether the other one is the newer truth. Answers and Watch overtake each other; the epoch comes before any time."""
        return (self.epoch, self.since) < (other.epoch, other.since)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A command's answer: the event that it became. `repeated` when it had been carried out before."""

    seq: int
    control: Control
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """How a conversation stands: seqs of its newest event and of the user's last message (0: none), and up to where humans' words were reported."""

    control: Control
    seq: int
    last_user_seq: int
    delivered_seq: int
    shown_seq: int
    # Whether the AI is to answer the user's last message now.
    reply_due: bool


@dataclass(frozen=True, slots=True)
class Availability:
    """What you may truthfully tell a user who waits for a human. `next_opening` is None where no hours are set or the team is there."""

    agents_available: int
    waiting_ahead: int
    next_opening: datetime | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """What a human tells the AI at hand-back."""

    summary: str = ""
    decided: str = ""
    promised: str = ""
    not_to_be_said: str = ""

    def __bool__(self) -> bool:
        """Tell whether anything was said."""
        return bool(self.summary or self.decided or self.promised or self.not_to_be_said)

    def as_prompt(self) -> str:
        """Return it as lines for a model's instructions; empty when nothing was said."""
        parts = (
            ("A human colleague handled this conversation", self.summary),
            ("Decided", self.decided),
            ("Promised to the user", self.promised),
            ("Never say", self.not_to_be_said),
        )
        return "\n".join(f"{what}: {text}" for what, text in parts if text)


class Author(StrEnum):
    """Whose words the user sees."""

    AI = "ai"
    HUMAN = "human"
    # Baton's own, about a change of control.
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Message:
    """Words to show to the user. `agent` is the human's name; `code` of a system message is stable, for translating it yourself."""

    author: Author
    text: str
    agent: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What Watch tells of a conversation at one seq. `new` leaves out what this process was told before."""

    conversation: "Conversation"
    seq: int
    control: Control


@dataclass(frozen=True, slots=True)
class MessageToShow(Told):
    """Show it to the user, then `conversation.delivered(seq)`."""

    message: Message


@dataclass(frozen=True, slots=True)
class ControlChanged(Told):
    """Who may speak has changed. Show `messages` in their order; when `reply_due`, answer the user's last message now."""

    reply_due: bool = False
    brief: Brief = Brief()
    messages: tuple[Message, ...] = ()
    availability: Availability | None = None


@dataclass(frozen=True, slots=True)
class Closed(Told):
    """It is over; a user's message may open it again. Show `messages`."""

    reason: str = ""
    messages: tuple[Message, ...] = ()
