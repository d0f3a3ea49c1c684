"""The unique indexes that the rules stand on: made at start, and looked at exactly before the process is ready (rule 5)."""

from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure

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
