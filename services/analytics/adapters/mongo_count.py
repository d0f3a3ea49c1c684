"""One complete count of the log in MongoDB: facts, phases, and spans that were counted together (see docs/adr on aggregates)."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from pymongo import ASCENDING, DESCENDING, IndexModel, ReplaceOne, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern
from servicekit.errors import UnavailableError

from services.analytics.adapters.documents import Document, fact_id, from_fact, from_phase, to_fact, to_phase
from services.analytics.domain.events import Holder
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.phases import Phase
from services.analytics.domain.spans import EPOCH, LEVELS, QUARTER, Period, Span
from services.analytics.ports import Live, Place, Scope

DUPLICATE_KEY = 11000
# Documents of one write.
PART = 500
T = TypeVar("T")
TOP = len(LEVELS) - 1
OPEN = (Holder.AI.value, Holder.QUEUE.value, Holder.HUMAN.value)
MAJORITY: dict[str, Any] = {
    "read_concern": ReadConcern("majority"),
    "read_preference": ReadPreference.PRIMARY,
    "write_concern": WriteConcern("majority", j=True),
}


def _again_index(field: str) -> IndexModel:
    """Where the former one of a phase or a message lies a known time before it."""
    keys = [("w", ASCENDING), ("k", ASCENDING), (field, ASCENDING), ("at", ASCENDING)]
    return IndexModel(keys, name=f"facts_again_{field}", partialFilterExpression={field: {"$exists": True}})


FACTS = [
    IndexModel([("w", ASCENDING), ("k", ASCENDING), ("at", ASCENDING), ("_id", ASCENDING)], name="facts_by_kind"),
    IndexModel([("w", ASCENDING), ("at", ASCENDING)], name="facts_by_time"),
    *(_again_index(f"g{who}") for who in ("m", "a")),
]
PHASES = [IndexModel([("w", ASCENDING), ("holder", ASCENDING), ("since", ASCENDING), ("_id", ASCENDING)], name="phases_by_holder")]
STALE = {"stale": True}
SPANS = [
    IndexModel([("l", ASCENDING), ("e", ASCENDING)], name="stale_spans", partialFilterExpression=STALE),
    IndexModel([("w", ASCENDING), ("s", ASCENDING)], name="stale_spans_of_workspace", partialFilterExpression=STALE),
    IndexModel([("w", ASCENDING), ("l", ASCENDING)], name="spans_by_level"),
]


class Count:
    """Majority reads and writes on the primary: a phase says that the facts before it are there, and a failover must not make it lie."""

    def __init__(self, database: AsyncDatabase[Document], number: int) -> None:
        """`database` comes from a client that answers times with their zone; each number has collections of its own."""
        self.number = number
        self.facts: AsyncCollection[Document] = database.get_collection(f"facts_{number}", **MAJORITY)
        self.known: AsyncCollection[Document] = database.get_collection(f"phases_{number}", **MAJORITY)
        self.spans: AsyncCollection[Document] = database.get_collection(f"spans_{number}", **MAJORITY)

    async def migrate(self) -> None:
        """Create the indexes; safe to run again, and at once in several processes."""
        with unavailable():
            await self.facts.create_indexes(FACTS)
            await self.known.create_indexes(PHASES)
            await self.spans.create_indexes(SPANS)

    async def drop(self) -> None:
        """Remove it."""
        with unavailable():
            await asyncio.gather(self.facts.drop(), self.known.drop(), self.spans.drop())

    async def phases(self, conversation_ids: Iterable[str]) -> Mapping[str, Phase]:
        """See the FactStore port."""
        with unavailable():
            return {document["_id"]: to_phase(document) async for document in self.known.find({"_id": {"$in": list(conversation_ids)}})}

    async def record(self, facts: Sequence[Fact], phases: Sequence[Phase]) -> list[Fact]:
        """See the FactStore port. Broken off in between, the next try finds the old phase, writes the same facts and marks the same spans."""
        with unavailable():
            new = await self._insert(facts)
            # After the facts: whoever counts a span from now on finds them, and who counted before is too late to say that it is not stale.
            marks = _marks(facts)
            if marks:
                # The small ones first: who counts a large one from now on finds the parts that it lacks stale, and not yet unknown and taken for empty.
                await self.spans.bulk_write(marks, ordered=True)
            await _all([self._advance(part) for part in _parts(phases)])
            return new

    async def _advance(self, phases: Sequence[Phase]) -> None:
        try:
            await self.known.bulk_write([_advance(phase, upsert=True) for phase in phases], ordered=False)
        except BulkWriteError as error:
            _raise_unless_duplicates(error)
            # Now there is one, and whether it is newer is for the filter to say: it may have come in the same moment and be older.
            there = [phases[fault["index"]] for fault in (error.details or {})["writeErrors"]]
            await self.known.bulk_write([_advance(phase, upsert=False) for phase in there], ordered=False)

    async def _insert(self, facts: Sequence[Fact]) -> list[Fact]:
        return [fact for new in await _all([self._insert_part(part) for part in _parts(facts)]) for fact in new]

    async def _insert_part(self, facts: Sequence[Fact]) -> Sequence[Fact]:
        try:
            await self.facts.insert_many([from_fact(fact) for fact in facts], ordered=False)
        except BulkWriteError as error:
            _raise_unless_duplicates(error)
            there = {fault["op"]["_id"] for fault in (error.details or {})["writeErrors"]}
            return [fact for fact in facts if fact_id(fact) not in there]
        return facts

    async def page(self, scope: Scope, kinds: Sequence[FactKind], period: Period, after: Place | None, limit: int) -> list[tuple[Place, Fact]]:
        """Return facts, the newest first."""
        match: Document = {"w": scope.workspace_id, "k": {"$in": [kind.value for kind in kinds]}, "at": {"$gte": period.start, "$lt": period.end}}
        match |= scope_match(scope)
        if after is not None:
            match |= {"$or": [{"at": {"$lt": after.at}}, {"at": after.at, "_id": {"$lt": after.id}}]}
        with unavailable():
            found = self.facts.find(match).sort([("at", DESCENDING), ("_id", DESCENDING)]).limit(limit)
            return [(Place(document["at"], document["_id"]), to_fact(document)) async for document in found]

    async def standing(self, scope: Scope, holder: str, after: Place | None, limit: int) -> list[tuple[Place, Phase]]:
        """Return conversations by their present holder, the longest first."""
        match: Document = {"w": scope.workspace_id, "holder": holder} | ({"x": scope.ai_agent_id} if scope.ai_agent_id else {})
        if scope.agent_id:
            match["agent"] = scope.agent_id
        if after is not None:
            match |= {"$or": [{"since": {"$gt": after.at}}, {"since": after.at, "_id": {"$gt": after.id}}]}
        with unavailable():
            found = self.known.find(match).sort([("since", ASCENDING), ("_id", ASCENDING)])
            return [(Place(document["since"], document["_id"]), to_phase(document)) async for document in (found.limit(limit) if limit else found)]

    async def live(self, workspace_id: str) -> Live:
        """Return how things stand now."""
        with unavailable():
            ai, queue, human = await asyncio.gather(*(self.known.count_documents({"w": workspace_id, "holder": holder}) for holder in OPEN))
            longest = await self.known.find_one({"w": workspace_id, "holder": Holder.QUEUE.value}, {"since": True}, sort=[("since", ASCENDING)])
            tops = self.spans.find({"w": workspace_id, "l": TOP}, {"rev": True})
            revision = sum([document["rev"] async for document in tops])
        return Live(ai, human, queue, longest["since"] if longest else None, revision)


async def _all(writes: Iterable[Awaitable[T]]) -> list[T]:
    """Carry out writes at once; the error of the first that failed, when all are over: what is tried again finds none of them under way."""
    done: list[T] = []
    for result in await asyncio.gather(*writes, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
        done.append(result)
    return done


def _parts(all_of_them: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut into parts: while the database writes one, the next is encoded."""
    return (all_of_them[start : start + PART] for start in range(0, len(all_of_them), PART))


def span_id(workspace_id: str, span: Span) -> str:
    """Return the id of a span's document."""
    return f"{workspace_id}/{span.level}/{span.number}"


def scope_match(scope: Scope) -> Document:
    """Return what facts must have."""
    match: Document = {}
    if scope.agent_id:
        match["a"] = scope.agent_id
    if scope.ai_agent_id:
        match["x"] = scope.ai_agent_id
    return match


def _marks(facts: Sequence[Fact]) -> list[UpdateOne]:
    quarters = {(fact.workspace_id, (fact.at - EPOCH) // QUARTER) for fact in facts}
    stale = {(workspace_id, span) for workspace_id, quarter in quarters for span in Span(0, quarter).and_those_above()}
    return [
        UpdateOne(
            {"_id": span_id(workspace_id, span)},
            {
                "$inc": {"rev": 1},
                "$set": {"stale": True},
                "$setOnInsert": {"w": workspace_id, "l": span.level, "s": span.period.start, "e": span.period.end},
            },
            upsert=True,
        )
        for workspace_id, span in sorted(stale, key=lambda one: one[1].level)
    ]


def _advance(phase: Phase, *, upsert: bool) -> ReplaceOne[Document]:
    """Replace an older phase; where a newer one stands the filter misses it, and the insert that upsert then tries is a duplicate."""
    return ReplaceOne({"_id": phase.conversation_id, "seq": {"$lt": phase.seq}}, from_phase(phase), upsert=upsert)


@contextmanager
def unavailable() -> Iterator[None]:
    """What the driver raises becomes the port's error."""
    try:
        yield
    except PyMongoError as error:
        message = f"The database of figures does not answer ({type(error).__name__})."
        raise UnavailableError(message) from error


def _raise_unless_duplicates(error: BulkWriteError) -> None:
    details = error.details or {}
    others = [fault for fault in details.get("writeErrors", []) if fault.get("code") != DUPLICATE_KEY]
    if others or details.get("writeConcernErrors"):
        raise error
