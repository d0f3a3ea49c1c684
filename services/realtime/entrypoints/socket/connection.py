"""One socket: one reader, one writer, one bound. What its frames mean is in conversing.py."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol, cast

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport
from servicekit.logs import get_logger

from services.realtime.domain.close_codes import CloseCode
from services.realtime.domain.outbox import MAX_UNSENT_BYTES, Outbox
from services.realtime.domain.ring import RingRecord
from services.realtime.entrypoints.socket.identity import Identity
from services.realtime.entrypoints.socket.inbound import MAX_FRAME_BYTES
from services.realtime.metrics import CLOSES, FLEETING_DROPPED

logger = get_logger(__name__)

# Over this much in the transport's buffer a peer counts as slow, until it has taken all but a quarter.
SLOW_BYTES = 64 * 1024
# A peer that stays slow for this long is told to come back.
MAX_SLOW_SECONDS = 15.0
# What a closed socket may still take to receive its close frame.
CLOSING_SECONDS = 5.0


class Handler(Protocol):
    """What is done with a socket's life."""

    def connected(self, connection: "Connection") -> None:
        """The socket is open; nobody is authenticated yet."""
        ...

    def received(self, connection: "Connection", payload: bytes) -> None:
        """A whole message came; ValueError if it is none that is known."""
        ...

    def disconnected(self, connection: "Connection") -> None:
        """The socket is gone."""
        ...


class Connection(WSListener):
    """A picows listener, and the hub's outlet."""

    def __init__(self, handler: Handler, cookies: dict[str, str], soon: Callable[["Connection"], None]) -> None:
        """`soon` asks for `flush` at the end of this turn of the loop."""
        self.cookies = cookies
        self.identity: Identity | None = None
        self.open_conversations: set[str] = set()
        self.heard_at = 0.0
        self.admitted_at = 0.0
        # Frames allowed before a person could not have caused them; refilled by the sockets' tick.
        self.frame_budget = 0
        self.closing = False
        self._handler = handler
        self._soon = soon
        self._loop = asyncio.get_running_loop()
        self._outbox = Outbox()
        self._assembling: bytearray | None = None
        self._slow_since = 0.0
        self._abort: asyncio.TimerHandle | None = None
        self._socket: WSTransport | None = None
        self._transport: asyncio.Transport | None = None

    # ---- the hub's side --------------------------------------------------------------------------------------------

    @property
    def workspace_id(self) -> str:
        """The workspace that this socket is told of."""
        return self.identity.workspace_id if self.identity else ""

    @property
    def complete(self) -> bool:
        """Tell whether a cursor given now covers all that was before it."""
        return self._outbox.complete

    @property
    def unsent_bytes(self) -> int:
        """Bytes that the peer has not taken yet."""
        return self._outbox.waiting_bytes + (self._transport.get_write_buffer_size() if self._transport else 0)

    def send(self, frames: bytes) -> None:
        """Send what must arrive."""
        self._outbox.add(frames)
        self._soon(self)

    def send_rows(self, frames: bytes, records: Sequence[RingRecord]) -> None:
        """Send row patches; while the peer is slow, the newest of each conversation."""
        self._outbox.add_rows(frames, records)
        self._soon(self)

    def send_fleeting(self, frame: bytes) -> None:
        """Send what may be lost."""
        self._outbox.add_fleeting(frame)
        self._soon(self)

    def flush(self) -> None:
        """Write all that is due in one piece; over the bound, close."""
        if self.closing or self._transport is None:
            return
        frames = self._outbox.take()
        if frames:
            self._transport.write(frames)
        if self._transport.get_write_buffer_size() > MAX_UNSENT_BYTES:
            self.close(CloseCode.TOO_SLOW)

    def overdue(self, now: float) -> bool:
        """Tell whether the peer has been slow for too long."""
        return self._outbox.slow and now - self._slow_since > MAX_SLOW_SECONDS

    def close(self, code: CloseCode) -> None:
        """Say why, and end; what cannot be said in time is not."""
        if self.closing or self._socket is None:
            return
        frames = self._outbox.take()
        if frames and code is not CloseCode.TOO_SLOW:
            cast("asyncio.Transport", self._transport).write(frames)
        self.closing = True
        CLOSES.labels(str(int(code))).inc()
        FLEETING_DROPPED.inc(self._outbox.dropped)
        # picows takes any number for a code; its enum names only the standard ones.
        self._socket.send_close(cast("WSCloseCode", int(code)), code.name.lower())
        self._socket.disconnect(graceful=True)
        self._abort = self._loop.call_later(CLOSING_SECONDS, self._socket.disconnect, False)

    # ---- picows' side ----------------------------------------------------------------------------------------------

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Begin."""
        self._socket = transport
        self._transport = transport.underlying_transport
        self._transport.set_write_buffer_limits(high=SLOW_BYTES, low=SLOW_BYTES // 4)
        self.heard_at = self._loop.time()
        self._handler.connected(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Hand whole messages on."""
        self.heard_at = self._loop.time()
        if self.closing:
            return
        try:
            if frame.msg_type == WSMsgType.CLOSE:
                self.closing = True
                transport.send_close(WSCloseCode.OK)
                transport.disconnect()
            elif frame.msg_type in {WSMsgType.TEXT, WSMsgType.CONTINUATION}:
                self._assemble(frame)
            elif frame.msg_type == WSMsgType.BINARY:
                self.close(CloseCode.PROTOCOL_ERROR)
        except ValueError:
            self.close(CloseCode.PROTOCOL_ERROR)
        except Exception:
            logger.exception("a frame could not be handled")
            self.close(CloseCode.FAILED)

    def _assemble(self, frame: WSFrame) -> None:
        """Join a message's fragments; the frame limit holds for the whole message."""
        if frame.msg_type == WSMsgType.TEXT and frame.fin and self._assembling is None:
            self._handler.received(self, frame.get_payload_as_bytes())
            return
        if (frame.msg_type == WSMsgType.TEXT) is not (self._assembling is None):
            raise ValueError("a fragment out of order")
        self._assembling = self._assembling if self._assembling is not None else bytearray()
        self._assembling += frame.get_payload_as_bytes()
        if len(self._assembling) > MAX_FRAME_BYTES:
            raise ValueError("a message that is too large")
        if frame.fin:
            whole, self._assembling = bytes(self._assembling), None
            self._handler.received(self, whole)

    def on_ws_disconnected(self, transport: WSTransport) -> None:  # noqa: ARG002  # picows' signature
        """End."""
        self.closing = True
        if self._abort is not None:
            self._abort.cancel()
        self._handler.disconnected(self)

    def pause_writing(self) -> None:
        """The transport's buffer is over its high mark."""
        self._outbox.slow = True
        self._slow_since = self._loop.time()

    def resume_writing(self) -> None:
        """It is under its low mark again: what was held back goes out."""
        self._outbox.slow = False
        self._soon(self)
