"""Mends how pymongo waits on Python 3.11: a call that is cancelled twice there could leave the connection pool locked for good.

Before 3.12 asyncio.wait_for runs what it waits for in a task of its own. When a pymongo call that waits for a connection is cancelled while that task
takes the pool's lock again (its caller's deadline, and a moment later the server's own), the call goes and the task keeps the lock that nobody then
releases: every later call to MongoDB waits in vain, until the process ends. Found on an overloaded cluster.
"""

import asyncio
import sys
from collections.abc import Awaitable
from typing import TypeVar

import pymongo.lock

T = TypeVar("T")


def mend() -> None:
    """Let pymongo wait in the task that asks, as asyncio itself does from 3.12 on. To be called before a client is made; twice is the same as once."""
    if sys.version_info < (3, 12):
        pymongo.lock.wait_for = _wait_in_one_task  # type: ignore[attr-defined, assignment]  # the one name through which pymongo waits


async def _wait_in_one_task(awaited: Awaitable[T], seconds: float | None) -> T:
    async with asyncio.timeout(seconds):
        return await awaited
