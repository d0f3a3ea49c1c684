"""The list's queries. Rows are read from the primary, after the projector's position, so that a page is at least as new as it says."""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

from bson import Int64
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from servicekit.errors import UnavailableError
from servicekit.logs import get_logger

from services.conversation.adapters import projector
from services.conversation.adapters.change_tail import Position
from services.conversation.adapters.lease import Lease
from services.conversation.adapters.list_indexes import LIST_WORDS, ROWS
from services.conversation.adapters.mongo_read_marks import mark_id
from services.conversation.adapters.row_document import CLOSED_FLOOR, to_row
from services.conversation.domain.control import Holder
from services.conversation.domain.list_query import OPEN, ListCounts, ListPage, ListQuery, ListSort, ListStatus, PageKey
from services.conversation.domain.rows import Row

logger = get_logger(__name__)

Document = dict[str, Any]

SORT_FIELDS = {ListSort.ATTENTION: "attention_key", ListSort.NEWEST: "newest_key", ListSort.LONGEST_WAITING: "waiting_key"}
_HOLDERS = {
    ListStatus.AI: Holder.AI.value,
    ListStatus.NEEDS_HUMAN: Holder.QUEUE.value,
    ListStatus.CLOSED: Holder.CLOSED.value,
}
OPEN_HOLDERS = [Holder.AI.value, Holder.QUEUE.value, Holder.HUMAN.value]
WORDS_INDEX = str(LIST_WORDS.document["name"])
# A word that fewer rows have is looked up; with a commoner one a page is soon full when the list is walked in its order.
RARE = 2_000
# What a row's document has beyond a row.
_NOT_SHOWN = {"words": 0}


class MongoList:
    """Reads `conversations` for agents."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        """The projector's position is read where its lease is."""
        self._rows = database[ROWS]
        self._marks = database["read_marks"]
        self._lease = Lease(database, projector.ROLE)

    async def page(self, query: ListQuery) -> ListPage:
        """Return one page; see the port."""
        try:
            position = Position.from_document(await self._lease.position())
            if position is None:
                raise UnavailableError("The list is being built; try again in a moment.")
            rare = await self._rare_term(query)
            documents, counts = await asyncio.gather(self._documents(query, rare), self._counts(query, rare))
            marks = await self._marks_of(query.viewer_id, documents[: query.size])
        except PyMongoError as error:
            raise _unavailable(error) from error
        shown = documents[: query.size]
        more = len(documents) > query.size
        last = PageKey(int(shown[-1][SORT_FIELDS[query.sort]]), shown[-1]["_id"]) if more else None
        return ListPage([to_row(document, marks.get(document["_id"])) for document in shown], last, counts, position.cluster_time)

    async def row(self, workspace_id: str, viewer_id: str, conversation_id: str) -> Row | None:
        """Return one row."""
        try:
            document = await self._rows.find_one({"_id": conversation_id, "w": workspace_id}, _NOT_SHOWN)
            marks = await self._marks_of(viewer_id, [document] if document else [])
        except PyMongoError as error:
            raise _unavailable(error) from error
        return to_row(document, marks.get(conversation_id)) if document else None

    async def _rare_term(self, query: ListQuery) -> str:
        """Return the rarest of the searched words, if few rows have it: left alone, the database walks the whole list in order to find them."""
        found = await asyncio.gather(*[self._count_rare(query.workspace_id, term) for term in query.terms])
        count, term = min(zip(found, query.terms, strict=True), default=(RARE, ""))
        return term if count < RARE else ""

    async def _count_rare(self, workspace_id: str, term: str) -> int:
        return await self._rows.count_documents({"w": workspace_id, "words": _begins_with(term)}, limit=RARE, hint=WORDS_INDEX)

    async def _documents(self, query: ListQuery, rare: str) -> list[Document]:
        """Return the page's rows and one more, if there is one."""
        field = SORT_FIELDS[query.sort]
        wanted = filter_of(query, rare)
        if query.after is not None:
            key, last = Int64(query.after.key), query.after.conversation_id
            beyond = {"$or": [{field: {"$gt": key}}, {field: key, "_id": {"$gt": last}}]}
            # The first condition bounds the index, the second breaks the tie.
            wanted = {"$and": [wanted, {field: {"$gte": key}}, beyond]}
        cursor = self._rows.find(wanted, _NOT_SHOWN).sort([(field, 1), ("_id", 1)]).limit(query.size + 1)
        return await (cursor.hint(WORDS_INDEX) if rare else cursor).to_list()

    async def _marks_of(self, viewer_id: str, documents: list[Document]) -> dict[str, Mapping[str, Any]]:
        ids = {mark_id(viewer_id, document["_id"]): document["_id"] for document in documents}
        return {ids[mark["_id"]]: mark async for mark in self._marks.find({"_id": {"$in": list(ids)}})} if ids else {}

    async def _counts(self, query: ListQuery, rare: str) -> ListCounts:
        open_rows: Document = {"w": query.workspace_id, "control.holder": {"$in": OPEN_HOLDERS}}
        mine_rows: Document = {"w": query.workspace_id, "handler": query.viewer_id, "attention_key": {"$lt": CLOSED_FLOOR}}
        by_holder, mine = await asyncio.gather(self._count_by_holder(open_rows), self._rows.count_documents(mine_rows))
        ai, queue, human = (by_holder.get(holder, 0) for holder in OPEN_HOLDERS)
        total = ai + queue + human
        hinted: Any = {"hint": WORDS_INDEX} if rare else {}
        matching = await self._rows.count_documents(filter_of(query, rare), **hinted) if query.narrowed else total
        return ListCounts(open=total, needs_human=queue, mine=min(mine, human), ai=ai, others=max(0, human - mine), matching=matching)

    async def _count_by_holder(self, wanted: Document) -> dict[str, int]:
        cursor = await self._rows.aggregate([{"$match": wanted}, {"$group": {"_id": "$control.holder", "n": {"$sum": 1}}}])
        return {group["_id"]: group["n"] async for group in cursor}


def filter_of(query: ListQuery, rare: str = "") -> Document:
    """Return the rows that a query asks for, as a filter that the indexes serve; with a rare word, that word is the one to look up."""
    wanted: Document = {"w": query.workspace_id, **_status_filter(query)}
    if query.ai_agent_ids:
        wanted["ai_agent.id"] = {"$in": list(query.ai_agent_ids)}
    if query.user_id:
        wanted["user.id"] = query.user_id
    conditions: list[Document] = [_has_word(term, by_index=rare in {"", term}) for term in query.terms]
    if query.agent_ids:
        conditions.append({"handler": {"$in": list(query.agent_ids)}})
    return {**wanted, "$and": conditions} if conditions else wanted


def _has_word(term: str, *, by_index: bool) -> Document:
    # Twice negated it is the same condition, but none that an index is searched by.
    return {"words": _begins_with(term)} if by_index else {"$nor": [{"words": {"$not": _begins_with(term)}}]}


def _begins_with(term: str) -> Document:
    # Not a compiled pattern: Python's carries the flag of Unicode, and with a flag the index is no longer searched by the prefix.
    return {"$regex": "^" + re.escape(term)}


def _status_filter(query: ListQuery) -> Document:
    statuses = query.statuses
    if statuses == OPEN and query.sort is ListSort.ATTENTION:
        return {"attention_key": {"$lt": CLOSED_FLOOR}}
    holders = [holder for status, holder in _HOLDERS.items() if status in statuses]
    mine, others = ListStatus.MINE in statuses, ListStatus.OTHERS in statuses
    if mine == others:
        return {"control.holder": {"$in": [*holders, Holder.HUMAN.value] if mine else holders}}
    human: Document = {"control.holder": Holder.HUMAN.value, "handler": query.viewer_id if mine else {"$ne": query.viewer_id}}
    return {"$or": [{"control.holder": {"$in": holders}}, human]} if holders else human


def _unavailable(error: PyMongoError) -> UnavailableError:
    logger.warning("the list cannot be read", error=type(error).__name__)
    return UnavailableError("The database cannot be reached; try again.")
