"""The Recounting port in MongoDB: one process at a time, under a lease."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

from services.analytics.adapters.mongo_count import Count, unavailable
from services.analytics.adapters.mongo_store import SERVED, MongoFactStore
from services.analytics.ports import FactStore

RECOUNT = "recount"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class LostLeaseError(Exception):
    """Another process has taken over."""


class MongoRecounting:
    """Counts into a new number beside the one that is served."""

    def __init__(self, store: MongoFactStore) -> None:
        """`store` serves."""
        self._store = store
        self._counts = store.counts
        self._holder = uuid.uuid4().hex
        # The new one and the one that is served, from `begin` on.
        self._counted: tuple[Count, Count] | None = None

    async def begin(self, lease: timedelta) -> FactStore | None:
        """See the port."""
        served = await self._store.switches()
        free = {"_id": RECOUNT, "$expr": {"$gt": [{"$subtract": ["$$NOW", "$renewed"]}, lease // timedelta(milliseconds=1)]}}
        with unavailable():
            await self._counts.update_one({"_id": RECOUNT}, {"$setOnInsert": {"renewed": NEVER, "number": 0}}, upsert=True)
            former = await self._counts.find_one_and_update(free, {"$set": {"holder": self._holder}, "$currentDate": {"renewed": True}})
            if former is None:
                return None
            number = max(served, former["number"]) + 1
            await self._counts.update_one({"_id": RECOUNT, "holder": self._holder}, {"$set": {"number": number}})
        await self._store.drop_others(served)
        new = self._store.count(number)
        self._counted = new, self._store.count(served)
        await new.migrate()
        return self._store.numbered(number)

    async def renew(self, lease: timedelta) -> None:  # noqa: ARG002  # the lease is judged by who wants to take it
        """See the port."""
        with unavailable():
            result = await self._counts.update_one({"_id": RECOUNT, "holder": self._holder}, {"$currentDate": {"renewed": True}})
        if not result.matched_count:
            raise LostLeaseError

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
        new, former = self._pair()
        with unavailable():
            await self._counts.update_one({"_id": SERVED, "number": former.number}, {"$set": {"number": new.number}})

    async def finish(self) -> None:
        """See the port."""
        _, former = self._pair()
        await former.drop()
        with unavailable():
            await self._counts.update_one({"_id": RECOUNT, "holder": self._holder}, {"$set": {"renewed": NEVER}})

    async def abandon(self) -> None:
        """See the port."""
        new, _ = self._pair()
        if await self._store.switches() != new.number:
            await new.drop()
        with unavailable():
            await self._counts.update_one({"_id": RECOUNT, "holder": self._holder}, {"$set": {"renewed": NEVER}})

    def _pair(self) -> tuple[Count, Count]:
        if self._counted is None:
            msg = "begin first"
            raise RuntimeError(msg)
        return self._counted
