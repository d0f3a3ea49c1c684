"""What callers may ask of a conversation. A command says who, on what, under which id, and its content; the content is what its digest covers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from services.conversation.domain.control import AgentRef, AiAgentRef, CloseReason, ControlCause, Priority
from services.conversation.domain.events import Actor, ActorKind, Brief, DraftResolution, EndUser, RequestedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What every command has."""

    # The names of the fields that make two uses of one command id the same command.
    CONTENT: ClassVar[tuple[str, ...]] = ()

    command_id: str
    conversation_id: str
    workspace_id: str
    actor: Actor

    @property
    def platform_id(self) -> str:
        """The platform whose conversations alone the caller may touch; empty for agents and the system."""
        return self.actor.id if self.actor.kind is ActorKind.PLATFORM else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCommand(Command):
    """What a human agent asks."""

    agent: AgentRef
    supervisor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartConversation(Command):
    """By a platform: begin under the AI. The conversation id is derived from the platform's own one (rule 7)."""

    CONTENT = ("platform_conversation_id", "user", "ai_agent", "attributes")

    platform_conversation_id: str
    user: EndUser
    ai_agent: AiAgentRef
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendUserMessage(Command):
    """By a platform: the user wrote."""

    CONTENT = ("text", "sent_at")

    text: str
    sent_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendAiMessage(Command):
    """By a platform: its AI speaks, under the epoch it was told."""

    CONTENT = ("text", "epoch")

    text: str
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHuman(Command):
    """By a platform: a human is wanted."""

    CONTENT = ("epoch", "by", "reason", "summary", "priority", "suggested_reply")

    epoch: int
    by: RequestedBy
    reason: str = ""
    summary: str = ""
    priority: Priority = Priority.NORMAL
    suggested_reply: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRequest(Command):
    """By a platform, or any agent: no human is wanted any more."""

    CONTENT = ("epoch", "reason")

    epoch: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReceipts(Command):
    """By a platform: human messages reached it, or were shown to the user, up to these seqs (0: nothing said)."""

    CONTENT = ("delivered_seq", "shown_seq")

    delivered_seq: int = 0
    shown_seq: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseByPlatform(Command):
    """By a platform: AI_RESOLVED under its epoch, or USER_LEFT at any time."""

    CONTENT = ("reason", "epoch")

    reason: CloseReason
    epoch: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver(AgentCommand):
    """By an agent: I handle it now."""

    CONTENT = ("reason",)

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendMessage(AgentCommand):
    """By the holder: words to the user."""

    CONTENT = ("text", "seen_seq")

    text: str
    seen_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandBack(AgentCommand):
    """By the holder or a supervisor: the AI may speak again."""

    CONTENT = ("seen_seq", "brief", "message")

    seen_seq: int
    brief: Brief
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(AgentCommand):
    """By the holder, a supervisor, or anyone while no human holds it: another agent handles it now."""

    CONTENT = ("seen_seq", "to_agent_id", "note", "message")

    seen_seq: int
    to_agent_id: str
    # As looked up; None when that is no active agent of this workspace.
    to: AgentRef | None = None
    note: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Release(AgentCommand):
    """By the holder or a supervisor: back to the queue, silent."""

    CONTENT = ("reason", "note")

    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveDraft(AgentCommand):
    """By the holder: what became of a withheld draft."""

    CONTENT = ("draft_seq", "resolution")

    draft_seq: int
    resolution: DraftResolution


@dataclass(frozen=True, slots=True, kw_only=True)
class AddNote(AgentCommand):
    """By any agent: a note for colleagues."""

    CONTENT = ("text",)

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseByAgent(AgentCommand):
    """By the holder or a supervisor: it is done."""

    CONTENT = ("reason",)

    reason: CloseReason


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseUnattended(Command):
    """By the system: the agent is away or disabled; of no effect unless that agent holds it under that epoch."""

    CONTENT = ("agent_id", "epoch", "cause")

    agent_id: str
    epoch: int
    cause: ControlCause


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseIdle(Command):
    """By the system: nobody holds it and nobody wrote for the idle time; of no effect otherwise."""
