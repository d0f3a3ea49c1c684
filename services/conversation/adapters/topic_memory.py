"""What the process remembers of the event topic: the newest entries of each partition, within a bound."""

from bisect import bisect_left
from collections.abc import Sequence

from services.conversation.domain.cursor import Cursor
from services.conversation.ports.watching import Entry, Taken

# Entries that concern platforms, per partition; who is further behind reads the topic itself.
REMEMBERED = 5_000
# Entries of one partition that a stream takes at a time.
MOST_AT_ONCE = 100


class TopicMemory:
    """Complete from `starts` up to `nexts`, which are offsets per partition."""

    def __init__(self, topic_id: str, nexts: Sequence[int], remembered: int = REMEMBERED) -> None:
        """Begin empty, at these offsets."""
        self.topic_id = topic_id
        self.nexts = list(nexts)
        self._starts = list(nexts)
        self._remembered = remembered
        self._entries: list[list[Entry]] = [[] for _ in nexts]

    @property
    def cursor(self) -> Cursor:
        """Where the reader is."""
        return Cursor(self.topic_id, tuple(self.nexts))

    def add(self, partition: int, offset: int, entry: Entry | None) -> None:
        """Take the next record in, with its entry if it concerns a platform."""
        if offset != self.nexts[partition]:
            # The topic no longer had what lay between: nothing before this is complete.
            self._entries[partition].clear()
            self._starts[partition] = offset
        self.nexts[partition] = offset + 1
        entries = self._entries[partition]
        if entry is not None:
            entries.append(entry)
            if len(entries) > 2 * self._remembered:
                self._starts[partition] = entries[self._remembered - 1].offset + 1
                del entries[: self._remembered]

    def reaches(self, cursor: Cursor) -> bool:
        """Tell whether everything from the cursor on is remembered."""
        return all(offset >= start for offset, start in zip(cursor.offsets, self._starts, strict=True))

    def has_news(self, cursor: Cursor) -> bool:
        """Tell whether there is an entry from the cursor on."""
        return any(entries and entries[-1].offset >= offset for entries, offset in zip(self._entries, cursor.offsets, strict=True))

    def take(self, cursor: Cursor) -> Taken | None:
        """Return what there is from the cursor on, of each partition so many at most; None when that is no longer remembered.

        A stream that is slow to send holds no more than this of what the memory itself has let go meanwhile.
        """
        if not self.reaches(cursor):
            return None
        found: list[Entry] = []
        position = []
        for entries, offset, read_up_to in zip(self._entries, cursor.offsets, self.nexts, strict=True):
            begin = bisect_left(entries, offset, key=_offset) if entries and entries[-1].offset >= offset else len(entries)
            some = entries[begin : begin + MOST_AT_ONCE]
            found.extend(some)
            # A consumer may be ahead of this reader when it comes from another replica.
            position.append(some[-1].offset + 1 if begin + len(some) < len(entries) else max(read_up_to, offset))
        return Taken(found, Cursor(self.topic_id, tuple(position)))


def _offset(entry: Entry) -> int:
    return entry.offset
