"""Facts and phases in MongoDB.

facts:  {_id: "conversation/seq/kind/agent", w: workspace, c: conversation, a: agent, k: kind, at, ms?, cause?}
phases: {_id: conversation, w, seq, holder, agent, queue_cause?, since, turn_since?}
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from pymongo import ASCENDING, IndexModel, ReplaceOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.read_preferences import ReadPreference
from pymongo.write_concern import WriteConcern
from servicekit.errors import UnavailableError

from services.analytics.domain.events import Cause, Control, Holder
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.figures import Period, Tally
from services.analytics.domain.phases import Phase

Document = dict[str, Any]

DUPLICATE_KEY = 11000
MILLISECOND = timedelta(milliseconds=1)
FACTS_BY_PERIOD = IndexModel([("w", ASCENDING), ("k", ASCENDING), ("at", ASCENDING)], name="facts_by_period")
PHASES_BY_HOLDER = IndexModel([("w", ASCENDING), ("holder", ASCENDING)], name="phases_by_holder")
COUNTED = (FactKind.TAKEOVER, FactKind.TRANSFER_IN, FactKind.TRANSFER_OUT)


class MongoFactStore:
    """The FactStore port. Majority reads and writes on the primary: a phase says that the facts before it are there, and a failover must not make it lie."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        """`database` comes from a client that answers times with their zone."""
        options: dict[str, Any] = {
            "read_concern": ReadConcern("majority"),
            "read_preference": ReadPreference.PRIMARY,
            "write_concern": WriteConcern("majority", j=True),
        }
        self._facts: AsyncCollection[Document] = database.get_collection("facts", **options)
        self._phases: AsyncCollection[Document] = database.get_collection("phases", **options)

    async def migrate(self) -> None:
        """Create the indexes; safe to run again, and at once in several processes."""
        with _unavailable():
            await self._facts.create_indexes([FACTS_BY_PERIOD])
            await self._phases.create_indexes([PHASES_BY_HOLDER])

    async def phases(self, conversation_ids: Iterable[str]) -> Mapping[str, Phase]:
        """See the port."""
        with _unavailable():
            return {document["_id"]: _to_phase(document) async for document in self._phases.find({"_id": {"$in": list(conversation_ids)}})}

    async def record(self, facts: Sequence[Fact], phases: Sequence[Phase]) -> None:
        """See the port. Facts go first: broken off in between, the next try finds the old phase and writes the same facts."""
        with _unavailable():
            if facts:
                with _duplicates_are_fine():
                    await self._facts.insert_many([_from_fact(fact) for fact in facts], ordered=False)
            if phases:
                with _duplicates_are_fine():
                    await self._phases.bulk_write([_advance(phase) for phase in phases], ordered=False)

    async def tally(self, workspace_id: str, period: Period, *, with_open_phases: bool) -> Tally:
        """See the port."""
        with _unavailable():
            held = await self._pairs(workspace_id, FactKind.HUMAN_PHASE, period)
            if with_open_phases:
                held |= await self._open(workspace_id)
            return Tally(
                counts=await self._counts(workspace_id, period),
                responses=await self._responses(workspace_id, period),
                held=frozenset(held),
                written=frozenset(await self._pairs(workspace_id, FactKind.MESSAGE, period)),
            )

    async def _counts(self, workspace_id: str, period: Period) -> dict[tuple[str, FactKind, Cause | None], int]:
        key = {"a": "$a", "k": "$k", "cause": {"$ifNull": ["$cause", None]}}
        rows = await self._group(_matching(workspace_id, COUNTED, period), key)
        return {(row["a"], FactKind(row["k"]), Cause(row["cause"]) if row["cause"] else None): n for row, n in rows}

    async def _responses(self, workspace_id: str, period: Period) -> dict[str, dict[timedelta, int]]:
        """Count equal times together: that is exact, needs no $percentile (MongoDB 7), and is no more rows than there are different milliseconds."""
        responses: defaultdict[str, dict[timedelta, int]] = defaultdict(dict)
        for row, n in await self._group(_matching(workspace_id, (FactKind.RESPONSE,), period), {"a": "$a", "ms": "$ms"}):
            responses[row["a"]][row["ms"] * MILLISECOND] = n
        return dict(responses)

    async def _pairs(self, workspace_id: str, kind: FactKind, period: Period) -> set[tuple[str, str]]:
        rows = await self._group(_matching(workspace_id, (kind,), period), {"a": "$a", "c": "$c"})
        return {(row["a"], row["c"]) for row, _ in rows}

    async def _group(self, match: Document, key: Document) -> list[tuple[Document, int]]:
        cursor = await self._facts.aggregate([{"$match": match}, {"$group": {"_id": key, "n": {"$sum": 1}}}])
        return [(row["_id"], row["n"]) async for row in cursor]

    async def _open(self, workspace_id: str) -> set[tuple[str, str]]:
        found = self._phases.find({"w": workspace_id, "holder": Holder.HUMAN.value}, {"agent": 1})
        return {(document["agent"], document["_id"]) async for document in found}


def _matching(workspace_id: str, kinds: Sequence[FactKind], period: Period) -> Document:
    return {"w": workspace_id, "k": {"$in": [kind.value for kind in kinds]}, "at": {"$gte": period.start, "$lt": period.end}}


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        message = f"The database of figures does not answer ({type(error).__name__})."
        raise UnavailableError(message) from error


@contextmanager
def _duplicates_are_fine() -> Iterator[None]:
    """A fact that is there is this fact; a phase that is there and was not older is further on."""
    try:
        yield
    except BulkWriteError as error:
        details = error.details or {}
        if details.get("writeConcernErrors") or any(failed["code"] != DUPLICATE_KEY for failed in details.get("writeErrors", ())):
            raise


def _from_fact(fact: Fact) -> Document:
    document: Document = {
        "_id": f"{fact.conversation_id}/{fact.seq}/{fact.kind.value}/{fact.agent_id}",
        "w": fact.workspace_id,
        "c": fact.conversation_id,
        "a": fact.agent_id,
        "k": fact.kind.value,
        "at": fact.at,
    }
    if fact.lasted is not None:
        document["ms"] = fact.lasted // MILLISECOND
    if fact.cause is not None:
        document["cause"] = fact.cause.value
    return document


def _advance(phase: Phase) -> ReplaceOne[Document]:
    """Replace an older phase; where a newer one stands the filter misses it, and the insert that upsert then tries is a duplicate."""
    document: Document = {
        "_id": phase.conversation_id,
        "w": phase.workspace_id,
        "seq": phase.seq,
        "holder": phase.control.holder.value,
        "agent": phase.control.agent_id,
        "since": phase.since,
    }
    if phase.control.queue_cause is not None:
        document["queue_cause"] = phase.control.queue_cause.value
    if phase.turn_since is not None:
        document["turn_since"] = phase.turn_since
    return ReplaceOne({"_id": phase.conversation_id, "seq": {"$lt": phase.seq}}, document, upsert=True)


def _to_phase(document: Document) -> Phase:
    queue_cause = document.get("queue_cause")
    return Phase(
        workspace_id=document["w"],
        conversation_id=document["_id"],
        seq=document["seq"],
        control=Control(Holder(document["holder"]), document["agent"], Cause(queue_cause) if queue_cause else None),
        since=document["since"],
        turn_since=document.get("turn_since"),
    )
