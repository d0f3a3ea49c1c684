"""The log for reading back: pages of one conversation, and the whole of it for export. Every read has read concern majority."""

import re
from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from servicekit.errors import UnavailableError
from servicekit.logs import get_logger

from services.conversation.adapters.change_tail import read_on
from services.conversation.adapters.event_document import event_id, to_event
from services.conversation.adapters.mongo_event_store import COLLECTION, LAST_SEQ
from services.conversation.domain.events import Event

logger = get_logger(__name__)

Document = dict[str, Any]

EXPORT_BATCH = 500
_LANDMARKS = [
    "conversation_started",
    "human_requested",
    "request_withdrawn",
    "taken_over",
    "handed_back",
    "transferred",
    "returned_to_queue",
    "note_added",
    "closed",
    "user_left",
]
# Where what somebody said is; a hand-back and a transfer may say something in passing.
_SAID = [
    ("user_message", "text"),
    ("ai_message", "text"),
    ("human_message", "text"),
    ("note_added", "text"),
    ("handed_back", "message"),
    ("transferred", "message"),
]
# A conversation is read through for it: the longest known takes a tenth of a second.
_LOOK_MS = 5000


class MongoHistory:
    """Reads `events` by ranges of `_id`, the log's own index."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        """The client is tz-aware."""
        self._events = database.get_collection(COLLECTION, read_concern=ReadConcern("majority"))

    async def page(self, workspace_id: str, conversation_id: str, *, before: int, after: int, limit: int) -> list[Event] | None:
        """Return a page; see the port."""
        if after:
            bounds = {"$gt": event_id(conversation_id, min(after, LAST_SEQ)), "$lte": event_id(conversation_id, LAST_SEQ)}
            documents = await self._find(bounds, workspace_id, 1, limit)
        else:
            bounds = {"$gt": event_id(conversation_id, 0), "$lt": event_id(conversation_id, before or LAST_SEQ)}
            documents = (await self._find(bounds, workspace_id, -1, limit))[::-1]
        if not documents and not await self.newest_seq(workspace_id, conversation_id):
            return None
        return [to_event(document) for document in documents]

    async def landmarks(self, workspace_id: str, conversation_id: str, limit: int) -> list[Event]:
        """Return landmarks; see the port."""
        wanted = {"$or": [{"t": {"$in": _LANDMARKS}}, {"body.reopened": True}]}
        return (await self._look(workspace_id, conversation_id, 0, wanted, limit))[::-1]

    async def having(self, workspace_id: str, conversation_id: str, text: str, *, before: int, limit: int) -> list[Event]:
        """Return what has the text; see the port."""
        pattern = {"$regex": re.escape(text), "$options": "i"}
        return await self._look(workspace_id, conversation_id, before, {"$or": [{"t": name, f"body.{field}": pattern} for name, field in _SAID]}, limit)

    async def _look(self, workspace_id: str, conversation_id: str, before: int, wanted: Document, limit: int) -> list[Event]:
        """Read through one conversation, from its end."""
        bounds = {"$gt": event_id(conversation_id, 0), "$lt": event_id(conversation_id, min(before, LAST_SEQ) or LAST_SEQ)}
        found = self._events.find({"_id": bounds, "w": workspace_id, **wanted}).sort("_id", -1).limit(limit).max_time_ms(_LOOK_MS)
        try:
            return [to_event(document) for document in await found.to_list()]
        except PyMongoError as error:
            raise _unavailable(error) from error

    async def at_or_before(self, workspace_id: str, conversation_id: str, seq: int) -> Event | None:
        """Return the newest event up to `seq`."""
        bounds = {"$gt": event_id(conversation_id, 0), "$lte": event_id(conversation_id, min(seq, LAST_SEQ))}
        documents = await self._find(bounds, workspace_id, -1, 1)
        return to_event(documents[0]) if documents else None

    async def newest_seq(self, workspace_id: str, conversation_id: str) -> int:
        """Return the newest seq; 0 for an unknown or foreign conversation."""
        newest = await self.at_or_before(workspace_id, conversation_id, LAST_SEQ)
        return newest.seq if newest else 0

    async def _find(self, bounds: Document, workspace_id: str, direction: int, limit: int) -> list[Document]:
        try:
            return await self._events.find({"_id": bounds, "w": workspace_id}).sort("_id", direction).limit(limit).to_list()
        except PyMongoError as error:
            raise _unavailable(error) from error

    async def batches(self, after: bytes, since: datetime | None, conversation_id: str) -> AsyncGenerator[tuple[Sequence[Event], bytes], None]:
        """Yield the log; see the port."""
        bounds: Document = {}
        if conversation_id:
            bounds = {"$gt": event_id(conversation_id, 0), "$lte": event_id(conversation_id, LAST_SEQ)}
        if after:
            bounds["$gt"] = max(after, bounds.get("$gt", b""))
        wanted: Document = {"_id": bounds} if bounds else {}
        if since is not None:
            wanted["at"] = {"$gte": since}
        try:
            async with self._events.find(wanted, batch_size=EXPORT_BATCH).sort("_id", 1) as cursor:
                while documents := await read_on(cursor, EXPORT_BATCH):
                    yield [to_event(document) for document in documents], bytes(documents[-1]["_id"])
        except PyMongoError as error:
            raise _unavailable(error) from error


def _unavailable(error: PyMongoError) -> UnavailableError:
    logger.warning("the log cannot be read", error=type(error).__name__)
    return UnavailableError("The database cannot be reached; try again.")
