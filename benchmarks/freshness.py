"""How old live figures are: from the acknowledgement of a user's wish for a human to the answer that says one more waits, as the page asks for it."""

import asyncio
import time
import uuid

from benchmarks.timing import percentile
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.site import Site

ASKED = 40
# The page's own interval comes on top of what is measured here.
PAGE_SECONDS = 1.5
PATIENCE_SECONDS = 20.0


async def row(site: Site) -> str:
    """Return the table's row."""
    platform = Platform(site.public_targets(), site.demo.api_key, seed=11)
    times: list[float] = []
    async with Browser(site.urls()[0], *site.login("SUPERVISOR")) as browser:
        for _ in range(ASKED):
            started = await platform.start(f"bench-{uuid.uuid4()}")
            await platform.user_says(started.conversation_id, "Is anybody there?")
            before = (await browser.get("/api/analytics/live")).get("waiting", 0)
            await platform.asks_for_a_human(started.conversation_id, started.epoch, "bench")
            times.append(await _until_one_more(browser, before))
    await platform.close()
    times.sort()
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    return f"| live figures behind the log | p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms; the page asks every {PAGE_SECONDS} s |"


async def _until_one_more(browser: Browser, before: int) -> float:
    began = time.perf_counter()
    while (await browser.get("/api/analytics/live")).get("waiting", 0) <= before:
        if time.perf_counter() - began > PATIENCE_SECONDS:
            msg = "the wish for a human never became a figure"
            raise TimeoutError(msg)
        await asyncio.sleep(0.01)
    return time.perf_counter() - began
