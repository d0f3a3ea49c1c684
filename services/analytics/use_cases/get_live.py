"""Answer how things stand now."""

from datetime import timedelta

from servicekit.caller import UserCaller
from servicekit.clock import Clock

from services.analytics.ports import Figurebook, Live

# Screens ask every second or two; a workspace is counted at most this often.
KEPT = timedelta(milliseconds=500)


class GetLive:
    """Everybody sees it: it names nobody."""

    def __init__(self, book: Figurebook, clock: Clock) -> None:
        """Nothing is kept for longer than KEPT."""
        self._book = book
        self._clock = clock
        self._kept: dict[str, tuple[float, Live]] = {}

    async def __call__(self, caller: UserCaller) -> Live:
        """UnavailableError while facts cannot be had."""
        now = self._clock.now().timestamp()
        at, live = self._kept.get(caller.workspace_id, (0.0, Live()))
        if now - at < KEPT.total_seconds():
            return live
        live = await self._book.live(caller.workspace_id)
        self._kept[caller.workspace_id] = (now, live)
        return live
