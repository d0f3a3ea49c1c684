"""The indexes of the list, by name; docs/adr on them carries what each is for and its explain output."""

from typing import Any

from pymongo import IndexModel
from pymongo.asynchronous.database import AsyncDatabase

Document = dict[str, Any]

ROWS = "conversations"

LIST_ATTENTION = IndexModel([("w", 1), ("attention_key", 1), ("_id", 1)], name="list_attention")
LIST_NEWEST = IndexModel([("w", 1), ("control.holder", 1), ("newest_key", 1), ("_id", 1)], name="list_newest")
LIST_WAITING = IndexModel([("w", 1), ("control.holder", 1), ("waiting_key", 1), ("_id", 1)], name="list_waiting")
LIST_HANDLER = IndexModel([("w", 1), ("handler", 1), ("attention_key", 1), ("_id", 1)], name="list_handler")
LIST_AI_AGENT = IndexModel([("w", 1), ("ai_agent.id", 1), ("attention_key", 1), ("_id", 1)], name="list_ai_agent")
LIST_USER = IndexModel([("w", 1), ("user.id", 1), ("newest_key", 1), ("_id", 1)], name="list_user")
LIST_WORDS = IndexModel([("w", 1), ("words", 1), ("attention_key", 1)], name="list_words")
# For the sweep and the catch-up of platforms.
BY_HOLDER = IndexModel([("control.holder", 1), ("last_message_at", 1)], name="by_holder")

ROW_INDEXES = [LIST_ATTENTION, LIST_NEWEST, LIST_WAITING, LIST_HANDLER, LIST_AI_AGENT, LIST_USER, LIST_WORDS, BY_HOLDER]


async def ensure_view_indexes(database: AsyncDatabase[Document]) -> None:
    """Make the views' indexes where they are missing; safe in every process at every start."""
    await database[ROWS].create_indexes(ROW_INDEXES)
    await database["templates"].create_index([("w", 1), ("owner", 1), ("name", 1)], name="template_name", unique=True)
    await database["template_uses"].create_index([("w", 1), ("agent", 1)], name="template_uses_of_agent")
