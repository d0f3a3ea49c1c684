"""How far agents have read, in `read_marks`: `_id` is the agent and the conversation; a mark only ever rises."""

from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from servicekit.errors import UnavailableError

from services.conversation.ports.views import ReadMark

Document = dict[str, Any]


def mark_id(agent_id: str, conversation_id: str) -> str:
    """Return the mark's `_id`."""
    return f"{agent_id}/{conversation_id}"


class MongoReadMarks:
    """Writes marks."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        """One document a mark."""
        self._marks = database["read_marks"]

    async def raise_to(self, workspace_id: str, agent_id: str, conversation_id: str, mark: ReadMark) -> ReadMark:
        """Store the mark if it is further; seq and count rise together, so each may be raised by itself."""
        key = {"_id": mark_id(agent_id, conversation_id)}
        change = {"$max": {"seq": mark.seq, "count": mark.user_message_count}, "$setOnInsert": {"w": workspace_id}}
        try:
            held = await self._marks.find_one_and_update(key, change, upsert=True, return_document=True)
        except PyMongoError as error:
            raise UnavailableError("The database cannot be reached; try again.") from error
        return ReadMark(held["seq"], held["count"]) if held else mark
