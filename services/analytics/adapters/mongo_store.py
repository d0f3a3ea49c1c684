"""The count that is served: which one it is stands in the collection `counts`, so that another can take its place at once and everywhere.

counts: {_id: "served", number,
         uncounted: true,                      until what the log had before the first start is counted
         recount: {number, holder, renewed}}   who counts into which new one
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from services.analytics.adapters.calendar_documents import from_calendar
from services.analytics.adapters.documents import Document
from services.analytics.adapters.kept_sheets import KeptSheets
from services.analytics.adapters.mongo_count import MAJORITY, Count, unavailable
from services.analytics.adapters.mongo_spans import Spans
from services.analytics.domain.events import AiAgent
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.hours import Calendar
from services.analytics.domain.phases import Phase
from services.analytics.domain.sheets import Cells, Sheet
from services.analytics.domain.spans import Period
from services.analytics.ports import Live, Place, Scope

SERVED = "served"
Answer = TypeVar("Answer")


class MongoFactStore:
    """The FactStore and Figurebook ports. What is answered while the counts change places is asked again."""

    def __init__(self, database: AsyncDatabase[Document], number: int | None = None) -> None:
        """`number`: always this count; None: the one that is served."""
        self._database = database
        self._number = number
        self.counts: AsyncCollection[Document] = database.get_collection("counts", **MAJORITY)
        self._calendars: AsyncCollection[Document] = database.get_collection("calendars", **MAJORITY)
        self._ai_agents: AsyncCollection[Document] = database.get_collection("ai_agents", **MAJORITY)
        self._known_ai_agents: set[tuple[str, AiAgent]] = set()
        self._kept = KeptSheets()

    async def migrate(self) -> None:
        """Create what is missing; safe to run again, and at once in several processes."""
        with unavailable():
            await self.counts.update_one({"_id": SERVED}, {"$setOnInsert": {"number": 1, "uncounted": True}}, upsert=True)
        await (await self._count()).migrate()

    async def is_uncounted(self) -> bool:
        """Tell whether the log was never counted from its beginning: the topic, which is counted as it comes, may no longer have what the log has."""
        with unavailable():
            return await self.counts.find_one({"_id": SERVED, "uncounted": True}) is not None

    def numbered(self, number: int) -> "MongoFactStore":
        """Return the store of one count."""
        return MongoFactStore(self._database, number)

    def count(self, number: int) -> Count:
        """Return the collections of one count."""
        return Count(self._database, number)

    async def drop_before(self, begun: int, served: int) -> None:
        """Remove what was begun before this and broken off: every count with a lower number but the one that is served."""
        with unavailable():
            names = await self._database.list_collection_names(filter={"name": {"$regex": "^phases_[0-9]+$"}})
        for number in {int(name.rpartition("_")[2]) for name in names} - {served}:
            if number < begun:
                await self.count(number).drop()

    async def switches(self) -> int:
        """See the FactStore port: the number of the count that is served."""
        if self._number is not None:
            return self._number
        with unavailable():
            document = await self.counts.find_one({"_id": SERVED})
        return document["number"] if document else 1

    async def _count(self) -> Count:
        return self.count(await self.switches())

    async def _steadily(self, ask: Callable[[Count], Awaitable[Answer]]) -> Answer:
        while True:
            count = await self._count()
            answer = await ask(count)
            if count.number == await self.switches():
                return answer

    def _spans(self, count: Count) -> Spans:
        return Spans(count, self._calendars, self._kept)

    async def phases(self, conversation_ids: Iterable[str]) -> Mapping[str, Phase]:
        """See the FactStore port."""
        return await (await self._count()).phases(conversation_ids)

    async def record(self, facts: Sequence[Fact], phases: Sequence[Phase], ai_agents: Iterable[tuple[str, AiAgent]]) -> Sequence[Fact]:
        """See the FactStore port."""
        await self._name(set(ai_agents) - self._known_ai_agents)
        return await (await self._count()).record(facts, phases)

    async def _name(self, new: set[tuple[str, AiAgent]]) -> None:
        if not new:
            return
        names = [
            UpdateOne({"_id": f"{workspace_id}/{ai_agent.id}"}, {"$set": {"w": workspace_id, "id": ai_agent.id, "name": ai_agent.name}}, upsert=True)
            for workspace_id, ai_agent in new
        ]
        with unavailable():
            await self._ai_agents.bulk_write(names, ordered=False)
        self._known_ai_agents |= new

    async def count_stale(self, now: datetime) -> int:
        """Count what is stale and over; return how many spans."""
        return await self._spans(await self._count()).count_stale(now)

    async def sheet(self, scope: Scope, period: Period, *, with_open_phases: bool) -> Sheet:
        """See the Figurebook port."""
        return await self._steadily(lambda count: self._spans(count).sheet(scope, period, with_open_phases=with_open_phases))

    async def outline(self, scope: Scope, period: Period) -> Sheet:
        """See the Figurebook port."""
        return await self._steadily(lambda count: self._spans(count).outline(scope, period))

    async def points(self, scope: Scope, periods: Sequence[Period]) -> list[Cells]:
        """See the Figurebook port."""
        return await self._steadily(lambda count: self._spans(count).points(scope, periods))

    async def live(self, workspace_id: str) -> Live:
        """See the Figurebook port."""
        return await self._steadily(lambda count: count.live(workspace_id))

    async def facts(self, scope: Scope, kinds: Sequence[FactKind], period: Period, after: Place | None, limit: int) -> list[tuple[Place, Fact]]:
        """See the Figurebook port."""
        return await self._steadily(lambda count: count.page(scope, kinds, period, after, limit))

    async def standing(self, scope: Scope, holder: str, after: Place | None, limit: int) -> list[tuple[Place, Phase]]:
        """See the Figurebook port."""
        return await self._steadily(lambda count: count.standing(scope, holder, after, limit))

    async def standing_everywhere(self, now: datetime) -> tuple[Mapping[str, int], Sequence[float]]:
        """Return how many conversations there are by holder, and the ages in seconds of all waits, over all workspaces: for metrics."""
        count = await self._count()
        with unavailable():
            grouped = await count.known.aggregate([{"$match": {"holder": {"$ne": "closed"}}}, {"$group": {"_id": "$holder", "n": {"$sum": 1}}}])
            holders = {row["_id"]: row["n"] async for row in grouped}
            waits = [(now - row["since"]).total_seconds() async for row in count.known.find({"holder": "queue"}, {"since": True})]
        return holders, waits

    async def ai_agents(self, workspace_id: str) -> list[AiAgent]:
        """See the Figurebook port."""
        with unavailable():
            found = self._ai_agents.find({"_id": {"$gte": f"{workspace_id}/", "$lt": f"{workspace_id}0"}}).sort("name")
            return [AiAgent(document["id"], document["name"]) async for document in found]

    async def calendar(self, workspace_id: str) -> Calendar:
        """See the Figurebook port."""
        with unavailable():
            return await self._spans(await self._count()).calendar(workspace_id)

    async def set_calendar(self, workspace_id: str, calendar: Calendar) -> None:
        """See the Figurebook port. The hours first: who counts a span from now on counts by them, who counted before is too late."""
        if calendar == await self.calendar(workspace_id):
            return
        newer = {"_id": workspace_id, "$or": [{"revision": {"$lt": calendar.revision}}, {"revision": {"$exists": False}}]}
        with unavailable():
            if not await self._calendars.find_one({"_id": workspace_id}):
                await self._calendars.update_one({"_id": workspace_id}, {"$setOnInsert": from_calendar(Calendar(revision=-1))}, upsert=True)
            await self._calendars.update_one(newer, {"$set": from_calendar(calendar)})
            await (await self._count()).spans.update_many({"w": workspace_id}, {"$inc": {"rev": 1}, "$set": {"stale": True}})
