"""What a measurement is: how many, how fast, and how long each took."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Call = Callable[[int], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Calls finished per second, and how long single calls took, in milliseconds."""

    count: int
    per_second: float
    p50: float
    p99: float


def percentile(sorted_values: list[float], share: float) -> float:
    """Return the smallest value that at least `share` of the values do not exceed (nearest rank)."""
    return sorted_values[max(0, math.ceil(share * len(sorted_values)) - 1)]


def summary(milliseconds: list[float], seconds: float) -> Measured:
    """Return the figures of single times."""
    ordered = sorted(milliseconds)
    return Measured(len(ordered), len(ordered) / seconds, percentile(ordered, 0.5), percentile(ordered, 0.99))


async def closed_loop(call: Call, callers: int, seconds: float) -> Measured:
    """Let so many callers call one after the other, each with its own number, for so long."""
    times: list[float] = []
    end = time.perf_counter() + seconds

    async def caller(number: int) -> None:
        while (began := time.perf_counter()) < end:
            await call(number)
            times.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(caller(number) for number in range(callers)))
    return summary(times, time.perf_counter() - began)


async def open_loop(call: Call, per_second: float, seconds: float) -> None:
    """Call at a steady rate, whether or not the former calls have ended; return when all have."""
    running: set[asyncio.Task[None]] = set()
    began = time.perf_counter()
    for number in range(int(per_second * seconds)):
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        task = asyncio.ensure_future(call(number))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
