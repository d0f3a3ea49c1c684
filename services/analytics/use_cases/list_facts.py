"""Answer the rows behind a figure, to each what they may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from servicekit.caller import Role, UserCaller
from servicekit.clock import Clock
from servicekit.errors import ForbiddenError, InvalidError

from services.analytics.domain.events import Holder
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.phases import Phase
from services.analytics.domain.spans import Period
from services.analytics.ports import Colleagues, Figurebook, Place, Scope

# Rows of the present, that no event has ended yet.
STANDING = {"waiting": Holder.QUEUE, "holding": Holder.HUMAN}
MAX_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured, or stands now; durations of what stands are as of now."""

    kind: str
    conversation_id: str
    seq: int
    at: datetime
    agent_id: str
    agent_name: str
    ai_agent_id: str
    cause: str = ""
    lasted: timedelta | None = None
    open_time: timedelta | None = None


@dataclass(frozen=True, slots=True)
class RowsPage:
    """A page; `after` is where the next one begins, None after the last."""

    rows: tuple[Row, ...]
    after: Place | None


class ListFacts:
    """Supervisors see everybody's; an agent their own, and who waits for anybody."""

    def __init__(self, book: Figurebook, colleagues: Colleagues, clock: Clock) -> None:
        """`colleagues` gives agents their names."""
        self._book = book
        self._colleagues = colleagues
        self._clock = clock

    async def __call__(self, caller: UserCaller, kinds: Sequence[str], period: Period, scope: Scope, after: Place | None, limit: int) -> RowsPage:
        """Fails as the contract says; UnavailableError while facts or names cannot be had."""
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidError("page_size", f"must be from 1 to {MAX_PAGE}")
        standing = len(kinds) == 1 and kinds[0] in STANDING
        if not kinds or not (standing or all(kind in set(FactKind) for kind in kinds)):
            raise InvalidError("kinds", "must be kinds of facts, or `waiting` or `holding` alone")
        if caller.role < Role.SUPERVISOR:
            scope = _own(caller, scope, kinds)
        if standing:
            return await self._standing(caller, kinds[0], scope, after, limit)
        return await self._measured(caller, [FactKind(kind) for kind in kinds], period, scope, after, limit)

    async def _measured(self, caller: UserCaller, kinds: Sequence[FactKind], period: Period, scope: Scope, after: Place | None, limit: int) -> RowsPage:
        if period.start >= period.end:
            raise InvalidError("to", "must be after `from`")
        # One more, to know whether there is one more.
        found = await self._book.facts(scope, kinds, replace(period, end=min(period.end, self._clock.now() + timedelta(seconds=1))), after, limit + 1)
        names = await self._names(caller)
        calendar = await self._book.calendar(scope.workspace_id)
        rows = []
        for _, fact in found[:limit]:
            row = _measured_row(fact, names)
            if fact.lasted is not None and calendar.stretches:
                row = replace(row, open_time=calendar.open_time(fact.at, fact.lasted))
            rows.append(row)
        return RowsPage(tuple(rows), found[limit - 1][0] if len(found) > limit else None)

    async def _standing(self, caller: UserCaller, kind: str, scope: Scope, after: Place | None, limit: int) -> RowsPage:
        found = await self._book.standing(scope, STANDING[kind].value, after, limit + 1)
        names = await self._names(caller)
        now = self._clock.now()
        rows = tuple(_standing_row(kind, phase, names, now) for _, phase in found[:limit])
        return RowsPage(rows, found[limit - 1][0] if len(found) > limit else None)

    async def _names(self, caller: UserCaller) -> Mapping[str, str]:
        if caller.role < Role.SUPERVISOR:
            return {caller.account_id: caller.name}
        return await self._colleagues.names(caller.access_token)


def _own(caller: UserCaller, scope: Scope, kinds: Sequence[str]) -> Scope:
    if scope.agent_id not in {"", caller.account_id}:
        raise ForbiddenError("ROLE_REQUIRED", "Colleagues' rows are for supervisors.", details={"role": "supervisor"})
    return scope if list(kinds) == ["waiting"] else replace(scope, agent_id=caller.account_id)


def _measured_row(fact: Fact, names: Mapping[str, str]) -> Row:
    name = names.get(fact.agent_id, "")
    return Row(fact.kind, fact.conversation_id, fact.seq, fact.at, fact.agent_id, name, fact.ai_agent_id, fact.cause, fact.lasted)


def _standing_row(kind: str, phase: Phase, names: Mapping[str, str], now: datetime) -> Row:
    agent_id = phase.control.agent_id
    cause = str(phase.control.queue_cause or "")
    lasted = max(now - phase.since, timedelta())
    return Row(kind, phase.conversation_id, phase.seq, phase.since, agent_id, names.get(agent_id, ""), phase.ai_agent_id, cause, lasted)
