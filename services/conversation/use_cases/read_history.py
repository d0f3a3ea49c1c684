"""Reading a conversation's history by pages."""

from servicekit.errors import InvalidError

from services.conversation.domain.errors import ConversationNotFoundError
from services.conversation.domain.events import Event
from services.conversation.ports.views import History


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
