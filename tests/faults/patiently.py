"""REST calls that are tried again while the gateway, or what it needs, does not answer."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeVar

import httpx

from tests.harness.browser import Browser

PATIENCE_SECONDS = 180.0
RETRY_SECONDS = 0.1
# The largest that the gateway gives.
PAGE = 200
Json = dict[str, Any]

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


async def all_rows(browser: Browser) -> tuple[list[Json], str]:
    """Return the whole list, and the projected_at of its first page."""
    rows: list[Json] = []
    projected_at, token = "", ""
    while True:
        page = await patiently(lambda token=token: browser.get("/api/conversations", sort="newest", page_size=PAGE, page_token=token))  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
        rows += page["rows"]
        projected_at = projected_at or page["projected_at"]
        token = page["next_page_token"]
        if not token:
            return rows, projected_at
