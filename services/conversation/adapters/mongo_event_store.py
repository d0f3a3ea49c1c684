"""The log in MongoDB: one document an event, `_id` = conversation and seq, majority-acknowledged and journaled. No business logic."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from pymongo import ReadPreference, WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern
from servicekit import tracing
from servicekit.errors import UnavailableError
from servicekit.logs import get_logger

from services.conversation.adapters.conflicts import Conflicts
from services.conversation.adapters.event_document import STATE_FIELDS, TRACE, event_id, to_document, to_event, to_state
from services.conversation.adapters.group_commit import Document, GroupCommit
from services.conversation.domain.control import State
from services.conversation.domain.events import ActorKind, Event
from services.conversation.metrics import APPEND_SECONDS, APPENDS
from services.conversation.ports.event_store import Appended, Obstacle

logger = get_logger(__name__)

COLLECTION = "events"
COMMAND_ONCE = "command_once"
COMMAND_KEY = [("c", 1), ("actor.k", 1), ("actor.id", 1), ("cmd", 1)]
# More than any log has; the upper end of a conversation's ids.
LAST_SEQ = 2**63 - 1
_DUPLICATE_KEY = 11000


class MongoEventStore:
    """Appends by group commit; reads from the primary with read concern majority (rule 2)."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        """The client is tz-aware; its time-outs bound every call."""
        writing = WriteConcern(w="majority", j=True)
        self._events: AsyncCollection[Document] = database.get_collection(COLLECTION, write_concern=writing)
        self._majority = database.get_collection(COLLECTION, read_concern=ReadConcern("majority"), read_preference=ReadPreference.PRIMARY)
        self._commit = GroupCommit(self._write)
        self._conflicts = Conflicts(self._majority)

    async def append(self, event: Event) -> Appended:
        """Write one event if nothing has its seq; see the port."""
        began = time.perf_counter()
        document = to_document(event)
        with tracing.span("append"):
            if traceparent := tracing.current():
                document[TRACE] = traceparent
            result = await self._commit.submit(UUID(event.conversation_id).bytes, document)
        APPEND_SECONDS.observe(time.perf_counter() - began)
        APPENDS.labels(result.value).inc()
        return result

    async def newest(self, conversation_id: str) -> State | None:
        """Return the conversation as of its newest event: one read on the log's own index."""
        bounds = {"$gte": event_id(conversation_id, 0), "$lte": event_id(conversation_id, LAST_SEQ)}
        try:
            document = await self._majority.find_one({"_id": bounds}, STATE_FIELDS, sort=[("_id", -1)])
        except PyMongoError as error:
            raise _unavailable(error) from error
        return to_state(document) if document else None

    async def by_command(self, conversation_id: str, kind: ActorKind, actor_id: str, command_id: str) -> Event | None:
        """Return the event that a command became."""
        key = {"c": conversation_id, "actor.k": kind.value, "actor.id": actor_id, "cmd": command_id}
        try:
            document = await self._majority.find_one(key)
        except PyMongoError as error:
            raise _unavailable(error) from error
        return to_event(document) if document else None

    async def obstacle_to(self, event: Event) -> Obstacle:
        """Return what stands against an append; see the port. Usually one query for all that conflicted at the same time."""
        try:
            seen = await self._conflicts.look_up(event)
        except PyMongoError as error:
            raise _unavailable(error) from error
        if seen.repeated is not None or seen.newest is not None:
            return seen
        # Its command was carried out before, or it is not visible yet, far ahead, or of another version: asked for by itself.
        repeated = await self.by_command(event.conversation_id, event.actor.kind, event.actor.id, event.command_id)
        return Obstacle(repeated, await self.newest(event.conversation_id))

    async def drain(self) -> None:
        """Wait until every write has come back."""
        await self._commit.drain()

    async def _write(self, documents: Sequence[Document]) -> list[Appended]:
        try:
            if len(documents) == 1:
                await self._events.insert_one(documents[0])
            else:
                await self._events.insert_many(documents, ordered=False)
        except DuplicateKeyError:
            return [Appended.CONFLICT]
        except BulkWriteError as error:
            return _of_each(len(documents), error.details)
        except PyMongoError as error:
            # A time-out, a lost connection, a write concern error: it may be there, or come to be (rule 4).
            logger.warning("the outcome of appends is unknown", size=len(documents), error=type(error).__name__)
            return [Appended.UNKNOWN] * len(documents)
        return [Appended.YES] * len(documents)


def _of_each(size: int, details: Mapping[str, Any]) -> list[Appended]:
    """Read a bulk answer: write errors count for their document alone; any write concern error leaves all the others unknown (rule 4)."""
    others = Appended.UNKNOWN if details.get("writeConcernErrors") else Appended.YES
    results = [others] * size
    for error in details.get("writeErrors", ()):
        results[error["index"]] = Appended.CONFLICT if error["code"] == _DUPLICATE_KEY else Appended.UNKNOWN
    return results


def _unavailable(error: PyMongoError) -> UnavailableError:
    logger.warning("the log cannot be read", error=type(error).__name__)
    return UnavailableError("The database cannot be reached; try again.")
