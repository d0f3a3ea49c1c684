"""A line of the conversation list: what one event changes about it, and what it reads."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.conversation.domain.attention import Attention
from services.conversation.domain.control import AiAgentRef, ControlState, Priority
from services.conversation.domain.events import AiMessage, EndUser, Event, HandedBack, HumanMessage, Transferred, UserMessage

# Characters of a message that a list row shows.
PREVIEW_LENGTH = 200


class Author(StrEnum):
    """Whose words a message is."""

    USER = "user"
    AI = "ai"
    HUMAN = "human"


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The newest words in a conversation, cut to a preview."""

    seq: int
    at: datetime
    author: Author
    author_name: str
    preview: str


@dataclass(frozen=True, slots=True)
class Row:
    """One conversation as the list shows it to one agent; `seq` orders its versions."""

    workspace_id: str
    platform_id: str
    conversation_id: str
    seq: int
    user: EndUser
    ai_agent: AiAgentRef
    started_at: datetime
    control: ControlState
    attention: Attention
    user_message_count: int
    user_left: bool
    transferred_from_id: str
    last_message: LastMessage | None = None
    oldest_unanswered_at: datetime | None = None
    priority: Priority | None = None
    # The reader's own mark.
    read_seq: int = 0
    unread: int = 0


def message_of(event: Event) -> LastMessage | None:
    """Return the event's words if it is a message: the browser's row patches cut and count the same (services/realtime/domain/patch.py)."""
    match event.body:
        case UserMessage(text=text):
            author, name = Author.USER, ""
        case AiMessage(text=text, ai_agent=ai_agent):
            author, name = Author.AI, ai_agent.name
        case HumanMessage(text=text, agent=agent):
            author, name = Author.HUMAN, agent.display_name
        case _:
            return None
    return LastMessage(event.seq, event.at, author, name, text[:PREVIEW_LENGTH])


def brings_words(event: Event) -> bool:
    """Tell whether the platform has a human's words to bring to the user from this event: a message, or the parting words of a change of control."""
    match event.body:
        case HumanMessage():
            return True
        case HandedBack(message=text) | Transferred(message=text):
            return bool(text)
    return False
