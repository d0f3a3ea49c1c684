"""What a sheet says in figures: counts, distinct conversations, and durations as n, mean, median and p90 (docs/metrics.md, version 1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from services.analytics.domain import lanes
from services.analytics.domain.facts import FactKind
from services.analytics.domain.sheets import MILLISECOND, NEW_HELD, NEW_WRITTEN, Cell, Cells, Sheet, cell_key

# Raised with every change of a definition in docs/metrics.md.
DEFINITION_VERSION = 1
# The greatest relative error of medians and percentiles.
PERCENTILE_ERROR = lanes.ERROR
UNRESOLVED = ("spam", "idle")


@dataclass(frozen=True, slots=True)
class DurationFigure:
    """All but n are None when n is 0."""

    n: int = 0
    mean: timedelta | None = None
    median: timedelta | None = None
    p90: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one agent, or of the team. Counts by cause have only causes that occurred."""

    takeovers: Mapping[str, int]
    transfers_in: int
    transfers_out: int
    releases: Mapping[str, int]
    conversations: int
    conversations_with_message: int
    response_time: DurationFigure
    takeover_first_response: DurationFigure
    no_reply_phases: int
    human_first_response: DurationFigure
    queue_wait: DurationFigure
    queue_left: Mapping[str, int]
    handled: DurationFigure
    handled_total: timedelta
    resolution: DurationFigure
    # The mean of each part; they add up to the mean of resolution.
    resolution_parts: Mapping[str, timedelta]
    cases: Mapping[str, int]
    untouched_cases: int
    escalated_cases: Mapping[str, int]
    empty_cases: int
    hand_backs: int
    hand_backs_judged: int
    hand_backs_held: int


def team_figures(sheet: Sheet, *, business: bool = False) -> Figures:
    """Return the team's: there a conversation counts once, whoever held it."""
    return _figures(sheet.team, business=business)


def points_figures(cells: Cells, *, business: bool = False) -> Figures:
    """Return those of a point of a chart; it has no distinct conversations."""
    return _figures(cells, business=business)


def agent_figures(sheet: Sheet, agent_id: str, *, business: bool = False) -> Figures:
    """Return an agent's."""
    return _figures(sheet.agents.get(agent_id, {}), business=business)


def conversations_of_agents(sheet: Sheet) -> tuple[int, ...]:
    """Return how many distinct conversations each agent held who held any, in ascending order."""
    return tuple(sorted(cells[NEW_HELD].n for cells in sheet.agents.values() if NEW_HELD in cells and cells[NEW_HELD].n))


def duration_figure(cell: Cell, *, business: bool = False) -> DurationFigure:
    """Return n, mean, median and p90 of a cell, in calendar or business time."""
    if cell.n == 0:
        return DurationFigure()
    total, counted = (cell.open_milliseconds, cell.open_lanes) if business else (cell.milliseconds, cell.lanes)
    return DurationFigure(cell.n, total * MILLISECOND / cell.n, lanes.percentile(counted, cell.n, 0.5), lanes.percentile(counted, cell.n, 0.9))


def _figures(cells: Cells, *, business: bool) -> Figures:
    def cell(kind: FactKind) -> Cell:
        return cells.get(kind, Cell())

    def duration(kind: FactKind) -> DurationFigure:
        return duration_figure(cell(kind), business=business)

    def total(kind: FactKind) -> timedelta:
        return (cell(kind).open_milliseconds if business else cell(kind).milliseconds) * MILLISECOND

    resolved = cell(FactKind.RESOLUTION).n
    parts = {"ai": FactKind.RESOLUTION_AI, "queue": FactKind.RESOLUTION_QUEUE, "human": FactKind.RESOLUTION_HUMAN}
    judged = cell(FactKind.HAND_BACK_JUDGED).n
    return Figures(
        takeovers=_by_cause(cells, FactKind.TAKEOVER),
        transfers_in=cell(FactKind.TRANSFER_IN).n,
        transfers_out=cell(FactKind.TRANSFER_OUT).n,
        releases=_by_cause(cells, FactKind.RELEASE),
        conversations=cells.get(NEW_HELD, Cell()).n,
        conversations_with_message=cells.get(NEW_WRITTEN, Cell()).n,
        response_time=duration(FactKind.RESPONSE),
        takeover_first_response=duration(FactKind.TAKEOVER_FIRST_RESPONSE),
        no_reply_phases=cell(FactKind.NO_REPLY_PHASE).n,
        human_first_response=duration(FactKind.HUMAN_FIRST_RESPONSE),
        queue_wait=duration(FactKind.QUEUE_WAIT),
        queue_left=_by_cause(cells, FactKind.QUEUE_LEFT),
        handled=duration(FactKind.HUMAN_PHASE),
        handled_total=total(FactKind.HUMAN_PHASE),
        resolution=duration(FactKind.RESOLUTION),
        resolution_parts={name: total(kind) / resolved for name, kind in parts.items()} if resolved else {},
        cases=_by_cause(cells, FactKind.CASE),
        untouched_cases=cell(FactKind.UNTOUCHED_CASE).n,
        escalated_cases=_by_cause(cells, FactKind.ESCALATED_CASE),
        empty_cases=cell(FactKind.EMPTY_CASE).n,
        hand_backs=cell(FactKind.HAND_BACK).n,
        hand_backs_judged=judged,
        hand_backs_held=judged - cell(FactKind.HAND_BACK_BROKEN).n,
    )


def _by_cause(cells: Cells, kind: FactKind) -> dict[str, int]:
    prefix = cell_key(kind)
    return {key.removeprefix(prefix): cell.n for key, cell in cells.items() if key.startswith(prefix)}
