"""What the use cases need from outside."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from servicekit.caller import UserCaller
from servicekit.errors import PreconditionError

from services.analytics.domain.events import AiAgent, LoggedEvent
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.hours import Calendar
from services.analytics.domain.phases import Phase
from services.analytics.domain.sheets import Cells, Sheet
from services.analytics.domain.spans import Period


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose facts: of a workspace, or of one agent or one AI agent in it."""

    workspace_id: str
    agent_id: str = ""
    ai_agent_id: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """How things stand. `revision` changes with every fact."""

    held_by_ai: int = 0
    held_by_human: int = 0
    waiting: int = 0
    waiting_since: datetime | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """After which row a page begins."""

    at: datetime
    id: str


class FactStore(Protocol):
    """Keeps facts and, per conversation, the phase up to which they are complete. UnavailableError if it cannot be reached."""

    async def phases(self, conversation_ids: Iterable[str]) -> Mapping[str, Phase]:
        """Return the phases of those conversations that are known."""
        ...

    async def record(self, facts: Sequence[Fact], phases: Sequence[Phase], ai_agents: Iterable[tuple[str, AiAgent]]) -> Sequence[Fact]:
        """Keep the facts, then the phases, and the names of AI agents by workspace; return the facts that were not there before.

        A fact that is there stays as it is; a phase never goes back in seq. Safe to repeat, and to break off anywhere.
        """
        ...

    async def switches(self) -> int:
        """Return a number that changes when facts are answered from another count; what was recorded under the former one may have to be recorded again."""
        ...


class Figurebook(Protocol):
    """Answers from facts. UnavailableError if it cannot be reached."""

    async def sheet(self, scope: Scope, period: Period, *, with_open_phases: bool) -> Sheet:
        """Return what ended in the period, with distinct conversations; on demand, human phases that have not ended count as held too."""
        ...

    async def outline(self, scope: Scope, period: Period) -> Sheet:
        """Return the same as `sheet` for the team; of each agent the distinct conversations are there, and little or nothing else. Without open phases."""
        ...

    async def points(self, scope: Scope, periods: Sequence[Period]) -> list[Cells]:
        """Return the team's (or the scope's agent's) cells of each period, without distinct conversations."""
        ...

    async def live(self, workspace_id: str) -> Live:
        """Return how things stand now."""
        ...

    async def facts(self, scope: Scope, kinds: Sequence[FactKind], period: Period, after: Place | None, limit: int) -> list[tuple[Place, Fact]]:
        """Return facts of these kinds, the newest first."""
        ...

    async def standing(self, scope: Scope, holder: str, after: Place | None, limit: int) -> list[tuple[Place, Phase]]:
        """Return conversations that wait (queue) or are held (human) now, the longest first."""
        ...

    async def ai_agents(self, workspace_id: str) -> list[AiAgent]:
        """Return all that conversations began with, by name."""
        ...

    async def calendar(self, workspace_id: str) -> Calendar:
        """Return the hours that durations are counted by."""
        ...

    async def set_calendar(self, workspace_id: str, calendar: Calendar) -> None:
        """Count by other hours from now on, all that was counted before included; nothing where they are the same."""
        ...


class LostLeaseError(PreconditionError):
    """Another process has begun to count again."""

    def __init__(self) -> None:
        """What this one has counted is not served."""
        super().__init__("REBUILD_TAKEN_OVER", "Another process has begun to count the figures again.")


class Recounting(Protocol):
    """Counts from zero beside what is served."""

    async def begin(self, lease: timedelta) -> FactStore | None:
        """Return an empty store to count into; None where another process is at it and has renewed within `lease`."""
        ...

    async def renew(self, lease: timedelta) -> None:
        """Say that the count goes on; LostLeaseError where another process has taken over."""
        ...

    def behind(self) -> AsyncIterator[str]:
        """Return the conversations of which the served count knows more events than the new one."""
        ...

    async def switch(self) -> None:
        """Answer from the new count from now on, at once and everywhere; `behind` then compares with the former one.

        LostLeaseError, and nothing changed, where another process has taken over.
        """
        ...

    async def finish(self) -> None:
        """Remove the former count."""
        ...

    async def abandon(self) -> None:
        """Remove what was begun, if it was not switched to."""
        ...


class ConversationLog(Protocol):
    """The truth that facts come from. UnavailableError if it cannot be reached."""

    async def events_of(self, conversation_id: str) -> Sequence[LoggedEvent]:
        """Return all events of a conversation in order of seq."""
        ...

    def all_events(self) -> AsyncIterator[Sequence[LoggedEvent]]:
        """Return everything, conversation by conversation, in order of seq, by pages."""
        ...


class Calendars(Protocol):
    """What workspaces have set."""

    async def calendar(self, caller: UserCaller) -> Calendar | None:
        """Return the time zone and hours of the caller's workspace; None while they cannot be had."""
        ...


class Colleagues(Protocol):
    """Who works in a workspace."""

    async def names(self, access_token: str) -> Mapping[str, str]:
        """Return the names by account id of everyone in the workspace of the token's owner. UnavailableError if they cannot be had."""
        ...
