"""The life of a process: start its parts in order, run until SIGTERM or SIGINT or until a part fails, stop them in reverse."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import uvloop

from servicekit.logs import get_logger

logger = get_logger(__name__)

CANCEL_AGAIN_SECONDS = 2.0

Main = Callable[["Lifecycle"], Awaitable[None]]


class Lifecycle:
    """What a bootstrap hangs its parts on."""

    def __init__(self) -> None:
        """Begin with nothing started."""
        self.stack = AsyncExitStack()
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.failed = False

    def request_stop(self) -> None:
        """Ask the process to end gracefully."""
        self._stop.set()

    def run_background(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run a part for the life of the process: its end by an error ends the process; it is cancelled at its turn on stop."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        self.stack.push_async_callback(_cancel, task)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            logger.error("a part of the process failed", part=task.get_name(), exc_info=task.exception())
            self.failed = True
            self._stop.set()

    async def wait_for_stop(self) -> None:
        """Return when the process is to end."""
        await self._stop.wait()


async def _cancel(task: asyncio.Task[Any]) -> None:
    # Again and again: a driver that is just connecting may take a cancellation for a lost connection, and its caller tries once more.
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_SECONDS)


async def _live(main: Main) -> int:
    lifecycle = Lifecycle()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, lifecycle.request_stop)
    async with lifecycle.stack:
        await main(lifecycle)
        logger.info("started")
        await lifecycle.wait_for_stop()
        logger.info("stopping")
    logger.info("stopped")
    return 1 if lifecycle.failed else 0


def run(main: Main) -> None:
    """Run `main` (which starts everything and returns) and live until told to stop; exits with 1 if a part failed."""
    sys.exit(uvloop.run(_live(main)))
