"""Facts, phases and counted spans as they are kept.

facts:  {_id: "conversation/seq/kind/agent", w: workspace, c: conversation, s: seq, a: agent, x: AI agent, k: kind, at, ms?, cause?, bm?, gm?, ba?, ga?}
        bm/ba: when there was one before, of this agent / of anyone; gm/ga: how long ago that was, as the level of the smallest span that is as long
phases: {_id: conversation, w, seq, holder, agent, queue_cause?, since, turn_since?, x, wrote, request?, case?, hand_backs, held, written}
spans:  {_id: "workspace/level/number", w, l: level, e: end, rev, stale, team: {all|x…: cells}, agents: {all|x…: {agent: cells}}}
        a cell: [n] or [n, ms, first lane, lanes] or [n, ms, first lane, lanes, open ms, first open lane, open lanes]
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote

from bson.binary import Binary

from services.analytics.domain import lanes
from services.analytics.domain.events import Cause, Control, Holder
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.lanes import MILLISECOND
from services.analytics.domain.phases import Case, HandBack, Phase
from services.analytics.domain.sheets import Cell, Cells, Sheet
from services.analytics.domain.spans import LEVELS

Document = dict[str, Any]
# How many values a cell without durations has, and one without business time.
PLAIN, TIMED = 1, 4
# The part of a span that has the conversations of every AI agent.
ALL = "all"


def fact_id(fact: Fact) -> str:
    """Return its identity."""
    return f"{fact.conversation_id}/{fact.seq}/{fact.kind}/{fact.agent_id}"


def from_fact(fact: Fact) -> Document:
    """Return a fact's document."""
    document: Document = {
        "_id": fact_id(fact),
        "w": fact.workspace_id,
        "c": fact.conversation_id,
        "s": fact.seq,
        "a": fact.agent_id,
        "x": fact.ai_agent_id,
        "k": fact.kind.value,
        "at": fact.at,
    }
    if fact.lasted is not None:
        document["ms"] = fact.lasted // MILLISECOND
    if fact.cause:
        document["cause"] = str(fact.cause)
    for name, before in (("m", fact.before_mine), ("a", fact.before_any)):
        if before is not None:
            document[f"b{name}"], document[f"g{name}"] = before, gap_class(fact.at - before)
    return document


def to_fact(document: Document) -> Fact:
    """Return the fact of a document."""
    return Fact(
        workspace_id=document["w"],
        conversation_id=document["c"],
        seq=document["s"],
        kind=FactKind(document["k"]),
        agent_id=document["a"],
        at=document["at"],
        lasted=document["ms"] * MILLISECOND if "ms" in document else None,
        cause=document.get("cause", ""),
        ai_agent_id=document["x"],
        before_mine=document.get("bm"),
        before_any=document.get("ba"),
    )


def gap_class(gap: timedelta) -> int:
    """Return the level of the smallest span that is at least as long; one above the last for what is longer than all."""
    return next((level for level, length in enumerate(LEVELS) if gap <= length), len(LEVELS))


def from_phase(phase: Phase) -> Document:
    """Return a phase's document."""
    document: Document = {
        "_id": phase.conversation_id,
        "w": phase.workspace_id,
        "seq": phase.seq,
        "holder": phase.control.holder.value,
        "agent": phase.control.agent_id,
        "since": phase.since,
        "x": phase.ai_agent_id,
        "wrote": phase.wrote,
        "hand_backs": [[one.seq, one.at, one.agent_id] for one in phase.hand_backs],
        "held": _from_times(phase.held),
        "written": _from_times(phase.written),
        "queue_cause": phase.control.queue_cause.value if phase.control.queue_cause else None,
        "turn_since": phase.turn_since,
        "request": phase.request,
        "case": _from_case(phase.case) if phase.case else None,
    }
    return {name: value for name, value in document.items() if value is not None}


def to_phase(document: Document) -> Phase:
    """Return the phase of a document."""
    queue_cause = document.get("queue_cause")
    return Phase(
        workspace_id=document["w"],
        conversation_id=document["_id"],
        seq=document["seq"],
        control=Control(Holder(document["holder"]), document["agent"], Cause(queue_cause) if queue_cause else None),
        since=document["since"],
        turn_since=document.get("turn_since"),
        ai_agent_id=document["x"],
        wrote=document["wrote"],
        request=document.get("request"),
        case=_to_case(document["case"]) if "case" in document else None,
        hand_backs=tuple(HandBack(*one) for one in document["hand_backs"]),
        held=dict(document["held"]),
        written=dict(document["written"]),
    )


def _from_times(times: Mapping[str, datetime]) -> list[list[Any]]:
    return [[agent_id, at] for agent_id, at in times.items()]


def _from_case(case: Case) -> Document:
    return {
        "since": case.since,
        "needed_at": case.needed_at,
        "answered": case.answered,
        "touched": case.touched,
        "asked": case.asked,
        "spent": {holder.value: spent // MILLISECOND for holder, spent in case.spent.items()},
    }


def _to_case(document: Document) -> Case:
    spent = {Holder(holder): milliseconds * MILLISECOND for holder, milliseconds in document["spent"].items()}
    return Case(**{**document, "spent": spent})


def field(text: str) -> str:
    """Return any text as the name of a field."""
    return quote(text, safe=" |:@/-").replace(".", "%2E") or "%"


def part_of(ai_agent_id: str) -> str:
    """Return the name of the part of a span that has one AI agent's conversations, or those of all."""
    return f"x{field(ai_agent_id)}" if ai_agent_id else ALL


def from_sheets(sheets: Mapping[str, Sheet]) -> Document:
    """Return the sheets of a span by AI agent ("" for all) as the fields of its document."""
    return {
        "team": {part_of(ai_agent_id): _from_cells(sheet.team) for ai_agent_id, sheet in sheets.items()},
        "agents": {
            part_of(ai_agent_id): {field(agent_id): _from_cells(cells) for agent_id, cells in sheet.agents.items()} for ai_agent_id, sheet in sheets.items()
        },
    }


def parts_of(document: Document) -> set[str]:
    """Return the names of the parts that are in the document."""
    return {*document.get("team", {}), *document.get("agents", {})}


def add_part(sheet: Sheet, document: Document, part: str) -> None:
    """Add what `from_sheets` was given for one part; nothing where it is not there."""
    add_to_cells(sheet.team, document.get("team", {}).get(part, {}))
    for agent_id, cells in document.get("agents", {}).get(part, {}).items():
        add_to_cells(sheet.agents.setdefault(_unfield(agent_id), {}), cells)


def ai_agent_of(part: str) -> str:
    """Return the AI agent of a part's name."""
    return "" if part == ALL else _unfield(part[1:])


@lru_cache(maxsize=10_000)
def _unfield(name: str) -> str:
    return "" if name == "%" else unquote(name)


def _from_cells(cells: Cells) -> Document:
    return {field(key): _from_cell(cell) for key, cell in cells.items()}


def _from_cell(cell: Cell) -> list[Any]:
    if not cell.lanes:
        return [cell.n]
    first, packed = lanes.pack(cell.lanes)
    values: list[Any] = [cell.n, cell.milliseconds, first, Binary(packed)]
    if cell.open_lanes:
        first, packed = lanes.pack(cell.open_lanes)
        values += [cell.open_milliseconds, first, Binary(packed)]
    return values


def add_to_cells(cells: Cells, document: Document) -> None:
    """Add kept cells to their likes. A year has tens of thousands of them: none is made that is only to be added."""
    for name, values in document.items():
        key = _unfield(name)
        cell = cells.get(key)
        if cell is None:
            cell = cells[key] = Cell()
        cell.n += values[0]
        if len(values) > PLAIN:
            cell.milliseconds += values[1]
            cell.lanes += lanes.unpack(values[2], values[3])
        if len(values) > TIMED:
            cell.open_milliseconds += values[4]
            cell.open_lanes += lanes.unpack(values[5], values[6])
