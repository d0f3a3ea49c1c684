"""What a platform may have missed: undelivered human messages from the log, and the state of its open conversations from the list rows."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Collection
from datetime import timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern
from servicekit.errors import UnavailableError
from servicekit.logs import get_logger

from services.conversation.adapters import projector
from services.conversation.adapters.change_tail import ChangeTail, Position, read_on
from services.conversation.adapters.event_document import event_id, to_event
from services.conversation.adapters.lease import Lease
from services.conversation.adapters.list_indexes import ROWS
from services.conversation.adapters.mongo_event_store import COLLECTION
from services.conversation.adapters.mongo_list import OPEN_HOLDERS
from services.conversation.adapters.row_document import to_control
from services.conversation.domain.control import Holder
from services.conversation.domain.watch_items import ControlChanged, ConversationEnded, words_of
from services.conversation.ports.watching import Told

logger = get_logger(__name__)

Document = dict[str, Any]

# A closed conversation's undelivered words are brought for as long as the topic would have brought them.
CLOSED_FOR = timedelta(hours=168)
# How long the list rows may take to show what was acknowledged before the call.
PATIENCE_SECONDS = 10.0
_PAUSE_SECONDS = 0.1
_BATCH = 200
_SPEAKING = ["human_message", "handed_back", "transferred"]
# About 200 bytes each.
MAX_NAMES = 50_000


class MongoBacklog:
    """Implements the port Backlog."""

    def __init__(self, database: AsyncDatabase[Document], tail: ChangeTail) -> None:
        """`tail` tells the database's time."""
        self._events = database.get_collection(COLLECTION, read_concern=ReadConcern("majority"))
        self._rows = database[ROWS]
        self._lease = Lease(database, projector.ROLE)
        self._tail = tail
        self._names: OrderedDict[str, str] = OrderedDict()

    async def of_platform(self, workspace_id: str, platform_id: str, ai_agent_ids: Collection[str]) -> AsyncGenerator[Told, None]:
        """Yield each conversation's undelivered words in order, then its state; see the port."""
        wanted: Document = {"w": workspace_id, "p": platform_id}
        if ai_agent_ids:
            wanted["ai_agent.id"] = {"$in": list(ai_agent_ids)}
        is_open = {**wanted, "control.holder": {"$in": OPEN_HOLDERS}}
        is_owed = {
            **wanted,
            "control.holder": Holder.CLOSED.value,
            "$expr": {
                "$and": [
                    {"$gt": ["$deliver_seq", "$delivered_seq"]},
                    {"$gt": ["$last_message_at", {"$subtract": ["$$NOW", int(CLOSED_FOR.total_seconds() * 1000)]}]},
                ]
            },
        }
        try:
            await self._projected()
            for rows_wanted in (is_open, is_owed):
                async with self._rows.find(rows_wanted, batch_size=_BATCH) as cursor:
                    while rows := await read_on(cursor, _BATCH):
                        for row in rows:
                            async for told in self._of_row(row):
                                yield told
        except PyMongoError as error:
            logger.warning("the backlog cannot be read", error=type(error).__name__)
            raise UnavailableError("The database cannot be reached; try again.") from error

    async def _projected(self) -> None:
        """Wait until the rows show everything that had happened when this was called."""
        now = await self._tail.operation_time()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    position = Position.from_document(await self._lease.position())
                    if position is not None and position.cluster_time >= now:
                        return
                    await asyncio.sleep(_PAUSE_SECONDS)
        except TimeoutError:
            raise UnavailableError("The list is behind; try again.") from None

    async def _of_row(self, row: Document) -> AsyncGenerator[Told, None]:
        self._remember(row["_id"], row["platform_conversation_id"])
        if row["deliver_seq"] > row["delivered_seq"]:
            span = {"$gt": event_id(row["_id"], row["delivered_seq"]), "$lte": event_id(row["_id"], row["deliver_seq"])}
            async for document in self._events.find({"_id": span, "t": {"$in": _SPEAKING}}, batch_size=_BATCH).sort("_id", 1):
                event = to_event(document)
                words = words_of(event)
                if words is not None:
                    yield Told(event.conversation_id, event.seq, event.at, event.after.control, words)
        control = to_control(row["control"])
        if control.close_reason is not None:
            yield Told(row["_id"], row["s"], control.since, control, ConversationEnded(control.close_reason))
        else:
            reply_due = control.ai_may_speak and row["oldest_unanswered_at"] is not None
            yield Told(row["_id"], row["s"], control.since, control, ControlChanged(reply_due=reply_due))

    async def platform_conversation_id(self, conversation_id: str) -> str:
        """Return the platform's own id of a conversation, which its first event has."""
        known = self._names.get(conversation_id)
        if known is not None:
            return known
        try:
            first = await self._events.find_one({"_id": event_id(conversation_id, 1)}, {"body.platform_conversation_id": 1})
        except PyMongoError as error:
            raise UnavailableError("The database cannot be reached; try again.") from error
        name = first["body"]["platform_conversation_id"] if first else ""
        self._remember(conversation_id, name)
        return name

    def _remember(self, conversation_id: str, name: str) -> None:
        self._names[conversation_id] = name
        if len(self._names) > MAX_NAMES:
            self._names.popitem(last=False)
