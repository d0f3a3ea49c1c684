"""What an AI platform must act on: which events it is told of, and what of them. Notes, drafts and transfer notes never are."""

from dataclasses import dataclass

from services.conversation.domain.control import After, AgentRef, CloseReason
from services.conversation.domain.events import (
    Brief,
    Closed,
    Event,
    HandedBack,
    HumanMessage,
    HumanRequested,
    RequestWithdrawn,
    ReturnedToQueue,
    SystemMessage,
    TakenOver,
    Transferred,
    UserMessage,
)


@dataclass(frozen=True, slots=True)
class MessageToDeliver:
    """A human's words, to be shown to the user."""

    text: str
    agent: AgentRef


@dataclass(frozen=True, slots=True)
class ControlChanged:
    """Who may speak from here on; `reply_due` when the AI is to answer the user's last message now."""

    reply_due: bool = False
    brief: Brief | None = None
    system_message: SystemMessage | None = None
    # Parting words of a human, to be shown before the system message.
    message: MessageToDeliver | None = None


@dataclass(frozen=True, slots=True)
class ConversationEnded:
    """It is closed."""

    reason: CloseReason
    system_message: SystemMessage | None = None


Item = MessageToDeliver | ControlChanged | ConversationEnded


def item_of(event: Event) -> Item | None:
    """Return what the platform is told of an event; None for what it knows itself or must not see."""
    match event.body:
        case HumanMessage(text=text, agent=agent):
            return MessageToDeliver(text, agent)
        case HandedBack(brief=brief, reply_due=reply_due, system_message=system_message):
            return ControlChanged(reply_due, brief, system_message, words_of(event))
        case TakenOver(system_message=system_message) | ReturnedToQueue(system_message=system_message) | HumanRequested(system_message=system_message):
            return ControlChanged(system_message=system_message)
        case Transferred(system_message=system_message):
            return ControlChanged(system_message=system_message, message=words_of(event))
        case RequestWithdrawn():
            return ControlChanged(reply_due=reply_due_after(event.after))
        case UserMessage(reopened=True, system_message=system_message):
            return ControlChanged(reply_due=True, system_message=system_message)
        case Closed(reason=reason, system_message=system_message):
            return ConversationEnded(reason, system_message)
    return None


def words_of(event: Event) -> MessageToDeliver | None:
    """Return a human's words to the user, also those that came with a change of control."""
    match event.body:
        case HumanMessage(text=text, agent=agent):
            return MessageToDeliver(text, agent)
        case HandedBack(message=text, by=agent) if text:
            return MessageToDeliver(text, agent)
        case Transferred(message=text, from_agent=agent) if text:
            # Who sent it without having held it is not named to the user.
            return MessageToDeliver(text, agent or AgentRef(event.actor.id, ""))
    return None


def reply_due_after(after: After) -> bool:
    """Tell whether the AI is to answer now."""
    return after.oldest_unanswered_at is not None and after.control.ai_may_speak
