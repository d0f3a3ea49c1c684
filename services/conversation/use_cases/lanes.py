"""One lane per conversation: in a process at most one command of a conversation is being decided and appended (rule 1)."""

import asyncio
from collections import deque
from contextlib import suppress


class Lanes:
    """First come, first served; a lane costs nothing while nobody is in it."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}

    async def enter(self, conversation_id: str) -> None:
        """Wait for one's turn; every entry is followed by a `leave`."""
        queue = self._waiting.get(conversation_id)
        if queue is None:
            self._waiting[conversation_id] = deque()
            return
        turn = asyncio.get_running_loop().create_future()
        queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with suppress(ValueError):  # passed over already by who left in this very moment
                    queue.remove(turn)
            else:
                # The turn came in the same moment: it passes to the next.
                self.leave(conversation_id)
            raise

    def leave(self, conversation_id: str) -> None:
        """Let the next one in."""
        queue = self._waiting[conversation_id]
        while queue:
            turn = queue.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[conversation_id]
