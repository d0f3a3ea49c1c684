"""A browser's side of the socket, on picows' client."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

Frame = dict[str, Any]
PATIENCE_SECONDS = 60.0


class Browser(WSListener):
    """Collects frames; `close_code` is what the server said at the end (1006: nothing)."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.close_code: int | None = None
        self.transport: WSTransport | None = None
        self._news = asyncio.Event()

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.CLOSE:
            self.close_code = int.from_bytes(frame.get_payload_as_bytes()[:2], "big")
            transport.disconnect()
        elif frame.msg_type == WSMsgType.TEXT:
            self.frames.append(json.loads(frame.get_payload_as_bytes()))
        self._news.set()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        del transport
        if self.close_code is None:
            self.close_code = 1006
        self._news.set()

    def send(self, kind: str, **fields: object) -> None:
        self.send_raw(json.dumps({"type": kind, **fields}).encode())

    def send_raw(self, payload: bytes) -> None:
        assert self.transport is not None
        self.transport.send(WSMsgType.TEXT, payload)

    def leave(self) -> None:
        assert self.transport is not None
        self.transport.disconnect()

    async def gone(self) -> None:
        """Be closed, whatever is still under way."""
        assert self.transport is not None
        self.transport.disconnect(graceful=False)
        await self.transport.wait_disconnected()

    def of(self, kind: str) -> list[Frame]:
        return [frame for frame in self.frames if frame["type"] == kind]

    async def until(self, condition: Callable[[], bool], what: str) -> None:
        """Wait for a condition over what has come, with a deadline."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{what} did not come; there is {self.frames[-5:]}, closed with {self.close_code}") from None

    async def next_of(self, kind: str, number: int = 1) -> Frame:
        """Return the nth frame of a type."""
        await self.until(lambda: len(self.of(kind)) >= number, kind)
        return self.of(kind)[number - 1]

    async def closed(self) -> int:
        """Return the close code."""
        await self.until(lambda: self.close_code is not None, "the end")
        assert self.close_code is not None
        return self.close_code


async def connect(port: int, *, origin: str, cookie: str = "") -> Browser:
    """Open a socket as a page of `origin` does."""
    headers = {"Origin": origin, **({"Cookie": cookie} if cookie else {})}
    _, listener = await ws_connect(Browser, f"ws://127.0.0.1:{port}/api/socket", extra_headers=headers)
    assert isinstance(listener, Browser)
    return listener
