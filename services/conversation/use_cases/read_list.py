"""Reading the conversation list: pages with tokens, single rows, read marks."""

import asyncio
import base64
import binascii
from dataclasses import dataclass, replace

import orjson
from servicekit.errors import InvalidError, UnavailableError

from services.conversation.domain.errors import ConversationNotFoundError
from services.conversation.domain.list_query import ListPage, ListQuery, PageKey
from services.conversation.domain.rows import Row
from services.conversation.ports.views import ConversationList, History, ReadMark, ReadMarks

# How long a row that the log has may take to reach the list before the caller is asked to come again.
ROW_PATIENCE_SECONDS = 2.0
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Read:
    """How far an agent has read, and what is left."""

    seq: int
    unread: int


class ReadList:
    """What an agent's list shows."""

    def __init__(self, conversations: ConversationList, history: History, marks: ReadMarks) -> None:
        """Rows come from the projection, marks count by the log."""
        self._conversations = conversations
        self._history = history
        self._marks = marks

    async def page(self, query: ListQuery, page_token: str) -> tuple[ListPage, str]:
        """Return a page and the next one's token ("" at the end); InvalidError for a token of another order."""
        page = await self._conversations.page(replace(query, after=_decode(page_token, query.sort.value)))
        return page, _encode(page.next, query.sort.value) if page.next else ""

    async def row(self, workspace_id: str, viewer_id: str, conversation_id: str) -> Row:
        """Return one row; ConversationNotFoundError for an unknown or foreign one. A conversation that just began is waited for."""
        loop = asyncio.get_running_loop()
        until = loop.time() + ROW_PATIENCE_SECONDS
        while True:
            row = await self._conversations.row(workspace_id, viewer_id, conversation_id)
            if row is not None:
                return row
            if not await self._history.newest_seq(workspace_id, conversation_id):
                raise ConversationNotFoundError
            if loop.time() >= until:
                raise UnavailableError("The conversation is not in the list yet; try again in a moment.")
            await asyncio.sleep(_PAUSE_SECONDS)

    async def mark_read(self, workspace_id: str, agent_id: str, conversation_id: str, seq: int) -> Read:
        """Record that the agent has read up to `seq`; never lowers the mark, and what is beyond the end counts as the end."""
        newest = await self._history.at_or_before(workspace_id, conversation_id, 2**63 - 1)
        if newest is None:
            raise ConversationNotFoundError
        read = newest if seq >= newest.seq else await self._history.at_or_before(workspace_id, conversation_id, seq)
        counted = ReadMark(read.seq, read.after.user_message_count) if read else ReadMark(0, 0)
        mark = await self._marks.raise_to(workspace_id, agent_id, conversation_id, counted)
        return Read(mark.seq, max(0, newest.after.user_message_count - mark.user_message_count))


def _encode(key: PageKey, order: str) -> str:
    return base64.urlsafe_b64encode(orjson.dumps([order, key.key, key.conversation_id])).decode()


def _decode(token: str, order: str) -> PageKey | None:
    if not token:
        return None
    try:
        of_order, key, conversation_id = orjson.loads(base64.urlsafe_b64decode(token))
    except (ValueError, TypeError, binascii.Error):
        raise InvalidError("page_token", "must be one that a page answered") from None
    if of_order != order or not isinstance(key, int) or not isinstance(conversation_id, str) or not -(2**63) <= key < 2**63:
        raise InvalidError("page_token", "must be one that a page of the same order answered")
    return PageKey(key, conversation_id)
