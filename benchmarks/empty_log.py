"""A log that nothing is fetched from: what other services take is not measured."""

from collections.abc import AsyncIterator

from services.analytics.domain.events import LoggedEvent


class EmptyLog:
    """Implements the port ConversationLog."""

    async def events_of(self, _conversation_id: str) -> list[LoggedEvent]:
        """Return nothing: there are no holes."""
        return []

    async def all_events(self) -> AsyncIterator[list[LoggedEvent]]:
        """Yield nothing."""
        nothing: list[list[LoggedEvent]] = []
        for events in nothing:
            yield events
