"""What stands in for MongoDB and the other services."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from servicekit.caller import UserCaller
from servicekit.errors import UnavailableError

from services.analytics.domain.events import AiAgent, Holder, LoggedEvent
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.hours import Calendar
from services.analytics.domain.phases import Phase
from services.analytics.domain.sheets import NEW, NEW_HELD, Cells, Sheet, sheet_of
from services.analytics.domain.spans import Period
from services.analytics.ports import Live, Place, Scope

Identity = tuple[str, int, FactKind, str]


def identity(fact: Fact) -> Identity:
    return fact.conversation_id, fact.seq, fact.kind, fact.agent_id


@dataclass
class FakeFactStore:
    """The FactStore and Figurebook ports in memory. `break_after_facts` fails the next record between facts and phases, as a crash would."""

    kept: dict[Identity, Fact] = field(default_factory=dict)
    known: dict[str, Phase] = field(default_factory=dict)
    names: dict[tuple[str, str], AiAgent] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    break_after_facts: bool = False
    number: int = 1

    async def phases(self, conversation_ids: Iterable[str]) -> Mapping[str, Phase]:
        return {key: self.known[key] for key in conversation_ids if key in self.known}

    async def record(self, facts: Sequence[Fact], phases: Sequence[Phase], ai_agents: Iterable[tuple[str, AiAgent]]) -> Sequence[Fact]:
        new = [fact for fact in facts if identity(fact) not in self.kept]
        self.kept |= {identity(fact): fact for fact in new}
        self.names |= {(workspace_id, ai_agent.id): ai_agent for workspace_id, ai_agent in ai_agents}
        if self.break_after_facts:
            self.break_after_facts = False
            message = "broken off"
            raise UnavailableError(message)
        for phase in phases:
            before = self.known.get(phase.conversation_id)
            if before is None or before.seq < phase.seq:
                self.known[phase.conversation_id] = phase
        return new

    async def switches(self) -> int:
        return self.number

    def _in(self, scope: Scope, period: Period) -> list[Fact]:
        return [
            fact
            for fact in self.kept.values()
            if fact.workspace_id == scope.workspace_id
            and period.start <= fact.at < period.end
            and scope.agent_id in {"", fact.agent_id}
            and scope.ai_agent_id in {"", fact.ai_agent_id}
        ]

    async def sheet(self, scope: Scope, period: Period, *, with_open_phases: bool) -> Sheet:
        facts = self._in(scope, period)
        sheet = sheet_of(facts, await self.calendar(scope.workspace_id))
        pairs = {(NEW[fact.kind], fact.agent_id, fact.conversation_id) for fact in facts if fact.kind in NEW}
        if with_open_phases:
            pairs |= {(NEW_HELD, phase.control.agent_id, phase.conversation_id) for _, phase in await self.standing(scope, Holder.HUMAN, None, 0)}
        for cells in (sheet.team, *sheet.agents.values()):
            for key in NEW.values():
                cells.pop(key, None)
        for key, agent_id, _ in pairs:
            sheet.count(agent_id, key)
        for key, _ in {(key, conversation_id) for key, _, conversation_id in pairs}:
            sheet.count(None, key)
        if scope.agent_id:
            sheet.team = sheet.agents.get(scope.agent_id, {})
        return sheet

    async def outline(self, scope: Scope, period: Period) -> Sheet:
        return await self.sheet(scope, period, with_open_phases=False)

    async def points(self, scope: Scope, periods: Sequence[Period]) -> list[Cells]:
        calendar = await self.calendar(scope.workspace_id)
        return [sheet_of(self._in(scope, period), calendar).team for period in periods]

    async def live(self, workspace_id: str) -> Live:
        held = {holder: await self.standing(Scope(workspace_id), holder, None, 0) for holder in Holder}
        waits = [phase.since for _, phase in held[Holder.QUEUE]]
        return Live(len(held[Holder.AI]), len(held[Holder.HUMAN]), len(waits), min(waits, default=None), len(self.kept))

    async def facts(self, scope: Scope, kinds: Sequence[FactKind], period: Period, after: Place | None, limit: int) -> list[tuple[Place, Fact]]:
        found = [(Place(fact.at, "/".join(map(str, identity(fact)))), fact) for fact in self._in(scope, period) if fact.kind in kinds]
        found.sort(key=lambda row: (row[0].at, row[0].id), reverse=True)
        return [row for row in found if after is None or (row[0].at, row[0].id) < (after.at, after.id)][:limit]

    async def standing(self, scope: Scope, holder: str, after: Place | None, limit: int) -> list[tuple[Place, Phase]]:
        found = [
            (Place(phase.since, phase.conversation_id), phase)
            for phase in self.known.values()
            if (phase.workspace_id, phase.control.holder) == (scope.workspace_id, holder)
            and scope.agent_id in {"", phase.control.agent_id}
            and scope.ai_agent_id in {"", phase.ai_agent_id}
        ]
        found.sort(key=lambda row: (row[0].at, row[0].id))
        return [row for row in found if after is None or (row[0].at, row[0].id) > (after.at, after.id)][: limit or None]

    async def ai_agents(self, workspace_id: str) -> list[AiAgent]:
        return [ai_agent for (workspace, _), ai_agent in sorted(self.names.items()) if workspace == workspace_id]

    async def calendar(self, workspace_id: str) -> Calendar:
        return self.calendars.get(workspace_id, Calendar())

    async def set_calendar(self, workspace_id: str, calendar: Calendar) -> None:
        self.calendars[workspace_id] = calendar


@dataclass
class FakeLog:
    """The ConversationLog port over a list; `asked` says for which conversations."""

    events: Sequence[LoggedEvent] = ()
    asked: list[str] = field(default_factory=list)

    async def events_of(self, conversation_id: str) -> list[LoggedEvent]:
        self.asked.append(conversation_id)
        return sorted((event for event in self.events if event.conversation_id == conversation_id), key=lambda event: event.seq)

    async def all_events(self) -> AsyncIterator[list[LoggedEvent]]:
        for event in sorted(self.events, key=lambda event: (event.conversation_id, event.seq)):
            yield [event]


@dataclass
class FakeColleagues:
    """The Colleagues port."""

    known: Mapping[str, str] = field(default_factory=dict)

    async def names(self, access_token: str) -> Mapping[str, str]:
        assert access_token
        return self.known


@dataclass
class FakeCalendars:
    """The Calendars port."""

    set: Calendar | None = None

    async def calendar(self, caller: UserCaller) -> Calendar | None:
        assert caller.access_token
        return self.set


@dataclass
class FixedClock:
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def later(self, delta: timedelta) -> None:
        self.moment += delta
