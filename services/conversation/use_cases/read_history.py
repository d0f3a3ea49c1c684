"""Reading a conversation's history: by pages, its landmarks, and what was said in it."""

from servicekit.errors import InvalidError

from services.conversation.domain.errors import ConversationNotFoundError
from services.conversation.domain.events import Event
from services.conversation.ports.views import History

MOST_LANDMARKS = 500


class ReadHistory:
    """Pages backwards from the end, or forwards from what is known."""

    def __init__(self, history: History) -> None:
        """Reads the log itself."""
        self._history = history

    async def __call__(self, workspace_id: str, conversation_id: str, *, before: int, after: int, limit: int) -> tuple[list[Event], bool]:
        """Return events in ascending seq, and whether there are more in the asked direction; ConversationNotFoundError for an unknown or foreign id."""
        if before and after:
            raise InvalidError("after_seq", "not together with before_seq")
        # One more than asked tells whether there are more.
        events = await self._history.page(workspace_id, conversation_id, before=before, after=after, limit=limit + 1)
        if events is None:
            raise ConversationNotFoundError
        more = len(events) > limit
        if not more:
            return events, False
        return (events[:limit] if after else events[1:]), True

    async def landmarks(self, workspace_id: str, conversation_id: str) -> list[Event]:
        """Return who held it when and the notes, the newest MOST_LANDMARKS in ascending seq; ConversationNotFoundError for an unknown or foreign id."""
        events = await self._history.landmarks(workspace_id, conversation_id, MOST_LANDMARKS)
        # Each conversation has at least its beginning.
        if not events:
            raise ConversationNotFoundError
        return events

    async def find(self, workspace_id: str, conversation_id: str, text: str, *, before: int, limit: int) -> tuple[list[Event], bool]:
        """Return what has the text in descending seq, and whether there is more before; ConversationNotFoundError for an unknown or foreign id."""
        found = await self._history.having(workspace_id, conversation_id, text, before=before, limit=limit + 1)
        if not found and not await self._history.newest_seq(workspace_id, conversation_id):
            raise ConversationNotFoundError
        return found[:limit], len(found) > limit
