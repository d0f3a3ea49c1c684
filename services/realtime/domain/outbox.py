"""What one socket has still to be given, bounded. Written once per turn of the loop, all of it in one piece."""

from collections.abc import Sequence

from services.realtime.domain.ring import RingRecord
from services.realtime.domain.server_frames import merged_rows

# Unsent bytes over which a socket is closed: a browser that is so far behind is faster by coming back.
MAX_UNSENT_BYTES = 1024 * 1024


class Outbox:
    """While the peer takes nothing (`slow`), rows are merged per conversation, fleeting frames are dropped, and all else waits."""

    def __init__(self) -> None:
        """Begin empty."""
        self._frames: list[bytes] = []
        # Only kept while the peer is slow, merged when it no longer is: others share the records, and a peer is not slow for long.
        self._rows: list[RingRecord] = []
        self._bytes = 0
        self.slow = False
        self.dropped = 0

    @property
    def waiting_bytes(self) -> int:
        """Bytes that wait here."""
        return self._bytes

    @property
    def complete(self) -> bool:
        """Tell whether nothing is held back: only then a cursor covers all that was before it."""
        return not self._rows

    def add(self, frames: bytes) -> None:
        """Add what must arrive."""
        self._frames.append(frames)
        self._bytes += len(frames)

    def add_rows(self, frames: bytes, records: Sequence[RingRecord]) -> None:
        """Add row patches: their frames joined, and the records they came from."""
        if self.slow or self._rows:
            self._rows += records
        else:
            self.add(frames)

    def add_fleeting(self, frame: bytes) -> None:
        """Add what may be lost."""
        if self.slow:
            self.dropped += 1
        else:
            self.add(frame)

    def take(self) -> bytes:
        """Take out what is to be written now."""
        if self._rows and not self.slow:
            for held in merged_rows(self._rows).values():
                self.add(held)
            self._rows = []
        frames, self._frames, self._bytes = self._frames, [], 0
        return frames[0] if len(frames) == 1 else b"".join(frames)
