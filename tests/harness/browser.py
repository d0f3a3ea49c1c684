"""A human agent's browser without a screen: cookies, REST, and the socket with every frame kept."""

import asyncio
import json
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import httpx
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from tests.harness.waiting import PATIENCE_SECONDS, wait_until

Frame = dict[str, Any]
REST_SECONDS = 60.0


class Socket(WSListener):
    """One socket. `frames` has everything that came, in order; `close_code` is set when it ended."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.close_code: int | None = None
        self.is_over = False
        self._transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            content: Frame = json.loads(frame.get_payload_as_utf8_text())
            self.frames.append(content)
            if content["type"] == "ping":
                self.send(type="pong")
        elif frame.msg_type == WSMsgType.CLOSE:
            self.close_code = int.from_bytes(frame.get_payload_as_bytes()[:2], "big")
            transport.disconnect()

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002  # picows calls it so
        self.is_over = True

    def send(self, **content: object) -> None:
        """Send one frame."""
        assert self._transport is not None
        self._transport.send(WSMsgType.TEXT, json.dumps(content).encode())

    def of_type(self, kind: str) -> list[Frame]:
        """Return the frames of one type so far."""
        return [frame for frame in self.frames if frame["type"] == kind]

    async def wait_for(self, kind: str, condition: Callable[[Frame], object] = lambda _: True, deadline_seconds: float = PATIENCE_SECONDS) -> Frame:
        """Return the first frame of a type that meets the condition, come or still to come."""

        def found() -> Frame | None:
            return next((frame for frame in self.of_type(kind) if condition(frame)), None)

        frame = await wait_until(found, deadline_seconds, what=f"a frame {kind!r}; there were {[frame['type'] for frame in self.frames]}")
        assert frame is not None
        return frame

    async def close(self) -> None:
        """End the socket and wait until it is over."""
        if self._transport is not None and not self.is_over:
            self._transport.send_close()
            self._transport.disconnect()
            await wait_until(lambda: self.is_over, what="the socket's end")


class Browser:
    """A browser of one person at one gateway. Logs in at its start as a context manager."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self.url = url
        self._credentials = {"email": email, "password": password}
        self._http = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=REST_SECONDS, trust_env=False)
        self._sockets: list[Socket] = []
        self.account: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        try:
            answer = await self.post("/api/session/login", self._credentials)
        except BaseException:
            # Nobody leaves a context that was not entered.
            await self._http.aclose()
            raise
        self.account = answer["account"]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for socket in self._sockets:
            await socket.close()
        await self._http.aclose()

    async def get(self, path: str, **query: str | int) -> dict[str, Any]:
        """Return the answer; httpx.HTTPStatusError for a refusal."""
        return _content(await self._http.get(path, params=query))

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer; httpx.HTTPStatusError for a refusal."""
        return _content(await self._http.post(path, json=body))

    async def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return the answer; httpx.HTTPStatusError for a refusal."""
        return _content(await self._http.put(path, json=body))

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:  # httpx's own parameters
        """Return the response as it is, refusal or not."""
        return await self._http.request(method, path, **more)

    async def command(self, conversation_id: str, name: str, **body: object) -> dict[str, Any]:
        """Carry out a command (take-over, messages, hand-back, ...) under a new command id and return its outcome."""
        return await self.post(f"/api/conversations/{conversation_id}/{name}", {"command_id": str(uuid.uuid4()), **body})

    async def refusal(self, conversation_id: str, name: str, **body: object) -> tuple[int, str]:
        """Carry out a command that is to be refused; return the HTTP status and the reason."""
        response = await self._http.post(f"/api/conversations/{conversation_id}/{name}", json={"command_id": str(uuid.uuid4()), **body})
        assert response.is_error, response.text
        return response.status_code, str(response.json()["reason"])

    def socket_headers(self) -> dict[str, str]:
        """Return what a browser sends with the upgrade."""
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self._http.cookies.jar)
        return {"Origin": self.url, "Cookie": cookies}

    async def open_socket(self) -> Socket:
        """Open a socket with the cookies and return it when it has said hello."""
        socket = Socket()
        await ws_connect(lambda: socket, self.url.replace("http", "ws", 1) + "/api/socket", extra_headers=self.socket_headers())
        self._sockets.append(socket)
        await socket.wait_for("hello")
        return socket

    async def watch_list(self) -> tuple[Socket, list[dict[str, Any]]]:
        """Join the list as the dashboard does: the rows, then a socket that replays what came after them."""
        socket = await self.open_socket()
        listed = await self.get("/api/conversations")
        socket.send(type="list.subscribe", projected_at=listed["projected_at"])
        return socket, listed["rows"]


def _content(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        msg = f"{response.request.method} {response.request.url}: {response.status_code} {response.text}"
        raise httpx.HTTPStatusError(msg, request=response.request, response=response)
    content: dict[str, Any] = response.json()
    return content


def reason_of(error: httpx.HTTPStatusError) -> str:
    """Return the refusal's stable reason."""
    return str(error.response.json().get("reason", ""))


async def closed(socket: Socket, deadline_seconds: float = PATIENCE_SECONDS) -> int | None:
    """Wait until a socket has been closed from the other side and return the code."""
    await wait_until(lambda: socket.is_over, deadline_seconds, what="the socket's end")
    await asyncio.sleep(0)
    return socket.close_code
