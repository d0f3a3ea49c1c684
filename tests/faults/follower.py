"""A browser that stays: it keeps the list and its open conversations as the dashboard does, over as many sockets as it takes."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from picows import WSError, WSFrame, WSTransport, ws_connect

from tests.faults.patiently import PAGE, Json, all_rows, patiently
from tests.harness.browser import Browser, Frame, Socket
from tests.harness.waiting import wait_until

# As the dashboard: half a second and more, so that a restart is not met by everyone at once; here shorter, to be cut more often.
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.1, 2.0
# Two and a half heartbeats without a frame: the connection is dead even if nobody noticed.
SILENT_SECONDS = 12.5


@dataclass(frozen=True, slots=True)
class Door:
    """A way into a gateway: its public URL, which is the origin, and the port that leads to it."""

    url: str
    port: int
    host: str = "127.0.0.1"

    @classmethod
    def of(cls, url: str) -> Self:
        """Return the straight way."""
        host, port = url.removeprefix("http://").rsplit(":", 1)
        return cls(url, int(port), host)


class Wire(Socket):
    """A socket that says when something came."""

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()
        self.is_connected = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        super().on_ws_connected(transport)
        self.is_connected = True

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        super().on_ws_frame(transport, frame)
        self.news.set()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        super().on_ws_disconnected(transport)
        self.news.set()


class Follower:
    """Follows until the context's end. What it holds is compared with the log and with what the gateway answers then."""

    def __init__(self, browser: Browser, conversation_ids: Iterable[str], doors: Sequence[Door], seed: int = 1, *, with_list: bool = True) -> None:
        """Each socket goes through a door chosen at random."""
        self.browser = browser
        self.rows: dict[str, Json] = {}
        self.chats: dict[str, list[Json]] = {one: [] for one in conversation_ids}
        # time.monotonic() at which each event of an open conversation came.
        self.came_at: dict[tuple[str, int], float] = {}
        # What sockets were told of the topic: whether it is stale.
        self.told: list[str] = []
        self.is_stale = False
        # How often: sockets, lost, resync, hole, repeated.
        self.counts: Counter[str] = Counter()
        self._doors = doors
        self._chance = random.Random(seed)  # which door, how long a pause
        self._cursor: str | None = None
        self._with_list = with_list
        self._subscribed = False
        # What this socket asked for and was not answered yet ("list" or a conversation's id): until then a cursor would claim too much.
        self._asked: set[str] = set()

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def check(self) -> None:
        """Raise what ended the following, if something did."""
        if self._task.done():
            self._task.result()

    async def joined(self) -> None:
        """Wait until the list and every conversation have been answered."""
        await wait_until(lambda: self._subscribed and not self._asked and all(self.chats.values()), 60, what="a browser joins")

    async def hears(self, *, stale: bool, deadline_seconds: float = 90) -> float:
        """Wait until its socket is told that what it shows is stale, or live; return the seconds waited."""
        began = time.monotonic()
        await wait_until(lambda: self.is_stale is stale, deadline_seconds, what=f"a browser is told stale={stale}: {self.told}")
        return time.monotonic() - began

    def last_seq(self, conversation_id: str) -> int:
        """Return the newest seq it holds without a hole before it."""
        chat = self.chats[conversation_id]
        return int(chat[-1]["seq"]) if chat else 0

    async def _follow(self) -> None:
        attempt = 0
        while True:
            wire = Wire()
            try:
                await self._connect(wire)
                if await self._live(wire):
                    attempt = 0
            except (OSError, TimeoutError, WSError):
                self.counts["refused"] += 1
            finally:
                await wire.close()
            pause = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**attempt)
            attempt += 1
            await asyncio.sleep(pause * (0.5 + self._chance.random() / 2))  # the dashboard's own pause between sockets

    async def _connect(self, wire: Wire) -> None:
        door = self._chance.choice(self._doors)
        headers = {**self.browser.socket_headers(), "Origin": door.url}
        await ws_connect(lambda: wire, f"ws://{door.host}:{door.port}/api/socket", extra_headers=headers)
        if not wire.is_connected:
            # What picows does not say: the connection ended within the handshake.
            raise ConnectionResetError

    async def _live(self, wire: Wire) -> bool:
        """Take frames until the socket is over; whether it said hello."""
        taken = 0
        while True:
            while taken < len(wire.frames):
                await self._take(wire, wire.frames[taken])
                taken += 1
            if wire.is_over:
                self.counts["lost"] += 1
                assert (wire.close_code or 0) < 4500, f"the gateway told us to stop: {wire.close_code}"  # see close_codes
                return taken > 0
            wire.news.clear()
            if taken == len(wire.frames):
                try:
                    async with asyncio.timeout(SILENT_SECONDS):
                        await wire.news.wait()
                except TimeoutError:
                    await wire.close()

    async def _take(self, wire: Wire, frame: Frame) -> None:
        match frame["type"]:
            case "hello":
                self.counts["sockets"] += 1
                self.is_stale = bool(frame.get("stale"))
                await self._begin(wire)
            case "row":
                await self._patch(frame["patch"])
            case "event":
                await self._add(frame["event"])
            case "cursor" | "ping" if not self._asked:
                self._cursor = frame.get("cursor", self._cursor)
            case "subscribed":
                self._asked.discard(frame.get("conversation_id", "list"))
            case "resync":
                self.counts["resync"] += 1
                await self._resync(wire, frame)
            case "stale" | "live":
                self.is_stale = frame["type"] == "stale"
                self.told.append(frame["type"])

    async def _begin(self, wire: Wire) -> None:
        self._asked.clear()
        if self._cursor is not None and self._subscribed:
            self._asked.update([*(["list"] if self._with_list else []), *self.chats])
            _send(wire, type="resume", cursor=self._cursor, list=self._with_list, conversations=list(self.chats))
            return
        if self._with_list:
            await self._join_list(wire)
        self._subscribed = True
        for one in self.chats:
            await self._open(wire, one)

    async def _resync(self, wire: Wire, frame: Frame) -> None:
        if frame["scope"] == "list":
            await self._join_list(wire)
        else:
            await self._open(wire, frame["conversation_id"])

    async def _join_list(self, wire: Wire) -> None:
        rows, projected_at = await all_rows(self.browser)
        for row in rows:
            if row["seq"] >= self.rows.get(row["conversation_id"], row)["seq"]:
                self.rows[row["conversation_id"]] = row
        self._asked.add("list")
        _send(wire, type="list.subscribe", projected_at=projected_at)

    async def _open(self, wire: Wire, conversation_id: str) -> None:
        await self._catch_up(conversation_id)
        self._asked.add(conversation_id)
        _send(wire, type="conversation.open", conversation_id=conversation_id, after_seq=self.last_seq(conversation_id))

    async def _catch_up(self, conversation_id: str) -> None:
        """Fetch what is after the newest seq held."""
        more = True
        while more:
            path, after = f"/api/conversations/{conversation_id}/events", self.last_seq(conversation_id)
            page = await patiently(lambda path=path, after=after: self.browser.get(path, after_seq=after, limit=PAGE))  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
            for event in page["events"]:
                self._append(event)
            more = page["more"]

    async def _patch(self, patch: Json) -> None:
        one = patch["conversation_id"]
        old = self.rows.get(one)
        if old is None and "started_at" not in patch:
            old = await patiently(lambda: self.browser.get(f"/api/conversations/{one}"))
            self.rows[one] = old
        if old is None or patch["seq"] > old["seq"]:
            self.rows[one] = {name: value for name, value in {**(old or {}), **patch}.items() if value is not None}

    async def _add(self, event: Json) -> None:
        one, seq = event["conversation_id"], event["seq"]
        if seq > self.last_seq(one) + 1:
            self.counts["hole"] += 1
            await self._catch_up(one)
        elif seq == self.last_seq(one) + 1:
            self._append(event)
        else:
            self.counts["repeated"] += 1

    def _append(self, event: Json) -> None:
        one, seq = event["conversation_id"], event["seq"]
        if seq == self.last_seq(one) + 1:
            self.chats[one].append(event)
            self.came_at[one, seq] = time.monotonic()


def _send(wire: Wire, **content: object) -> None:
    if not wire.is_over:
        wire.send(**content)
