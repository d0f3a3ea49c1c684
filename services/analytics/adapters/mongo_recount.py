"""The Recounting port in MongoDB: one process at a time, under a lease."""

import uuid
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from pymongo import ReturnDocument

from services.analytics.adapters.documents import Document
from services.analytics.adapters.mongo_count import Count, unavailable
from services.analytics.adapters.mongo_store import SERVED, MongoFactStore
from services.analytics.ports import FactStore, LostLeaseError

NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class MongoRecounting:
    """Counts into a new number beside the one that is served.

    Lease and served number stand in one document, so that only who holds the lease can switch. A number is given once: who lost the lease has nothing of
    anybody else's that it could drop.
    """

    def __init__(self, store: MongoFactStore) -> None:
        """`store` serves."""
        self._store = store
        self._counts = store.counts
        self._holder = uuid.uuid4().hex
        # The new one and the one that is served, from `begin` on.
        self._counted: tuple[Count, Count] | None = None

    async def begin(self, lease: timedelta) -> FactStore | None:
        """See the port."""
        # An absent lease compares as older than every time.
        free = {"_id": SERVED, "$expr": {"$lt": ["$recount.renewed", {"$subtract": ["$$NOW", lease // timedelta(milliseconds=1)]}]}}
        number = {"$add": [{"$max": ["$number", "$recount.number"]}, 1]}
        mine = [{"$set": {"recount": {"holder": self._holder, "number": number, "renewed": "$$NOW"}}}]
        with unavailable():
            document = await self._counts.find_one_and_update(free, mine, return_document=ReturnDocument.AFTER)
        if document is None:
            return None
        served, begun = document["number"], document["recount"]["number"]
        await self._store.drop_before(begun, served)
        new = self._store.count(begun)
        self._counted = new, self._store.count(served)
        await new.migrate()
        return self._store.numbered(begun)

    async def renew(self, lease: timedelta) -> None:  # noqa: ARG002  # the lease is judged by who wants to take it
        """See the port."""
        await self._change({"$currentDate": {"recount.renewed": True}})

    async def behind(self) -> AsyncIterator[str]:
        """See the port: both counts are read in the order of their ids, side by side."""
        new, former = self._pair()
        with unavailable():
            ours = new.known.find({}, {"seq": True}).sort("_id").__aiter__()
            mine = await anext(ours, None)
            async for theirs in former.known.find({}, {"seq": True}).sort("_id"):
                while mine is not None and mine["_id"] < theirs["_id"]:
                    mine = await anext(ours, None)
                if mine is None or mine["_id"] != theirs["_id"] or mine["seq"] < theirs["seq"]:
                    yield theirs["_id"]

    async def switch(self) -> None:
        """See the port."""
        new, _ = self._pair()
        await self._change({"$set": {"number": new.number}, "$unset": {"uncounted": True}})

    async def finish(self) -> None:
        """See the port."""
        _, former = self._pair()
        await former.drop()
        await self._release()

    async def abandon(self) -> None:
        """See the port."""
        new, _ = self._pair()
        if await self._store.switches() != new.number:
            await new.drop()
        await self._release()

    async def _release(self) -> None:
        with suppress(LostLeaseError):
            await self._change({"$set": {"recount.renewed": NEVER}})

    async def _change(self, change: Document) -> None:
        """Write under the lease; LostLeaseError where another has it."""
        with unavailable():
            result = await self._counts.update_one({"_id": SERVED, "recount.holder": self._holder}, change)
        if not result.matched_count:
            raise LostLeaseError

    def _pair(self) -> tuple[Count, Count]:
        if self._counted is None:
            msg = "begin first"
            raise RuntimeError(msg)
        return self._counted
