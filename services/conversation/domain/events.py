"""The events of a conversation's log: one envelope, one body a type, everything that ever happens to a conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.conversation.domain.control import After, AgentRef, AiAgentRef, CloseReason, ControlCause, Holder, Priority, State

# The version that this code writes into every event.
EVENT_VERSION = 1


class ActorKind(StrEnum):
    """What kind of caller caused an event."""

    PLATFORM = "platform"
    AGENT = "agent"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller whose command became the event; an agent's name here is the real one, for colleagues only."""

    kind: ActorKind
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class EndUser:
    """Who writes to the AI platform; erasable, never part of a hash."""

    id: str
    name: str = ""
    email: str = ""
    locale: str = ""


@dataclass(frozen=True, slots=True)
class SystemMessage:
    """What the end user and the history see of a change of control: a stable code, its parameters, its text in the conversation's language."""

    code: str
    params: Mapping[str, str]
    text: str


@dataclass(frozen=True, slots=True)
class Brief:
    """What the human tells the AI at a hand-back."""

    summary: str = ""
    decided: str = ""
    promised: str = ""
    not_to_be_said: str = ""


class RequestedBy(StrEnum):
    """Who asked for a human."""

    AI = "ai"
    USER = "user"


class DraftResolution(StrEnum):
    """What became of a withheld draft."""

    INSERTED = "inserted"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class ConversationStarted:
    """Seq 1 of every conversation."""

    user: EndUser
    ai_agent: AiAgentRef
    platform_conversation_id: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UserMessage:
    """A message by the end user; `sent_at` is the platform's own time: shown, never measured with."""

    text: str
    reopened: bool = False
    sent_at: datetime | None = None
    system_message: SystemMessage | None = None


@dataclass(frozen=True, slots=True)
class AiMessage:
    """A message by the AI, written under the epoch that was current."""

    text: str
    epoch: int
    ai_agent: AiAgentRef


@dataclass(frozen=True, slots=True)
class AiDraftWithheld:
    """An AI message that was refused because no AI may speak; agents only."""

    text: str
    epoch: int
    ai_agent: AiAgentRef
    last_user_seq: int


@dataclass(frozen=True, slots=True)
class HumanRequested:
    """Puts the conversation into the queue while the AI may still speak; repeated, it updates the request."""

    by: RequestedBy
    reason: str
    summary: str
    priority: Priority
    suggested_reply: str
    system_message: SystemMessage | None = None


@dataclass(frozen=True, slots=True)
class RequestWithdrawn:
    """Gives the conversation back to the AI without a human having come."""

    reason: str


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Gives control to a human agent; from here the AI is silent."""

    agent: AgentRef
    from_holder: Holder
    cause: ControlCause
    reason: str
    system_message: SystemMessage
    from_agent: AgentRef | None = None


@dataclass(frozen=True, slots=True)
class HumanMessage:
    """A message by the holding agent."""

    text: str
    agent: AgentRef


@dataclass(frozen=True, slots=True)
class HandedBack:
    """Lets the AI speak again; `reply_due` when the user's last message is unanswered."""

    by: AgentRef
    brief: Brief
    message: str
    reply_due: bool
    system_message: SystemMessage


@dataclass(frozen=True, slots=True)
class Transferred:
    """Gives control to another human agent; the note is for the receiver alone, the message for the user."""

    from_holder: Holder
    to_agent: AgentRef
    note: str
    message: str
    system_message: SystemMessage
    from_agent: AgentRef | None = None


@dataclass(frozen=True, slots=True)
class ReturnedToQueue:
    """Takes control from a human and gives it to nobody; the AI stays silent."""

    from_agent: AgentRef
    cause: ControlCause
    reason: str
    note: str
    system_message: SystemMessage


@dataclass(frozen=True, slots=True)
class DraftResolved:
    """Ends a withheld draft for all agents."""

    draft_seq: int
    resolution: DraftResolution


@dataclass(frozen=True, slots=True)
class NoteAdded:
    """A note for colleagues."""

    text: str
    agent: AgentRef


@dataclass(frozen=True, slots=True)
class Delivered:
    """Up to where human messages reached the platform, and up to where the user was shown them."""

    delivered_seq: int
    shown_seq: int


@dataclass(frozen=True, slots=True)
class Closed:
    """Ends the conversation until the user writes again; `by` is None when the platform or the sweep closed it."""

    reason: CloseReason
    from_holder: Holder
    system_message: SystemMessage
    by: AgentRef | None = None
    from_agent: AgentRef | None = None


@dataclass(frozen=True, slots=True)
class UserLeft:
    """Marks that the user went while a human held the conversation."""

    system_message: SystemMessage


Body = (
    ConversationStarted
    | UserMessage
    | AiMessage
    | AiDraftWithheld
    | HumanRequested
    | RequestWithdrawn
    | TakenOver
    | HumanMessage
    | HandedBack
    | Transferred
    | ReturnedToQueue
    | DraftResolved
    | NoteAdded
    | Delivered
    | Closed
    | UserLeft
)

# The name of each type, in the database, on the topic's oneof and for browsers. Only ever grows.
BODY_TYPES: dict[str, type[Body]] = {
    "conversation_started": ConversationStarted,
    "user_message": UserMessage,
    "ai_message": AiMessage,
    "ai_draft_withheld": AiDraftWithheld,
    "human_requested": HumanRequested,
    "request_withdrawn": RequestWithdrawn,
    "taken_over": TakenOver,
    "human_message": HumanMessage,
    "handed_back": HandedBack,
    "transferred": Transferred,
    "returned_to_queue": ReturnedToQueue,
    "draft_resolved": DraftResolved,
    "note_added": NoteAdded,
    "delivered": Delivered,
    "closed": Closed,
    "user_left": UserLeft,
}
TYPE_NAMES: dict[type[Body], str] = {body: name for name, body in BODY_TYPES.items()}


@dataclass(frozen=True, slots=True)
class LedgerLink:
    """Chains the control events of one conversation (domain/ledger.py)."""

    prev_hash: bytes
    hash: bytes
    # SHA-256 of the salted texts: it stays when the texts and their salt are erased, so that the chain still verifies.
    text_digest: bytes


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of a conversation's log; seq is 1, 2, 3 ... without holes, `at` never before the event before it."""

    workspace_id: str
    platform_id: str
    conversation_id: str
    seq: int
    at: datetime
    actor: Actor
    command_id: str
    command_digest: bytes
    body: Body
    after: After
    # Set on control events only, as is the salt.
    ledger: LedgerLink | None = None
    salt: bytes = b""
    version: int = EVENT_VERSION

    @property
    def type(self) -> str:
        """The type's name."""
        return TYPE_NAMES[type(self.body)]

    @property
    def state(self) -> State:
        """The conversation as of this event."""
        return State(self.workspace_id, self.platform_id, self.conversation_id, self.seq, self.at, self.after)
