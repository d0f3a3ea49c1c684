"""What facts add up to, so that sheets of neighbouring times can be added: cells with a count, a sum and lanes, for the team and for each agent."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.analytics.domain import lanes
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.hours import Calendar

MILLISECOND = lanes.MILLISECOND
# What is counted apart by its cause.
SPLIT = frozenset({FactKind.TAKEOVER, FactKind.QUEUE_LEFT, FactKind.RELEASE, FactKind.CASE, FactKind.ESCALATED_CASE})
# Conversations with a phase, and with a message, that had none before within the sheet's time: added up they are distinct conversations
# only together with those that cross the first moment (see figures).
NEW_HELD = "conversations"
NEW_WRITTEN = "conversations_with_message"
NEW = {FactKind.HUMAN_PHASE: NEW_HELD, FactKind.MESSAGE: NEW_WRITTEN}


def cell_key(kind: FactKind, cause: str = "") -> str:
    """Return the name of a cell."""
    return f"{kind}|{cause}" if kind in SPLIT else str(kind)


@dataclass(slots=True)
class Cell:
    """Counts and sums are exact. The open ones are of business time; zero where no hours are set."""

    n: int = 0
    milliseconds: int = 0
    lanes: int = 0
    open_milliseconds: int = 0
    open_lanes: int = 0

    def add(self, other: "Cell") -> None:
        """Add another time's cell."""
        self.n += other.n
        self.milliseconds += other.milliseconds
        self.lanes += other.lanes
        self.open_milliseconds += other.open_milliseconds
        self.open_lanes += other.open_lanes


Cells = dict[str, Cell]


@dataclass(slots=True)
class Sheet:
    """The cells of the team and of each agent, over some time."""

    team: Cells = field(default_factory=dict)
    agents: dict[str, Cells] = field(default_factory=dict)

    def add(self, other: "Sheet") -> None:
        """Add another time's sheet."""
        add_cells(self.team, other.team)
        for agent_id, cells in other.agents.items():
            add_cells(self.agents.setdefault(agent_id, {}), cells)

    def of_agent(self, agent_id: str) -> "Sheet":
        """Return what it has of one agent."""
        return Sheet(agents={agent_id: self.agents[agent_id]} if agent_id in self.agents else {})

    def count(self, agent_id: str | None, key: str, n: int = 1) -> None:
        """Count something up, for an agent or with None for the team."""
        cells = self.team if agent_id is None else self.agents.setdefault(agent_id, {})
        cells.setdefault(key, Cell()).n += n


def add_cells(cells: Cells, others: Cells) -> None:
    """Add each cell to its like."""
    for key, cell in others.items():
        if key in cells:
            cells[key].add(cell)
        else:
            cells[key] = Cell(cell.n, cell.milliseconds, cell.lanes, cell.open_milliseconds, cell.open_lanes)


def sheet_of(facts: Iterable[Fact], calendar: Calendar) -> Sheet:
    """Count facts. Conversations are new here when the fact is the first of its kind in the whole conversation."""
    sheet = Sheet()
    for fact in facts:
        cell, key = _cell(fact, calendar), cell_key(fact.kind, fact.cause)
        add_cells(sheet.team, {key: cell})
        if fact.agent_id:
            add_cells(sheet.agents.setdefault(fact.agent_id, {}), {key: cell})
        if fact.kind in NEW:
            if fact.before_any is None:
                sheet.count(None, NEW[fact.kind])
            if fact.before_mine is None:
                sheet.count(fact.agent_id, NEW[fact.kind])
    return sheet


def _cell(fact: Fact, calendar: Calendar) -> Cell:
    if fact.lasted is None:
        return Cell(1)
    milliseconds = fact.lasted // MILLISECOND
    cell = Cell(1, milliseconds, lanes.one(milliseconds))
    if calendar.stretches:
        cell.open_milliseconds = calendar.open_time(fact.at, fact.lasted) // MILLISECOND
        cell.open_lanes = lanes.one(cell.open_milliseconds)
    return cell
