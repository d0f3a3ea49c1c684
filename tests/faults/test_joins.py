"""Joining the list while conversations start every few milliseconds: what the browser holds is what the list is."""

import asyncio
import os
import time
import uuid
from contextlib import AsyncExitStack
from pathlib import Path

from tests.faults.agreement import shown
from tests.faults.patiently import Json
from tests.harness.browser import Browser, Socket
from tests.harness.callers import Platform
from tests.harness.site import open_site
from tests.harness.waiting import wait_until

JOINS = int(os.environ.get("FAULT_JOINS", "500"))
PEOPLE = ("AGENT1", "AGENT2", "AGENT3", "SUPERVISOR")
STARTERS = 8
PAUSE_SECONDS = 0.005
PAGE = 50


class Traffic:
    """Conversations that start, each with a question, as fast as some starters with a short pause do it."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._tasks = [asyncio.create_task(self._start()) for _ in range(STARTERS)]
        self.started = 0

    async def _start(self) -> None:
        while True:
            answer = await self._platform.start(f"join-{uuid.uuid4()}")
            assert not answer.refusal
            self.started += 1
            await self._platform.user_says(answer.conversation_id, "Good evening.")
            await asyncio.sleep(PAUSE_SECONDS)  # leaves the machine's cores to those who are tested

    async def end(self) -> None:
        """Stop; a starter that failed is raised."""
        failed = [task for task in self._tasks if task.done()]
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for task in failed:
            task.result()


class Joined:
    """The rows of one who joined: a page, and the patches that came after it."""

    def __init__(self, socket: Socket, page: list[Json]) -> None:
        self._socket = socket
        self._taken = 0
        self.rows = {row["conversation_id"]: row for row in page}

    def reaches(self, rows: list[Json]) -> bool:
        """Take in what has come; whether each of these rows is here, as new or newer."""
        for frame in self._socket.frames[self._taken :]:
            self._taken += 1
            assert frame["type"] != "resync", frame
            if frame["type"] == "row":
                self._patch(frame["patch"])
        return all(self.rows.get(row["conversation_id"], {"seq": 0})["seq"] >= row["seq"] for row in rows)

    def _patch(self, patch: Json) -> None:
        old = self.rows.get(patch["conversation_id"])
        if (old is None and "started_at" in patch) or (old is not None and old["seq"] < patch["seq"]):
            self.rows[patch["conversation_id"]] = {name: value for name, value in {**(old or {}), **patch}.items() if value is not None}


async def _page(browser: Browser) -> Json:
    return await browser.get("/api/conversations", sort="newest", page_size=PAGE)


async def _join(browser: Browser) -> int:
    """Join as the dashboard does, fetch the list anew, and return how many rows were compared."""
    socket = await browser.open_socket()
    page = await _page(browser)
    socket.send(type="list.subscribe", projected_at=page["projected_at"])
    joined = Joined(socket, page["rows"])
    again: list[Json] = (await _page(browser))["rows"]
    await wait_until(lambda: joined.reaches(again), 60, what="every row of the list fetched anew", interval_seconds=0.05)
    await socket.close()
    # One that is newer here than there was patched after the list was fetched anew.
    same = [(joined.rows[row["conversation_id"]], row) for row in again if joined.rows[row["conversation_id"]]["seq"] == row["seq"]]
    assert [shown(mine) for mine, _ in same] == [shown(theirs) for _, theirs in same]
    return len(same)


async def test_whoever_joins_while_conversations_start_misses_none(tmp_path: Path, measured: dict[str, str]) -> None:
    with open_site(tmp_path) as site:
        async with AsyncExitStack() as stack:
            platform = Platform(site.public_targets(), site.demo.api_key, seed=1)
            stack.push_async_callback(platform.close)
            browsers = [await stack.enter_async_context(Browser(site.urls()[0], *site.login(who))) for who in PEOPLE]
            began = time.monotonic()
            traffic = Traffic(platform)
            await wait_until(lambda: traffic.started >= PAGE, 60, what="a page of conversations")

            async def joins(browser: Browser) -> int:
                return sum([await _join(browser) for _ in range(JOINS // len(PEOPLE))])

            compared = sum(await asyncio.gather(*(joins(browser) for browser in browsers)))
            seconds = time.monotonic() - began
            await traffic.end()
    # Joins were among starts, and most of what was fetched anew was compared.
    assert traffic.started > JOINS // 10
    assert compared > JOINS * PAGE // 2
    measured["joins"] = str(JOINS)
    measured["a conversation started every"] = f"{seconds / traffic.started * 1000:.0f} ms"
    measured["rows compared"] = str(compared)
