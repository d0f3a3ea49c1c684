"""REST calls that are tried again while the gateway, or what it needs, does not answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

import httpx

PATIENCE_SECONDS = 180.0
RETRY_SECONDS = 0.1

T = TypeVar("T")


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Return the call's answer; a refusal is raised at once, a failure to answer only after the patience."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await call()
        except httpx.TransportError:
            if time.monotonic() > end:
                raise
        except httpx.HTTPStatusError as error:
            if error.response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR or time.monotonic() > end:
                raise
        await asyncio.sleep(RETRY_SECONDS)  # as a browser does before it asks again
