"""A conversation driven by commands, one after another, without any I/O: for tests of the control table."""
# a command's further fields by name

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from services.conversation.domain import commands
from services.conversation.domain.commands import Command
from services.conversation.domain.control import AgentRef, AiAgentRef, CloseReason, ControlCause, ControlState, Holder, State
from services.conversation.domain.decide import decide
from services.conversation.domain.events import Actor, ActorKind, Body, Brief, DraftResolution, EndUser, Event, RequestedBy
from services.conversation.domain.evolve import evolve
from services.conversation.domain.policy import DEFAULT_POLICY, Policy

WORKSPACE = "workspace-1"
PLATFORM = Actor(ActorKind.PLATFORM, "platform-1", "Example AI")
SYSTEM = Actor(ActorKind.SYSTEM, "sweep", "Baton")
BUDI = AgentRef("agent-budi", "Budi Santoso")
SARI = AgentRef("agent-sari", "Sari")
TONO = AgentRef("agent-tono", "Tono")
BOT = AiAgentRef("bot-1", "Helper")
BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


def new_id() -> str:
    return str(uuid.uuid4())


class Commands:
    """Makes commands on one conversation, each with an id of its own unless one is given."""

    def __init__(self, conversation_id: str | None = None, platform: Actor = PLATFORM, workspace_id: str = WORKSPACE) -> None:
        self.conversation_id = conversation_id or new_id()
        self.platform = platform
        self.workspace_id = workspace_id

    def start(self, *, locale: str = "en", **more: Any) -> commands.StartConversation:
        user = EndUser("user-1", "Ani Wijaya", "ani@example.org", locale)
        more = {"platform_conversation_id": "theirs-1", "user": user, "ai_agent": BOT, "attributes": {"plan": "gold"}} | more
        return commands.StartConversation(**self._by(self.platform, more))

    def user(self, text: str = "Hello?", **more: Any) -> commands.AppendUserMessage:
        return commands.AppendUserMessage(**self._by(self.platform, more), text=text)

    def ai(self, epoch: int = 1, text: str = "Good day.", **more: Any) -> commands.AppendAiMessage:
        return commands.AppendAiMessage(**self._by(self.platform, more), text=text, epoch=epoch)

    def ask(self, epoch: int = 1, by: RequestedBy = RequestedBy.AI, **more: Any) -> commands.RequestHuman:
        return commands.RequestHuman(**self._by(self.platform, more), epoch=epoch, by=by)

    def withdraw(self, epoch: int = 1, **more: Any) -> commands.WithdrawRequest:
        return commands.WithdrawRequest(**self._by(self.platform, more), epoch=epoch)

    def receipts(self, delivered: int = 0, shown: int = 0, **more: Any) -> commands.ReportReceipts:
        return commands.ReportReceipts(**self._by(self.platform, more), delivered_seq=delivered, shown_seq=shown)

    def end(self, reason: CloseReason = CloseReason.AI_RESOLVED, epoch: int = 1, **more: Any) -> commands.CloseByPlatform:
        return commands.CloseByPlatform(**self._by(self.platform, more), reason=reason, epoch=epoch)

    def take(self, agent: AgentRef = BUDI, *, supervisor: bool = False, **more: Any) -> commands.TakeOver:
        return commands.TakeOver(**self._of(agent, supervisor, more))

    def say(self, seen: int, agent: AgentRef = BUDI, *, text: str = "I am here.", supervisor: bool = False, **more: Any) -> commands.SendMessage:
        return commands.SendMessage(**self._of(agent, supervisor, more), text=text, seen_seq=seen)

    def hand_back(self, seen: int, agent: AgentRef = BUDI, *, supervisor: bool = False, **more: Any) -> commands.HandBack:
        return commands.HandBack(**self._of(agent, supervisor, {"brief": Brief(), **more}), seen_seq=seen)

    def transfer(self, seen: int, to: AgentRef | None = SARI, agent: AgentRef = BUDI, *, supervisor: bool = False, **more: Any) -> commands.Transfer:
        return commands.Transfer(**self._of(agent, supervisor, more), seen_seq=seen, to_agent_id=to.id if to else "agent-nobody", to=to)

    def release(self, agent: AgentRef = BUDI, *, supervisor: bool = False, **more: Any) -> commands.Release:
        return commands.Release(**self._of(agent, supervisor, more))

    def resolve(self, seq: int, agent: AgentRef = BUDI, *, supervisor: bool = False, **more: Any) -> commands.ResolveDraft:
        return commands.ResolveDraft(**self._of(agent, supervisor, {"resolution": DraftResolution.DISCARDED, **more}), draft_seq=seq)

    def note(self, agent: AgentRef = TONO, *, text: str = "Knows us well.", **more: Any) -> commands.AddNote:
        return commands.AddNote(**self._of(agent, False, more), text=text)

    def close(self, agent: AgentRef = BUDI, *, supervisor: bool = False, reason: CloseReason = CloseReason.RESOLVED, **more: Any) -> commands.CloseByAgent:
        return commands.CloseByAgent(**self._of(agent, supervisor, more), reason=reason)

    def unattended(self, agent: AgentRef = BUDI, epoch: int = 2, cause: ControlCause = ControlCause.AGENT_AWAY, **more: Any) -> commands.ReleaseUnattended:
        return commands.ReleaseUnattended(**self._by(SYSTEM, more), agent_id=agent.id, epoch=epoch, cause=cause)

    def idle(self, **more: Any) -> commands.CloseIdle:
        return commands.CloseIdle(**self._by(SYSTEM, more))

    def _by(self, actor: Actor, more: dict[str, Any]) -> dict[str, Any]:
        return {"command_id": new_id(), "conversation_id": self.conversation_id, "workspace_id": self.workspace_id, "actor": actor, **more}

    def _of(self, agent: AgentRef, supervisor: bool, more: dict[str, Any]) -> dict[str, Any]:  # noqa: FBT001  # a field's value
        return self._by(Actor(ActorKind.AGENT, agent.id, f"{agent.display_name} (real)"), {"agent": agent, "supervisor": supervisor, **more})


class Scene:
    """One conversation that commands are put to; each command that becomes an event takes a second."""

    def __init__(self, policy: Policy = DEFAULT_POLICY, *, locale: str = "en") -> None:
        self.make = Commands()
        self.policy = policy
        self.now = BEGIN
        self.state: State | None = None
        self.log: list[Event] = []
        self.do(self.make.start(locale=locale))

    def do(self, command: Command) -> Body | None:
        """Decide, fold, and answer the event's body; refusals pass through."""
        event = decide(self.state, command, self.now, self.policy, b"salt-of-16-bytes")
        if event is None:
            return None
        self.state = evolve(self.state, event)
        self.log.append(event)
        self.now += timedelta(seconds=1)
        return event.body

    @property
    def seq(self) -> int:
        return self.log[-1].seq

    @property
    def control(self) -> ControlState:
        return self.log[-1].after.control

    def in_state(self, name: str) -> "Scene":
        """Bring it into one of the states of the control table, from a fresh AI one; Budi is the human."""
        steps: dict[str, list[Any]] = {
            "ai": [],
            "asked": [lambda: self.make.ask(by=RequestedBy.AI)],
            "human": [self.make.take],
            "silent": [self.make.take, self.make.release],
            "closed": [lambda: self.make.close(supervisor=True)],
            "spam": [lambda: self.make.close(supervisor=True, reason=CloseReason.SPAM)],
        }
        for step in steps[name]:
            self.do(step())
        assert self.control.holder is {"ai": Holder.AI, "asked": Holder.QUEUE, "human": Holder.HUMAN, "silent": Holder.QUEUE}.get(name, Holder.CLOSED)
        return self
