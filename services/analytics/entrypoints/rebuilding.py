"""A rebuild in the background of the service: one at a time in this process, and by its lease in all of them."""

import asyncio
from collections.abc import Callable

from servicekit.errors import PreconditionError, ServiceError
from servicekit.logs import get_logger

from services.analytics.metrics import REBUILDS
from services.analytics.use_cases.rebuild import Rebuild

logger = get_logger(__name__)


class Rebuilding:
    """Begins them, and ends what runs when the process ends."""

    def __init__(self, make: Callable[[], Rebuild]) -> None:
        """`make` gives a new one for each time."""
        self._make = make
        self._running: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """PreconditionError REBUILD_RUNNING where one runs, here or in another process."""
        if self._running is not None and not self._running.done():
            raise PreconditionError("REBUILD_RUNNING", "The figures are being counted again already.")
        rebuild = self._make()
        await rebuild.begin()
        self._running = asyncio.create_task(self._run(rebuild), name="rebuild")

    async def _run(self, rebuild: Rebuild) -> None:
        try:
            logger.info("counted again", events=await rebuild.run())
            REBUILDS.labels("done").inc()
        except ServiceError as error:
            REBUILDS.labels("failed").inc()
            logger.warning("counting again failed; the former count stays", reason=error.reason, error=error.message)

    async def stop(self) -> None:
        """End what runs; the former count stays."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])
