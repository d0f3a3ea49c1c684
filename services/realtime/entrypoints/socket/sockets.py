"""All sockets of this process: who may have one, their writes at the end of each turn, pings, what closes them."""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress

from servicekit.access_tokens import Revocation, RevokedKind
from servicekit.clock import Clock

from services.realtime.domain import server_frames
from services.realtime.domain.close_codes import CloseCode
from services.realtime.domain.liveness import Liveness
from services.realtime.domain.moments import moment_text
from services.realtime.entrypoints.socket.connection import Connection
from services.realtime.metrics import SOCKETS, STALE, UNSENT_BYTES
from services.realtime.use_cases.hub import Hub

PING_SECONDS = 5.0
# Three pings without any frame in return.
MAX_SILENT_SECONDS = 20.0
# A socket lives as long as its session, but proves it anew now and then.
MAX_AGE_SECONDS = 12 * 3600.0
TICK_SECONDS = 1.0
# More frames than these are no person's: what a socket may send in a second, and at most at once.
FRAMES_PER_SECOND = 20
FRAME_BURST = 200
# Between two groups of sockets that a process which ends sends elsewhere.
DRAIN_STEP_SECONDS = 0.1


class Sockets:
    """A socket is here from its upgrade to its end, and counts for its user once admitted."""

    def __init__(self, hub: Hub, liveness: Liveness, clock: Clock, ping_seconds: float = PING_SECONDS) -> None:
        """`ping_seconds` is also told to browsers: no ping for long means that the connection is dead."""
        self.ping_seconds = ping_seconds
        self._hub = hub
        self._liveness = liveness
        self._clock = clock
        self._all: set[Connection] = set()
        self._due: set[Connection] = set()
        self._empty = asyncio.Event()

    def add(self, connection: Connection) -> None:
        """Count a socket in."""
        connection.frame_budget = FRAME_BURST
        self._all.add(connection)
        self._empty.clear()
        SOCKETS.set(len(self._all))

    def remove(self, connection: Connection) -> None:
        """Count a socket out."""
        self._all.discard(connection)
        if not self._all:
            self._empty.set()
        SOCKETS.set(len(self._all))

    def flush_soon(self, connection: Connection) -> None:
        """Write what a socket has at the end of this turn of the loop, once."""
        if not self._due:
            asyncio.get_running_loop().call_soon(self._flush)
        self._due.add(connection)

    def _flush(self) -> None:
        due, self._due = self._due, set()
        for connection in due:
            connection.flush()

    async def run(self) -> None:
        """Ping, watch the topic's liveness and the slow, until cancelled."""
        loop = asyncio.get_running_loop()
        ping_at = loop.time() + self.ping_seconds
        while True:
            await asyncio.sleep(min(TICK_SECONDS, self.ping_seconds))
            self._hub.answer_waiting()
            self._tell_liveness()
            if loop.time() >= ping_at:
                ping_at = loop.time() + self.ping_seconds
                self._ping()
            self._close_overdue(loop.time())

    def _ping(self) -> None:
        """Ping everybody; the cursor is the same for all who were given everything."""
        with_cursor = server_frames.frame("ping", cursor=self._hub.position().encode())
        without = server_frames.frame("ping")
        for connection in self.admitted():
            covered = connection.complete and self._hub.covers(connection)
            connection.send(with_cursor if covered else without)

    def _tell_liveness(self) -> None:
        changed, since = self._liveness.check(self._clock.now()), self._liveness.stale_since
        STALE.set(0 if since is None else 1)
        if not changed:
            return
        word = server_frames.frame("live") if since is None else server_frames.frame("stale", since=moment_text(since))
        for connection in self.admitted():
            connection.send(word)

    def _close_overdue(self, now: float) -> None:
        unsent = 0
        for connection in list(self._all):
            connection.frame_budget = min(FRAME_BURST, connection.frame_budget + FRAMES_PER_SECOND)
            unsent += connection.unsent_bytes
            if connection.overdue(now):
                connection.close(CloseCode.TOO_SLOW)
            elif now - connection.heard_at > MAX_SILENT_SECONDS:
                connection.close(CloseCode.SILENT)
            elif connection.identity is not None and now - connection.admitted_at > MAX_AGE_SECONDS:
                connection.close(CloseCode.AUTHENTICATE_AGAIN)
        UNSENT_BYTES.set(unsent)

    def admitted(self) -> list[Connection]:
        """Return the sockets that are authenticated and open."""
        return [connection for connection in self._all if connection.identity is not None and not connection.closing]

    def revoked(self, revocation: Revocation) -> None:
        """Close what a revocation ends; whose account only changed may come back with a new token."""
        match revocation.kind:
            case RevokedKind.SESSION:
                self._close(CloseCode.SESSION_ENDED, lambda connection: connection.identity is not None and connection.identity.session_id == revocation.id)
            case RevokedKind.ACCOUNT:
                code = CloseCode.SESSION_ENDED if revocation.disabled else CloseCode.AUTHENTICATE_AGAIN
                self._close(code, lambda connection: connection.identity is not None and connection.identity.account_id == revocation.id)
            case RevokedKind.API_KEY:
                pass

    def _close(self, code: CloseCode, concerns: Callable[[Connection], bool]) -> None:
        for connection in [each for each in self._all if concerns(each)]:
            connection.close(code)

    async def drain(self, seconds: float) -> None:
        """Send everybody elsewhere, spread over the first half of the time so that they do not all arrive there at once; then wait until they are gone."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while (staying := [each for each in self._all if not each.closing]) and (left := began + seconds / 2 - loop.time()) > 0:
            share = math.ceil(len(staying) * DRAIN_STEP_SECONDS / max(left, DRAIN_STEP_SECONDS))
            for connection in staying[:share]:
                connection.close(CloseCode.MOVING)
            await asyncio.sleep(DRAIN_STEP_SECONDS)
        self._close(CloseCode.MOVING, lambda _: True)
        if self._all:
            with suppress(TimeoutError):
                async with asyncio.timeout(began + seconds - loop.time()):
                    await self._empty.wait()
