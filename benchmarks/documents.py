"""A document as large as a user message's event, and a collection that asks as much of each as the log does."""

import secrets
import uuid
from typing import Any

from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.collection import AsyncCollection

TEXT = "Is there a table for two on Friday at 19:30, somewhere quiet?"
DATABASE = "baton_bench"


async def events(client: AsyncMongoClient[dict[str, Any]]) -> AsyncCollection[dict[str, Any]]:
    """Return the collection: majority-acknowledged and journaled, with the same two unique keys."""
    collection = client[DATABASE].get_collection("events", write_concern=WriteConcern("majority", j=True))
    await collection.create_index([("c", 1), ("actor.k", 1), ("actor.id", 1), ("cmd", 1)], unique=True)
    return collection


def document(text: str = TEXT) -> dict[str, Any]:
    """Return a new document, of a conversation of its own."""
    conversation = str(uuid.uuid4())
    control = {"holder": "ai", "since": None, "cause": "started", "ai_may_speak": True, "epoch": 1}
    after = {"control": control, "ai_agent": {"id": "bot", "name": "Restaurant bot"}, "locale": "en", "last_user_seq": 3, "user_message_count": 2}
    return {
        "_id": secrets.token_bytes(24), "c": conversation, "s": 3, "w": str(uuid.uuid4()), "p": str(uuid.uuid4()), "t": "user_message", "v": 1,
        "actor": {"k": "platform", "id": str(uuid.uuid4()), "name": "Example"}, "cmd": str(uuid.uuid4()), "dig": secrets.token_bytes(32),
        "body": {"text": text}, "after": after | {"chain_head": secrets.token_bytes(32)},
    }  # fmt: skip
