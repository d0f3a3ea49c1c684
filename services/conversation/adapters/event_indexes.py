"""The unique indexes that the rules stand on: made at start, and looked at exactly before the process is ready (rule 5)."""

import asyncio
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure, PyMongoError

from services.conversation.adapters.event_document import Document
from services.conversation.adapters.mongo_event_store import COLLECTION, COMMAND_KEY, COMMAND_ONCE

# Anything else in an index's description would make it another index: partial, sparse, with a collation, hidden.
_EXPECTED: dict[str, dict[str, Any]] = {
    "_id_": {"v": 2, "key": {"_id": 1}, "name": "_id_"},
    COMMAND_ONCE: {"v": 2, "key": dict(COMMAND_KEY), "name": COMMAND_ONCE, "unique": True},
}


async def ensure_indexes(database: AsyncDatabase[Document]) -> None:
    """Make what is missing. What exists otherwise is left alone, for `index_problem` to name; other errors of the database pass through."""
    try:
        await database[COLLECTION].create_index(COMMAND_KEY, name=COMMAND_ONCE, unique=True)
    except OperationFailure as error:
        if error.code not in {85, 86}:  # IndexOptionsConflict, IndexKeySpecsConflict
            raise


async def index_problem(database: AsyncDatabase[Document]) -> str:
    """Return "" when both unique indexes exist exactly so, else what is wrong in words."""
    found = {index["name"]: {**index, "key": dict(index["key"])} async for index in await database[COLLECTION].list_indexes()}
    wrong = [name for name, expected in _EXPECTED.items() if found.get(name) != expected]
    return f"the log's unique indexes are not as they must be: {', '.join(wrong)}" if wrong else ""


class LogIndexes:
    """Makes the indexes once the database answers, then looks at them now and then; readiness reads `problem`."""

    EVERY_SECONDS = 30.0
    RETRY_SECONDS = 0.5

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        self._database = database
        self.problem = "the log's unique indexes were not looked at yet"
        # What was found when they could be looked at.
        self.found_wrong = ""

    async def run(self) -> None:
        """Ensure, then look for ever."""
        while True:
            try:
                await ensure_indexes(self._database)
                self.problem = self.found_wrong = await index_problem(self._database)
            except PyMongoError as error:
                self.problem = f"the log's indexes cannot be looked at: {type(error).__name__}"
            await asyncio.sleep(self.RETRY_SECONDS if self.problem else self.EVERY_SECONDS)
