"""Record what events measured: in any order, any number of times, with holes; the facts are the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.analytics.domain.events import AiAgent, LoggedEvent
from services.analytics.domain.facts import Fact
from services.analytics.domain.fold import fold
from services.analytics.domain.phases import Phase
from services.analytics.ports import ConversationLog, FactStore


class NotInLogError(Exception):
    """An event that the log does not have. It was published after it was in the log for good, so it is none of this log's: trying again does not help."""


@dataclass(slots=True)
class Recorded:
    """What became of a batch."""

    facts: list[Fact] = field(default_factory=list)
    phases: dict[str, Phase] = field(default_factory=dict)
    ai_agents: set[tuple[str, AiAgent]] = field(default_factory=set)
    # Of the facts, those that were not there before.
    new: Sequence[Fact] = ()
    # Events of the batch that followed what was known; that were known; and events that only the log still had.
    folded: int = 0
    repeated: int = 0
    fetched: int = 0


class RecordEvents:
    """Folds events onto the phases kept for their conversations."""

    def __init__(self, store: FactStore, log: ConversationLog) -> None:
        """`log` is asked for what a jump in seq left out."""
        self._store = store
        self._log = log

    async def __call__(self, events: Sequence[LoggedEvent]) -> Recorded:
        """Record a batch, all of it or nothing.

        NotInLogError if an event after a jump is not in the log; UnavailableError if store or log cannot be reached, and then the same batch again is safe.
        """
        while True:
            count = await self._store.switches()
            recorded = await self._record(events)
            # Another count has taken the place of the one that the batch went into: it goes into that one too.
            if count == await self._store.switches():
                return recorded

    async def _record(self, events: Sequence[LoggedEvent]) -> Recorded:
        recorded = Recorded()
        known = await self._store.phases({event.conversation_id for event in events})
        recorded.phases.update(known)
        for event in events:
            await self._take(recorded, event)
        moved = [phase for phase in recorded.phases.values() if phase is not known.get(phase.conversation_id)]
        recorded.new = await self._store.record(recorded.facts, moved, recorded.ai_agents)
        return recorded

    async def _take(self, recorded: Recorded, event: LoggedEvent) -> None:
        phase = recorded.phases.get(event.conversation_id)
        seq = phase.seq if phase else 0
        if event.seq <= seq:
            recorded.repeated += 1
        elif event.seq == seq + 1:
            _fold_all(recorded, [event])
            recorded.folded += 1
        else:
            left_out = [logged for logged in await self._log.events_of(event.conversation_id) if logged.seq > seq]
            if not left_out or left_out[-1].seq < event.seq:
                message = f"the log does not have event {event.seq} of conversation {event.conversation_id}"
                raise NotInLogError(message)
            _fold_all(recorded, left_out)
            recorded.fetched += len(left_out)


def _fold_all(recorded: Recorded, events: Iterable[LoggedEvent]) -> None:
    for event in events:
        phase, facts = fold(recorded.phases.get(event.conversation_id), event)
        recorded.phases[event.conversation_id] = phase
        recorded.facts.extend(facts)
        if event.ai_agent is not None:
            recorded.ai_agents.add((event.workspace_id, event.ai_agent))
