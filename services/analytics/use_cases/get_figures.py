"""Answer the figures of a period, to each what they may see."""

from dataclasses import dataclass
from datetime import timedelta

from servicekit.caller import Role, UserCaller
from servicekit.clock import Clock
from servicekit.errors import InvalidError

from services.analytics.domain.figures import Figures, Period, Tally, conversations_per_agent, figures
from services.analytics.ports import Colleagues, FactStore

# A screen takes "until now" from its own clock; a period that ended no longer ago than this still runs.
CLOCKS_APART = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class AgentFigures:
    """One agent's figures; the name is empty for an account that is not known any more."""

    agent_id: str
    agent_name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class FiguresAnswer:
    """The team's figures and those of the agents that the caller may see."""

    team: Figures
    agents: tuple[AgentFigures, ...]
    conversations_per_agent: float | None


class GetFigures:
    """Supervisors see the team and each agent; an agent sees the team's totals and their own."""

    def __init__(self, store: FactStore, colleagues: Colleagues, clock: Clock) -> None:
        """`colleagues` gives agents their names."""
        self._store = store
        self._colleagues = colleagues
        self._clock = clock

    async def __call__(self, caller: UserCaller, period: Period) -> FiguresAnswer:
        """Fails with InvalidError on an empty period, UnavailableError while facts or names cannot be had."""
        if period.start >= period.end:
            raise InvalidError("to", "must be after `from`")
        now = self._clock.now()
        runs = period.start <= now and now - CLOCKS_APART < period.end
        tally = await self._store.tally(caller.workspace_id, period, with_open_phases=runs)
        return FiguresAnswer(figures(tally), await self._visible(caller, tally), conversations_per_agent(tally))

    async def _visible(self, caller: UserCaller, tally: Tally) -> tuple[AgentFigures, ...]:
        if caller.role < Role.SUPERVISOR:
            return (AgentFigures(caller.account_id, caller.name, figures(tally, caller.account_id)),)
        names = await self._colleagues.names(caller.access_token)
        return tuple(AgentFigures(agent, names.get(agent, ""), figures(tally, agent)) for agent in tally.agents())
