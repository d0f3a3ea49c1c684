"""Leased roles: at most one process at a time does a piece of background work, and what it wrote under a lost lease does not count.

A lease is one document: {_id: role, holder, term, expires_at, position}; the holder begins with its host and process id, for operators.
All times are compared inside MongoDB ($$NOW), so clocks that disagree cannot make two holders. The role's position lives in the same
document and is written only where {holder, term} match.
"""

import asyncio
import os
import socket
import time
import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from bson import Int64
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern
from servicekit.logs import get_logger

from services.conversation.metrics import LEASES_HELD

logger = get_logger(__name__)

Document = dict[str, Any]

TERM_SECONDS = 3.0
RENEW_SECONDS = 1.0
# After a role's work failed by itself: long enough not to spin, short enough to be within the time that a list may be stale.
PAUSE_AFTER_FAILURE_SECONDS = 1.0

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class LeaseLostError(Exception):
    """Another process holds the role now, or may; stop without finishing anything."""


class Lease:
    """One role's lease as this process sees it."""

    def __init__(self, database: AsyncDatabase[Document], role: str) -> None:
        """Nothing is written before `acquire`."""
        majority = WriteConcern(w="majority", wtimeout=int(TERM_SECONDS * 1000))
        self.role = role
        self._leases: AsyncCollection[Document] = database.get_collection("leases", write_concern=majority, read_concern=ReadConcern("majority"))
        self._holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex}"
        self._term = 0
        # On this process's monotonic clock; measured from before the request was sent, so it ends before the database's.
        self._held_until = 0.0

    @property
    def held(self) -> bool:
        """Tell whether the lease is surely this process's now."""
        return time.monotonic() < self._held_until

    async def acquire(self) -> bool:
        """Take the lease if nobody has it; PyMongoError if the database is away."""
        asked = time.monotonic()
        taken = await self._take()
        if taken is None and await self._create():
            taken = await self._take()
        if taken is None:
            return False
        self._term = int(taken["term"])
        self._held_until = asked + TERM_SECONDS
        return True

    async def _take(self) -> Document | None:
        return await self._leases.find_one_and_update(
            {"_id": self.role, "$expr": {"$lt": ["$expires_at", "$$NOW"]}},
            [{"$set": {"holder": self._holder, "term": {"$add": [{"$ifNull": ["$term", 0]}, 1]}, "expires_at": _in_a_term()}}],
            return_document=True,
        )

    async def _create(self) -> bool:
        """Make the document if it is missing, and tell whether it was; an upsert cannot compare with $$NOW."""
        if await self._leases.find_one({"_id": self.role}, {"_id": 1}) is not None:
            return False
        try:
            await self._leases.insert_one({"_id": self.role, "holder": "", "term": Int64(0), "expires_at": _LONG_AGO})
        except DuplicateKeyError:
            return False
        return True

    async def renew(self) -> None:
        """Hold on for another term; LeaseLostError when somebody else has it."""
        asked = time.monotonic()
        found = await self._leases.update_one(self._mine(), [{"$set": {"expires_at": _in_a_term()}}])
        if not found.matched_count:
            self._held_until = 0.0
            raise LeaseLostError(self.role)
        self._held_until = asked + TERM_SECONDS

    async def release(self) -> None:
        """Let go at once, if still held."""
        self._held_until = 0.0
        await self._leases.update_one(self._mine(), [{"$set": {"expires_at": {"$subtract": ["$$NOW", 1]}, "holder": ""}}])

    async def position(self) -> Document | None:
        """Return what the role stored last, by whichever holder."""
        found = await self._leases.find_one({"_id": self.role}, {"position": 1})
        return found.get("position") if found else None

    async def store(self, position: Document | None) -> None:
        """Store the role's position; LeaseLostError when the lease is another's."""
        found = await self._leases.update_one(self._mine(), {"$set": {"position": position}})
        if not found.matched_count:
            self._held_until = 0.0
            raise LeaseLostError(self.role)

    def _mine(self) -> Document:
        return {"_id": self.role, "holder": self._holder, "term": self._term}


def _in_a_term() -> Document:
    return {"$add": ["$$NOW", int(TERM_SECONDS * 1000)]}


Work = Callable[[Lease], Awaitable[None]]


class RoleRunner:
    """Does a role's work while this process holds its lease, and cancels it the moment that is in doubt."""

    def __init__(self, lease: Lease, work: Work) -> None:
        """`work` runs until cancelled; it should return only by an error, after which the role is let go and tried for again."""
        self._lease = lease
        self._work = work

    async def run(self) -> None:
        """Try for the lease, work, renew, for the life of the process; on cancellation the lease is released."""
        while True:
            try:
                if await self._lease.acquire():
                    await self._hold()
                    await asyncio.sleep(PAUSE_AFTER_FAILURE_SECONDS)
                    continue
            except PyMongoError as error:
                logger.warning("lease cannot be reached", role=self._lease.role, error=type(error).__name__)
            await asyncio.sleep(RENEW_SECONDS)

    async def _hold(self) -> None:
        logger.info("role taken", role=self._lease.role)
        LEASES_HELD.labels(self._lease.role).set(1)
        work = asyncio.ensure_future(self._work(self._lease))
        try:
            await self._renew_while(work)
        finally:
            LEASES_HELD.labels(self._lease.role).set(0)
            work.cancel()
            (result,) = await asyncio.gather(work, return_exceptions=True)
            if isinstance(result, PyMongoError):
                logger.warning("role broken off, the database does not answer", role=self._lease.role, error=type(result).__name__)
            elif isinstance(result, Exception) and not isinstance(result, LeaseLostError):
                logger.error("role failed", role=self._lease.role, exc_info=result)
            if self._lease.held:
                await self._release()
            logger.info("role left", role=self._lease.role)

    async def _renew_while(self, work: "asyncio.Future[None]") -> None:
        """Renew each second until the work ends or the term ran out unrenewed."""
        while not work.done():
            await asyncio.wait([work], timeout=RENEW_SECONDS)
            if work.done():
                return
            try:
                async with asyncio.timeout(TERM_SECONDS - RENEW_SECONDS):
                    await self._lease.renew()
            except LeaseLostError:
                return
            except (PyMongoError, TimeoutError):
                if not self._lease.held:
                    return

    async def _release(self) -> None:
        try:
            async with asyncio.timeout(RENEW_SECONDS):
                await self._lease.release()
        except (PyMongoError, TimeoutError):
            logger.warning("lease not released, it runs out by itself", role=self._lease.role)
