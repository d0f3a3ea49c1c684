"""Answer the figures of a period, to each what they may see."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from servicekit.caller import Role, UserCaller
from servicekit.clock import Clock
from servicekit.errors import ForbiddenError, InvalidError, PreconditionError

from services.analytics.domain.events import AiAgent
from services.analytics.domain.figures import Figures, agent_figures, conversations_of_agents, points_figures, team_figures
from services.analytics.domain.hours import Calendar
from services.analytics.domain.sheets import Sheet
from services.analytics.domain.spans import EPOCH, Period
from services.analytics.domain.steps import MAX_STEPS, Step, before, steps
from services.analytics.ports import Calendars, Colleagues, Figurebook, Live, Scope

# A screen takes "until now" from its own clock; a period that ended no longer ago than this still runs.
CLOCKS_APART = timedelta(minutes=1)
# Events are stamped by other clocks than this one.
STAMPS_AHEAD = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Question:
    """Which figures; see the contract."""

    period: Period
    time_zone: str = ""
    agent_id: str = ""
    ai_agent_id: str = ""
    business: bool = False
    step: Step | None = None
    compare: bool = False


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent's figures; the name is empty for an account that is not known any more."""

    agent_id: str
    agent_name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class TeamFigures:
    """The team's figures of one period, and each agent's count of conversations."""

    period: Period
    figures: Figures
    conversations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FiguresAnswer:
    """The team's figures and those of the agents that the caller may see."""

    team: TeamFigures
    agents: tuple[AgentFigures, ...]
    before: TeamFigures | None
    series: tuple[tuple[Period, Figures], ...]
    # Of the present, where it lies in the period.
    live: Live | None
    time_zone: str
    calendar: Calendar
    ai_agents: tuple[AiAgent, ...]
    at: datetime


class GetFigures:
    """Supervisors see the team and each agent; an agent sees the team's totals and their own."""

    def __init__(self, book: Figurebook, colleagues: Colleagues, calendars: Calendars, clock: Clock) -> None:
        """`colleagues` gives agents their names, `calendars` what the workspace has set."""
        self._book = book
        self._colleagues = colleagues
        self._calendars = calendars
        self._clock = clock

    async def __call__(self, caller: UserCaller, question: Question) -> FiguresAnswer:
        """Fails as the contract says; UnavailableError while facts or names cannot be had."""
        if question.period.start >= question.period.end:
            raise InvalidError("to", "must be after `from`")
        if question.agent_id not in {"", caller.account_id} and caller.role < Role.SUPERVISOR:
            raise ForbiddenError("ROLE_REQUIRED", "Colleagues' figures are for supervisors.", details={"role": "supervisor"})
        calendar = await self._calendar(caller)
        if question.business and not calendar.stretches:
            raise PreconditionError("NO_HOURS", "The workspace has no hours.")
        name = question.time_zone or calendar.time_zone or "UTC"
        return await self._answer(caller, question, calendar, name, _zone(name))

    async def _calendar(self, caller: UserCaller) -> Calendar:
        calendar = await self._calendars.calendar(caller)
        if calendar is None:
            return await self._book.calendar(caller.workspace_id)
        await self._book.set_calendar(caller.workspace_id, calendar)
        return calendar

    async def _answer(self, caller: UserCaller, question: Question, calendar: Calendar, name: str, zone: ZoneInfo) -> FiguresAnswer:
        now = self._clock.now()
        scope = Scope(caller.workspace_id, question.agent_id, question.ai_agent_id)
        runs = question.period.start <= now and now - CLOCKS_APART < question.period.end
        period = _until(question.period, now)
        sheet, former, series, live, ai_agents = await asyncio.gather(
            self._book.sheet(scope, period, with_open_phases=runs),
            self._before(scope, question, period, zone),
            self._series(scope, question, period, zone),
            self._live(scope, runs=runs),
            self._book.ai_agents(caller.workspace_id),
        )
        return FiguresAnswer(
            team=_team(period, sheet, business=question.business),
            agents=await self._visible(caller, scope, sheet, business=question.business),
            before=former,
            series=series,
            live=live,
            time_zone=name,
            calendar=calendar,
            ai_agents=tuple(ai_agents),
            at=now,
        )

    async def _before(self, scope: Scope, question: Question, period: Period, zone: ZoneInfo) -> TeamFigures | None:
        if not question.compare:
            return None
        earlier = before(period, zone)
        earlier = replace(earlier, start=max(earlier.start, EPOCH))
        if earlier.start >= earlier.end:
            return None
        sheet = await self._book.outline(scope, earlier)
        return _team(earlier, sheet, business=question.business)

    async def _series(self, scope: Scope, question: Question, period: Period, zone: ZoneInfo) -> tuple[tuple[Period, Figures], ...]:
        if question.step is None:
            return ()
        # To the end that was asked for: what has not come yet is empty, and stands there.
        periods = steps(replace(period, end=max(period.end, min(question.period.end, period.end + timedelta(days=31)))), question.step, zone)
        if len(periods) > MAX_STEPS:
            raise InvalidError("step", f"gives more than {MAX_STEPS} points for this period")
        points = await self._book.points(scope, [_until(each, max(period.end, each.start)) for each in periods])
        return tuple((each, points_figures(cells, business=question.business)) for each, cells in zip(periods, points, strict=True))

    async def _live(self, scope: Scope, *, runs: bool) -> Live | None:
        # Who waits is nobody's yet.
        return await self._book.live(scope.workspace_id) if runs and not scope.agent_id and not scope.ai_agent_id else None

    async def _visible(self, caller: UserCaller, scope: Scope, sheet: Sheet, *, business: bool) -> tuple[AgentFigures, ...]:
        if caller.role < Role.SUPERVISOR:
            return (AgentFigures(caller.account_id, caller.name, agent_figures(sheet, caller.account_id, business=business)),)
        names = await self._colleagues.names(caller.access_token)
        shown: Sequence[str] = [scope.agent_id] if scope.agent_id else sorted(sheet.agents)
        return tuple(AgentFigures(agent, names.get(agent, ""), agent_figures(sheet, agent, business=business)) for agent in shown)


def _team(period: Period, sheet: Sheet, *, business: bool) -> TeamFigures:
    return TeamFigures(period, team_figures(sheet, business=business), conversations_of_agents(sheet))


def _until(period: Period, now: datetime) -> Period:
    """Return the part of a period that has been: judgements of hand-backs are written down for a day ahead."""
    start = max(period.start, EPOCH).astimezone(UTC)
    return Period(start, max(start, min(period.end, now + STAMPS_AHEAD)).astimezone(UTC))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidError("time_zone", "must be an IANA name, as Europe/Berlin") from None
