"""Named consumers of Watch in `watch_consumers`: where each is, which of its streams is the newest, and when one was last open."""

from collections.abc import Collection
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from servicekit.errors import UnavailableError

from services.conversation.ports.watching import Consumer, Watcher

Document = dict[str, Any]


class MongoConsumers:
    """Implements the port Consumers; one document a consumer."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        """Reads and writes go to the primary."""
        self._consumers = database["watch_consumers"]

    async def open(self, consumer: Consumer, stream_id: str, ai_agent_ids: Collection[str]) -> str:
        """Make this the consumer's one stream and return its stored cursor."""
        change = [
            {
                "$set": {
                    "stream": stream_id,
                    "opened_at": "$$NOW",
                    "seen_at": "$$NOW",
                    "p": {"$literal": consumer.platform_id},
                    "n": {"$literal": consumer.name},
                    "agents": {"$literal": sorted(ai_agent_ids)},
                }
            }
        ]
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

    async def saw(self, streams: Collection[tuple[Consumer, str]]) -> None:
        """Note that these are open now."""
        open_now = {"$or": [{"_id": _id(consumer), "stream": stream_id} for consumer, stream_id in streams]}
        try:
            await self._consumers.update_many(open_now, [{"$set": {"seen_at": "$$NOW"}}])
        except PyMongoError as error:
            raise _unavailable() from error

    async def of_workspace(self, workspace_id: str) -> list[Watcher]:
        """Return the workspace's; see the port."""
        # "0" follows "/".
        pipeline: list[Document] = [
            {"$match": {"_id": {"$gt": f"{workspace_id}/", "$lt": f"{workspace_id}0"}, "seen_at": {"$exists": True}}},
            {"$sort": {"_id": 1}},
            {"$set": {"unseen_ms": {"$subtract": ["$$NOW", "$seen_at"]}}},
        ]
        try:
            documents = await (await self._consumers.aggregate(pipeline)).to_list()
        except PyMongoError as error:
            raise _unavailable() from error
        return [_watcher(document) for document in documents]

    async def ack(self, consumer: Consumer, cursor: str) -> None:
        """Store a consumer's cursor."""
        try:
            await self._consumers.update_one({"_id": _id(consumer)}, {"$set": {"cursor": cursor}}, upsert=True)
        except PyMongoError as error:
            raise _unavailable() from error


def _id(consumer: Consumer) -> str:
    return f"{consumer.workspace_id}/{consumer.platform_id}/{consumer.name}"


def _watcher(document: Document) -> Watcher:
    return Watcher(
        Consumer(document["_id"].split("/", 1)[0], document["p"], document["n"]), tuple(document["agents"]), document["seen_at"], document["unseen_ms"] / 1000
    )


def _unavailable() -> UnavailableError:
    return UnavailableError("The database cannot be reached; try again.")
