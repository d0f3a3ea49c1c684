"""Counted spans: recomputed from facts, never counted up; and periods put together from them."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection

from services.analytics.adapters.calendar_documents import to_calendar
from services.analytics.adapters.documents import Document, add_part, ai_agent_of, from_sheets, part_of, parts_of, to_fact
from services.analytics.adapters.kept_sheets import KeptSheets, Version
from services.analytics.adapters.mongo_count import STALE, Count, scope_match, span_id, unavailable
from services.analytics.domain.events import Holder
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.hours import Calendar
from services.analytics.domain.sheets import NEW, NEW_HELD, Cells, Sheet, add_cells, sheet_of
from services.analytics.domain.spans import EPOCH, LEVELS, Cover, Period, Span, cover
from services.analytics.ports import Scope

# Spans counted with one write.
BATCH = 64


class Spans:
    """The spans of one count."""

    def __init__(self, count: Count, calendars: AsyncCollection[Document], kept: KeptSheets) -> None:
        """`calendars` has the hours that durations are counted by, by workspace."""
        self._count = count
        self._kept = kept
        self._calendars = calendars

    async def count_stale(self, now: datetime) -> int:
        """Count spans that facts have come to and that are over, the smallest first; return how many. Safe in several processes at once."""
        counted = 0
        for level in range(len(LEVELS)):
            with unavailable():
                found = self._count.spans.find(STALE | {"l": level, "e": {"$lte": now}}, {"rev": True, "w": True, "s": True}).sort("e").limit(BATCH)
                stale = [(document["w"], Span(level, (document["s"] - EPOCH) // LEVELS[level]), document["rev"]) async for document in found]
                # The hours after the revs: who changes them afterwards raises the revs, and what is counted by the old ones is not written.
                calendars = {workspace_id: await self.calendar(workspace_id) for workspace_id in {workspace_id for workspace_id, _, _ in stale}}
                found_out = await asyncio.gather(*(self._counted(workspace_id, span, rev, calendars[workspace_id]) for workspace_id, span, rev in stale))
                updates = [update for update in found_out if update]
                if updates:
                    result = await self._count.spans.bulk_write(updates, ordered=False)
                    counted += result.matched_count
        return counted

    async def _counted(self, workspace_id: str, span: Span, rev: int, calendar: Calendar) -> UpdateOne | None:
        """Return the write that says what is in the span as of `rev`: it misses where facts have come since. None while a part of it is stale."""
        sheets = await (self._from_facts(workspace_id, span, calendar) if span.level == 0 else self._from_children(workspace_id, span))
        if sheets is None:
            return None
        return UpdateOne({"_id": span_id(workspace_id, span), "rev": rev}, {"$set": from_sheets(sheets) | {"stale": False}})

    async def _from_facts(self, workspace_id: str, span: Span, calendar: Calendar) -> Mapping[str, Sheet] | None:
        facts = await self._facts(Scope(workspace_id), span.period)
        scopes = {"", *(fact.ai_agent_id for fact in facts)}
        return {scope: sheet_of((fact for fact in facts if scope in {"", fact.ai_agent_id}), calendar) for scope in scopes}

    async def _from_children(self, workspace_id: str, span: Span) -> Mapping[str, Sheet] | None:
        sheets: dict[str, Sheet] = {"": Sheet()}
        children = self._count.spans.find({"_id": {"$in": [span_id(workspace_id, child) for child in span.children]}})
        async for document in children:
            if document["stale"]:
                return None
            for part in parts_of(document):
                add_part(sheets.setdefault(ai_agent_of(part), Sheet()), document, part)
        return sheets

    async def calendar(self, workspace_id: str) -> Calendar:
        """Return the hours that durations are counted by."""
        document = await self._calendars.find_one({"_id": workspace_id})
        return to_calendar(document) if document else Calendar()

    async def sheet(self, scope: Scope, period: Period, *, with_open_phases: bool) -> Sheet:
        """See the Figurebook port."""
        with unavailable():
            covers = await self._covers(scope.workspace_id, [period])
            total = Sheet()
            for counted in (await self._sheets(scope, covers, with_agents=True)).values():
                total.add(counted.of_agent(scope.agent_id) if scope.agent_id else counted)
            total.add(await self._pieces(scope, covers[0].pieces))
            await self._crossing(scope, period, total)
            if with_open_phases:
                await self._open(scope, period, total)
        if scope.agent_id:
            total.team = total.agents.get(scope.agent_id, {})
        return total

    async def outline(self, scope: Scope, period: Period) -> Sheet:
        """See the Figurebook port."""
        if scope.agent_id:
            return await self.sheet(scope, period, with_open_phases=False)
        with unavailable():
            covers = await self._covers(scope.workspace_id, [period])
            total = Sheet()
            for counted in (await self._sheets(scope, covers, with_agents=True)).values():
                add_cells(total.team, counted.team)
                for agent_id, cells in counted.agents.items():
                    total.count(agent_id, NEW_HELD, cells[NEW_HELD].n if NEW_HELD in cells else 0)
            total.add(await self._pieces(scope, covers[0].pieces))
            await self._crossing(scope, period, total)
        return total

    async def points(self, scope: Scope, periods: Sequence[Period]) -> list[Cells]:
        """See the Figurebook port."""
        with unavailable():
            covers = await self._covers(scope.workspace_id, periods)
            counted = await self._sheets(scope, covers, with_agents=bool(scope.agent_id))
            points = []
            for one in covers:
                sheets = [counted.get(span_id(scope.workspace_id, span)) for span in one.spans]
                cells: Cells = {}
                for sheet in (*sheets, await self._pieces(scope, one.pieces)):
                    if sheet is not None:
                        add_cells(cells, sheet.agents.get(scope.agent_id, {}) if scope.agent_id else sheet.team)
                points.append(cells)
        return points

    async def _covers(self, workspace_id: str, periods: Sequence[Period]) -> list[Cover]:
        found = self._count.spans.find(STALE | {"w": workspace_id, "s": {"$lt": periods[-1].end}}, {"l": True, "s": True})
        stale = {Span(document["l"], (document["s"] - EPOCH) // LEVELS[document["l"]]) async for document in found}
        return [cover(period, stale) for period in periods]

    async def _sheets(self, scope: Scope, covers: Iterable[Cover], *, with_agents: bool) -> Mapping[str, Sheet]:
        """Return the counted spans of covers by id: from memory where they have not been counted anew.

        A stale one is not kept: what it is counted to later has the same rev.
        """
        part = part_of(scope.ai_agent_id)
        ids = {span_id(scope.workspace_id, span) for one in covers for span in one.spans}
        sheets: dict[str, Sheet] = {}
        async for document in self._count.spans.find({"_id": {"$in": [*ids]}, "stale": False}, {"rev": True}):
            kept = self._kept.get(Version(self._count.number, document["_id"], document["rev"], part, with_agents))
            if kept is not None:
                sheets[document["_id"]] = kept
        projection = {"rev": True, "stale": True, f"team.{part}": True} | ({f"agents.{part}": True} if with_agents else {})
        async for document in self._count.spans.find({"_id": {"$in": [*(ids - sheets.keys())]}}, projection):
            sheet = sheets[document["_id"]] = Sheet()
            add_part(sheet, document, part)
            if not document["stale"]:
                self._kept.keep(Version(self._count.number, document["_id"], document["rev"], part, with_agents), sheet)
        return sheets

    async def _pieces(self, scope: Scope, pieces: Sequence[Period]) -> Sheet:
        total = Sheet()
        if pieces:
            calendar = await self.calendar(scope.workspace_id)
            for piece in pieces:
                total.add(sheet_of(await self._facts(scope, piece), calendar))
        return total

    async def _facts(self, scope: Scope, period: Period) -> list[Fact]:
        match = {"w": scope.workspace_id, "at": {"$gte": period.start, "$lt": period.end}} | scope_match(scope)
        return [to_fact(document) async for document in self._count.facts.find(match)]

    async def _crossing(self, scope: Scope, period: Period, total: Sheet) -> None:
        """Add the conversations that are not new but whose former phase, or message, lies before the period: with the new ones these are the distinct ones."""
        for agent_key in ("m",) if scope.agent_id else ("m", "a"):
            found = self._count.facts.find({"$or": list(_again(scope, period, agent_key))}, {"k": True, "a": True})
            async for document in found:
                total.count(document["a"] if agent_key == "m" else None, NEW[FactKind(document["k"])])

    async def _open(self, scope: Scope, period: Period, total: Sheet) -> None:
        for _, phase in await self._count.standing(scope, Holder.HUMAN, None, 0):
            last = phase.held.get(phase.control.agent_id)
            if last is None or last < period.start:
                total.count(phase.control.agent_id, NEW_HELD)
            last = max(phase.held.values(), default=None)
            if last is None or last < period.start:
                total.count(None, NEW_HELD)


def _again(scope: Scope, period: Period, who: str) -> Iterator[Document]:
    """Yield, by how long ago the former one was, where those can lie whose former one is before the period: short gaps only right after its beginning."""
    for kind in NEW:
        for gap in range(len(LEVELS) + 1):
            end = min(period.end, period.start + LEVELS[gap]) if gap < len(LEVELS) else period.end
            within = {"at": {"$gte": period.start, "$lt": end}, f"b{who}": {"$lt": period.start}}
            yield {"w": scope.workspace_id, "k": kind.value, f"g{who}": gap} | within | scope_match(scope)
