"""The projector: every event of the log onto the list rows in `conversations`. Written by this role alone, from the same changes as the relay."""

import asyncio
from contextlib import aclosing
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError
from servicekit.clock import Clock
from servicekit.logs import get_logger

from services.conversation.adapters import event_document
from services.conversation.adapters.change_tail import Batch, Change, ChangeTail, Position
from services.conversation.adapters.lease import Lease
from services.conversation.adapters.row_document import patch_of
from services.conversation.metrics import PROJECTOR_LAG

logger = get_logger(__name__)

Document = dict[str, Any]

ROLE = "projector"
STORE_SECONDS = 0.25
STORE_IDLE_SECONDS = 1.0
_DUPLICATE_KEY = 11000


class Projector:
    """The work of the role `projector`. What it does twice changes nothing: a row never goes back to an older seq."""

    def __init__(self, database: AsyncDatabase[Document], tail: ChangeTail, clock: Clock) -> None:
        """Nothing is read before `run`."""
        self._rows = database["conversations"]
        self._tail = tail
        self._clock = clock

    async def run(self, lease: Lease) -> None:
        """Project until cancelled or the lease is lost."""
        stored = Position.from_document(await lease.position())
        if stored is not None and await self._rows.find_one({}, {"_id": 1}) is None:
            # Somebody threw the list away; a position without rows would leave it empty for ever.
            await lease.store(None)
            stored = None
        loop = asyncio.get_running_loop()
        next_store = 0.0
        async with aclosing(self._tail.changes(stored)) as batches:
            async for batch in batches:
                await self._apply(batch)
                if batch.position is not None and loop.time() >= next_store:
                    # After the rows: whoever reads this position first and then the rows has at least what it says.
                    await lease.store(batch.position.to_document())
                    next_store = loop.time() + (STORE_SECONDS if batch.changes else STORE_IDLE_SECONDS)

    async def _apply(self, batch: Batch) -> None:
        if not batch.changes:
            PROJECTOR_LAG.set(0)
            return
        patches = _patches(batch.changes)
        try:
            await self._rows.bulk_write([_write(*patch, may_make=True) for patch in patches], ordered=False)
        except BulkWriteError as error:
            # An upsert whose row is there and not older meets its own _id.
            failures = error.details["writeErrors"]
            if error.details["writeConcernErrors"] or any(failure["code"] != _DUPLICATE_KEY for failure in failures):
                raise
            # Whether it is newer is for the filter to say: a former holder of the lease may have made an older one in the same moment.
            there = [patches[failure["index"]] for failure in failures]
            await self._rows.bulk_write([_write(*patch, may_make=False) for patch in there], ordered=False)
        newest = max(change.document["at"] for change in batch.changes)
        PROJECTOR_LAG.set(max(0.0, (self._clock.now() - newest).total_seconds()))


def _patches(changes: list[Change]) -> list[tuple[str, Document]]:
    """Return one patch per conversation of the batch."""
    patches: dict[str, Document] = {}
    for change in changes:
        event = event_document.to_event(change.document)
        former = patches.get(event.conversation_id)
        if former is None or former["s"] < event.seq:
            patches[event.conversation_id] = {**(former or {}), **patch_of(event)}
    return list(patches.items())


def _write(conversation_id: str, patch: Document, *, may_make: bool) -> UpdateOne:
    """Return a patch's write, guarded by its seq. Only one with the beginning of the conversation makes the row: any other would make half of one."""
    return UpdateOne({"_id": conversation_id, "s": {"$lt": patch["s"]}}, {"$set": patch}, upsert=may_make and "started_at" in patch)
