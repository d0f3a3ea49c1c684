"""What stands in for MongoDB and the other services."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from servicekit.errors import UnavailableError

from services.analytics.domain.events import Cause, Holder, LoggedEvent
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.figures import Period, Tally
from services.analytics.domain.phases import Phase

Identity = tuple[str, int, FactKind, str]


@dataclass
class FakeFactStore:
    """The FactStore port in memory. `break_after_facts` fails the next record between facts and phases, as a crash would."""

    facts: dict[Identity, Fact] = field(default_factory=dict)
    known: dict[str, Phase] = field(default_factory=dict)
    break_after_facts: bool = False

    async def phases(self, conversation_ids: Iterable[str]) -> Mapping[str, Phase]:
        return {key: self.known[key] for key in conversation_ids if key in self.known}

    async def record(self, facts: Sequence[Fact], phases: Sequence[Phase]) -> None:
        for fact in facts:
            self.facts.setdefault((fact.conversation_id, fact.seq, fact.kind, fact.agent_id), fact)
        if self.break_after_facts:
            self.break_after_facts = False
            message = "broken off"
            raise UnavailableError(message)
        for phase in phases:
            before = self.known.get(phase.conversation_id)
            if before is None or before.seq < phase.seq:
                self.known[phase.conversation_id] = phase

    async def tally(self, workspace_id: str, period: Period, *, with_open_phases: bool) -> Tally:
        facts = [fact for fact in self.facts.values() if fact.workspace_id == workspace_id and period.start <= fact.at < period.end]
        responses: defaultdict[str, Counter[timedelta]] = defaultdict(Counter)
        counts: Counter[tuple[str, FactKind, Cause | None]] = Counter()
        for fact in facts:
            if fact.kind in {FactKind.TAKEOVER, FactKind.TRANSFER_IN, FactKind.TRANSFER_OUT}:
                counts[fact.agent_id, fact.kind, fact.cause] += 1
            if fact.lasted is not None and fact.kind is FactKind.RESPONSE:
                responses[fact.agent_id][fact.lasted] += 1
        held = {(fact.agent_id, fact.conversation_id) for fact in facts if fact.kind is FactKind.HUMAN_PHASE}
        if with_open_phases:
            mine = (phase for phase in self.known.values() if phase.workspace_id == workspace_id)
            held |= {(phase.control.agent_id, phase.conversation_id) for phase in mine if phase.control.holder is Holder.HUMAN}
        written = {(fact.agent_id, fact.conversation_id) for fact in facts if fact.kind is FactKind.MESSAGE}
        return Tally(counts, responses, frozenset(held), frozenset(written))


@dataclass
class FakeLog:
    """The ConversationLog port over a list; `asked` says for which conversations."""

    events: Sequence[LoggedEvent] = ()
    asked: list[str] = field(default_factory=list)

    async def events_of(self, conversation_id: str) -> list[LoggedEvent]:
        self.asked.append(conversation_id)
        return sorted((event for event in self.events if event.conversation_id == conversation_id), key=lambda event: event.seq)


@dataclass
class FakeColleagues:
    """The Colleagues port."""

    known: Mapping[str, str] = field(default_factory=dict)

    async def names(self, access_token: str) -> Mapping[str, str]:
        assert access_token
        return self.known


@dataclass
class FixedClock:
    """A clock that stands."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment
