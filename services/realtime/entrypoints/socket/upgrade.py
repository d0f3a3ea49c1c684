"""From uvicorn's HTTP connection to a socket of picows, on the same port (docs/adr/0004)."""

import asyncio
import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from picows import WSAutoPingStrategy, WSListener, WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener
from picows.picows import WSProtocol  # type: ignore[attr-defined]  # its stub leaves the class out
from starlette.requests import cookie_parser

from services.realtime.entrypoints.socket.inbound import MAX_FRAME_BYTES
from services.realtime.metrics import UPGRADES_REFUSED

SOCKET_PATH = b"/api/socket"

# Given the upgrade's cookies, makes what listens to the socket.
MakeListener = Callable[[dict[str, str]], WSListener]


class Door:
    """Decides on upgrades before there is a socket."""

    def __init__(self, public_origin: str, make_listener: MakeListener) -> None:
        """Only pages of the public origin may open a socket: cookies alone do not prove that they did."""
        self._origin = public_origin
        self._make_listener = make_listener
        self.closed = False

    def open(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
        """Return the socket's listener, or the refusal."""
        if request.path.split(b"?")[0] != SOCKET_PATH:
            return _refusal(HTTPStatus.NOT_FOUND, "path")
        if request.headers.getall("Origin", []) != [self._origin]:
            return _refusal(HTTPStatus.FORBIDDEN, "origin")
        if self.closed:
            return _refusal(HTTPStatus.SERVICE_UNAVAILABLE, "draining")
        return self._make_listener(cookie_parser(request.headers.get("Cookie", "")))


def _refusal(status: HTTPStatus, reason: str) -> WSUpgradeResponseWithListener:
    UPGRADES_REFUSED.labels(reason).inc()
    return WSUpgradeResponseWithListener(WSUpgradeResponse.create_error_response(status, b""), None)


def protocol_class(door: Door) -> Callable[..., asyncio.Protocol]:
    """Return what uvicorn's `ws` setting wants: called for each upgrade."""
    return lambda **_given: _Handover(door)


class _Handover(asyncio.Protocol):
    """Takes the upgrade request from uvicorn, feeds it to picows, and gives it the transport on the loop's next turn.

    uvicorn calls connection_made and data_received, then makes this object the transport's protocol; only after that picows can be it.
    """

    def __init__(self, door: Door) -> None:
        self._protocol = WSProtocol(
            None,
            None,
            False,  # the server's side
            door.open,
            _quiet_logger(),
            True,  # an exception in a listener ends its socket
            5,  # seconds for the handshake
            False,  # pings are the gateway's own: they carry the cursor
            0,
            0,
            WSAutoPingStrategy.PING_WHEN_IDLE,
            True,  # a protocol-level ping is answered
            MAX_FRAME_BYTES,
            None,
            4096,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._protocol.connection_made(transport)
        asyncio.get_running_loop().call_soon(self._give, transport)

    def _give(self, transport: Any) -> None:  # noqa: ANN401  # uvloop's and asyncio's transports share no type with set_protocol
        if not transport.is_closing():
            transport.set_protocol(self._protocol)

    def data_received(self, data: bytes) -> None:
        while data:
            buffer = self._protocol.get_buffer(len(data))
            part = data[: len(buffer)]
            buffer[: len(part)] = part
            self._protocol.buffer_updated(len(part))
            data = data[len(part) :]

    def eof_received(self) -> bool:
        return bool(self._protocol.eof_received())

    def connection_lost(self, exc: Exception | None) -> None:
        self._protocol.connection_lost(exc)


def _quiet_logger() -> logging.Logger:
    # picows describes every connection at INFO; the gateway's metrics and its own log say what matters.
    logger = logging.getLogger("picows.server")
    logger.setLevel(logging.CRITICAL)
    return logger
