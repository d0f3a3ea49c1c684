"""Named consumers of Watch in `watch_consumers`: where each is, and which of its streams is the newest."""

from collections.abc import Collection
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from servicekit.errors import UnavailableError

from services.conversation.ports.watching import Consumer

Document = dict[str, Any]


class MongoConsumers:
    """Implements the port Consumers; one document a consumer."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        """Reads and writes go to the primary."""
        self._consumers = database["watch_consumers"]

    async def open(self, consumer: Consumer, stream_id: str) -> str:
        """Make this the consumer's one stream and return its stored cursor."""
        change = [{"$set": {"stream": stream_id, "opened_at": "$$NOW"}}]
        try:
            document = await self._consumers.find_one_and_update({"_id": _id(consumer)}, change, upsert=True, return_document=True)
        except PyMongoError as error:
            raise _unavailable() from error
        return str(document.get("cursor", "")) if document else ""

    async def newest(self, consumers: Collection[Consumer]) -> dict[Consumer, str]:
        """Return each consumer's newest stream."""
        by_id = {_id(consumer): consumer for consumer in consumers}
        try:
            return {
                by_id[found["_id"]]: found["stream"] async for found in self._consumers.find({"_id": {"$in": list(by_id)}}, {"stream": 1}) if "stream" in found
            }
        except PyMongoError as error:
            raise _unavailable() from error

    async def ack(self, consumer: Consumer, cursor: str) -> None:
        """Store a consumer's cursor."""
        try:
            await self._consumers.update_one({"_id": _id(consumer)}, {"$set": {"cursor": cursor}}, upsert=True)
        except PyMongoError as error:
            raise _unavailable() from error


def _id(consumer: Consumer) -> str:
    return f"{consumer.workspace_id}/{consumer.platform_id}/{consumer.name}"


def _unavailable() -> UnavailableError:
    return UnavailableError("The database cannot be reached; try again.")
