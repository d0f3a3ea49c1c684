"""What facts add up to: counts, distinct conversations, and durations as n, mean, median and p90 (docs/metrics.md, version 1)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.analytics.domain.events import Cause
from services.analytics.domain.facts import FactKind

# Raised with every change of a definition in docs/metrics.md.
DEFINITION_VERSION = 1


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (inclusive) to `end` (exclusive). A measured thing belongs to the period in which it ended."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """The facts of a workspace in a period, counted no further than that every figure can still be computed exactly."""

    # (agent, kind, cause of a takeover): how many.
    counts: Mapping[tuple[str, FactKind, Cause | None], int] = field(default_factory=dict)
    # agent: response time: how many.
    responses: Mapping[str, Mapping[timedelta, int]] = field(default_factory=dict)
    # (agent, conversation) with a phase of the agent, and with a message of the agent.
    held: frozenset[tuple[str, str]] = frozenset()
    written: frozenset[tuple[str, str]] = frozenset()

    def agents(self) -> list[str]:
        """Return everyone with a figure, in a stable order."""
        counted = {agent for agent, _, _ in self.counts} | set(self.responses)
        return sorted(counted | {agent for agent, _ in self.held | self.written})


@dataclass(frozen=True, slots=True)
class DurationFigure:
    """All but n are None when n is 0."""

    n: int = 0
    mean: timedelta | None = None
    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one agent, or of the team."""

    takeovers: Mapping[Cause, int]
    response_time: DurationFigure
    conversations: int
    conversations_with_message: int
    transfers_in: int
    transfers_out: int


def figures(tally: Tally, agent_id: str | None = None) -> Figures:
    """Return an agent's figures, or with None the team's: there a conversation counts once, whoever held it."""
    kinds: Counter[FactKind] = Counter()
    takeovers: Counter[Cause] = Counter()
    for (agent, kind, cause), count in tally.counts.items():
        if agent_id in {None, agent}:
            kinds[kind] += count
            if kind is FactKind.TAKEOVER and cause is not None:
                takeovers[cause] += count
    responses: Counter[timedelta] = Counter()
    for agent, durations in tally.responses.items():
        if agent_id in {None, agent}:
            responses.update(durations)
    return Figures(
        takeovers={cause: takeovers[cause] for cause in Cause},
        response_time=duration_figure(responses),
        conversations=len({conversation for agent, conversation in tally.held if agent_id in {None, agent}}),
        conversations_with_message=len({conversation for agent, conversation in tally.written if agent_id in {None, agent}}),
        transfers_in=kinds[FactKind.TRANSFER_IN],
        transfers_out=kinds[FactKind.TRANSFER_OUT],
    )


def conversations_per_agent(tally: Tally) -> float | None:
    """Return the mean of an agent's distinct conversations over the agents with at least one; None if there is none."""
    per_agent = Counter(agent for agent, _ in tally.held)
    return per_agent.total() / len(per_agent) if per_agent else None


def duration_figure(durations: Mapping[timedelta, int]) -> DurationFigure:
    """Return the figure of durations given with how often each occurs."""
    n = sum(durations.values())
    if n == 0:
        return DurationFigure()
    ordered = sorted(durations.items())
    total = sum((duration * count for duration, count in ordered), timedelta())
    return DurationFigure(n, total / n, _quantile(ordered, n, 0.5), _quantile(ordered, n, 0.9))


def _quantile(ordered: list[tuple[timedelta, int]], n: int, share: float) -> timedelta:
    """Interpolate linearly between the two nearest ranks (type 7 of Hyndman and Fan 1996): the median is the usual one."""
    rank = (n - 1) * share
    below = int(rank)
    low, high = _at_rank(ordered, below), _at_rank(ordered, min(below + 1, n - 1))
    return low + (high - low) * (rank - below)


def _at_rank(ordered: list[tuple[timedelta, int]], rank: int) -> timedelta:
    seen = 0
    for duration, count in ordered:
        seen += count
        if rank < seen:
            return duration
    msg = f"rank {rank} of {seen}"
    raise IndexError(msg)
