"""Logs for the tests of views: real events, folded as the domain folds them, without a command's decision."""

import random
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase

from services.conversation.adapters.event_document import to_document
from services.conversation.domain.control import AgentRef, AiAgentRef, CloseReason, ControlCause, Holder, Priority, State
from services.conversation.domain.events import (
    Actor,
    ActorKind,
    AiMessage,
    Body,
    Brief,
    Closed,
    ConversationStarted,
    Delivered,
    EndUser,
    Event,
    HandedBack,
    HumanMessage,
    HumanRequested,
    NoteAdded,
    RequestedBy,
    ReturnedToQueue,
    SystemMessage,
    TakenOver,
    Transferred,
    UserMessage,
)
from services.conversation.domain.evolve import fold

Document = dict[str, Any]

WORDS = SystemMessage("code", {}, "A system message")
BUDI = AgentRef("agent-budi", "Budi")
SARI = AgentRef("agent-sari", "Sari")
BEGIN = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


class Log:
    """One conversation's log in the making."""

    def __init__(
        self,
        workspace_id: str = "ws-1",
        platform_id: str = "platform-1",
        user: EndUser | None = None,
        ai_agent: AiAgentRef | None = None,
        at: datetime | None = None,
    ) -> None:
        self.id = str(uuid.uuid4())
        self.workspace_id = workspace_id
        self.platform_id = platform_id
        self.state: State | None = None
        self.events: list[Event] = []
        now = datetime.now(UTC)
        self.at = at or now.replace(microsecond=now.microsecond // 1000 * 1000)
        self.add(ConversationStarted(user or EndUser("user-1", "Ani Wijaya", "ani@example.org", "id"), ai_agent or AiAgentRef("bot-1", "Bot"), self.id[:8], {}))

    def add(self, body: Body, actor: Actor | None = None, *, after_ms: int = 1000) -> Event:
        """Append one event, `after_ms` after the one before."""
        former = self.state
        seq = former.seq + 1 if former else 1
        self.at += timedelta(milliseconds=after_ms)
        actor = actor or Actor(ActorKind.PLATFORM, self.platform_id, "Platform")
        after = fold(former.after if former else None, seq, self.at, actor.id, body)
        event = Event(self.workspace_id, self.platform_id, self.id, seq, self.at, actor, str(uuid.uuid4()), b"digest", body, after)
        self.state = event.state
        self.events.append(event)
        return event

    def user(self, text: str = "Hello?", *, after_ms: int = 1000) -> Event:
        assert self.state is not None
        return self.add(UserMessage(text, reopened=self.state.after.control.holder is Holder.CLOSED), after_ms=after_ms)

    def ai(self, text: str = "Good day.") -> Event:
        assert self.state is not None
        return self.add(AiMessage(text, self.state.after.control.epoch, self.state.after.ai_agent))

    def ask(self, priority: Priority = Priority.NORMAL) -> Event:
        return self.add(HumanRequested(RequestedBy.AI, "stuck", "The user wants a refund.", priority, ""))

    def take(self, agent: AgentRef = BUDI) -> Event:
        assert self.state is not None
        return self._by(agent, TakenOver(agent, self.state.after.control.holder, ControlCause.AGENT, "", WORDS))

    def say(self, text: str = "I am Budi.", agent: AgentRef = BUDI) -> Event:
        return self._by(agent, HumanMessage(text, agent))

    def note(self, agent: AgentRef = BUDI) -> Event:
        return self._by(agent, NoteAdded("for colleagues", agent))

    def transfer(self, to: AgentRef = SARI, message: str = "") -> Event:
        return self._by(BUDI, Transferred(Holder.HUMAN, to, "a note", message, WORDS, BUDI))

    def hand_back(self, message: str = "") -> Event:
        return self._by(BUDI, HandedBack(BUDI, Brief(summary="done"), message, reply_due=False, system_message=WORDS))

    def release(self, agent: AgentRef = BUDI) -> Event:
        return self._by(agent, ReturnedToQueue(agent, ControlCause.RELEASED, "", "", WORDS))

    def close(self, reason: CloseReason = CloseReason.RESOLVED) -> Event:
        return self._by(BUDI, Closed(reason, Holder.HUMAN, WORDS, BUDI))

    def delivered(self, seq: int) -> Event:
        return self.add(Delivered(seq, 0))

    def _by(self, agent: AgentRef, body: Body) -> Event:
        return self.add(body, Actor(ActorKind.AGENT, agent.id, agent.display_name))


def wander(log: Log, steps: int, rng: random.Random) -> None:
    """Append what might have happened next, `steps` times."""
    for _ in range(steps):
        assert log.state is not None
        control = log.state.after.control
        agent = control.agent or BUDI
        can: dict[Holder, list[Callable[[], object]]] = {
            Holder.AI: [log.user, log.ai, log.ask, lambda: log.take(rng.choice([BUDI, SARI])), log.note, log.close],
            Holder.QUEUE: [log.user, lambda: log.take(rng.choice([BUDI, SARI])), log.note, log.close],
            Holder.HUMAN: [log.user, partial(log.say, agent=agent), log.hand_back, log.transfer, partial(log.release, agent), log.note, log.close],
            Holder.CLOSED: [log.user, log.note],
        }
        rng.choice(can[control.holder])()


async def write(database: AsyncDatabase[Document], *events: Event) -> None:
    """Insert events as an append does."""
    if events:
        await database["events"].insert_many([to_document(event) for event in events])
