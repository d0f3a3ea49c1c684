"""Waiting for something to become true, instead of sleeping and hoping."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar, overload

T = TypeVar("T")
# Who waits for nothing in particular to be fast is patient: a busy machine may stand still for seconds.
PATIENCE_SECONDS = 60.0


@overload
async def wait_until(
    condition: Callable[[], Awaitable[T]], deadline_seconds: float = PATIENCE_SECONDS, *, what: str = "", interval_seconds: float = 0.02
) -> T: ...


@overload
async def wait_until(condition: Callable[[], T], deadline_seconds: float = PATIENCE_SECONDS, *, what: str = "", interval_seconds: float = 0.02) -> T: ...


async def wait_until(
    condition: Callable[[], T | Awaitable[T]], deadline_seconds: float = PATIENCE_SECONDS, *, what: str = "", interval_seconds: float = 0.02
) -> T:
    """Return what the condition answers as soon as that is true; TimeoutError with `what` and the last answer after the deadline."""
    end = time.monotonic() + deadline_seconds
    while True:
        answer = condition()
        result: T = await answer if inspect.isawaitable(answer) else answer
        if result:
            return result
        if time.monotonic() > end:
            msg = f"not true after {deadline_seconds} s: {what or condition}; the last answer was {result!r}"
            raise TimeoutError(msg)
        await asyncio.sleep(interval_seconds)
