"""The newest records of the event topic, bounded, so that a browser that was away gets exactly what it missed, or is told to reload."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from services.realtime.domain.cursor import Cursor

# Nothing is known of what lies before: no snapshot is new enough.
_NEVER = 1 << 64


@dataclass(frozen=True, slots=True)
class RingRecord:
    """One event, encoded once for everybody. Frames are complete (domain/frames.py); cluster_time is seconds << 32 | increment."""

    partition: int
    offset: int
    cluster_time: int
    workspace_id: str
    conversation_id: str
    seq: int
    epoch: int
    ai_may_speak: bool
    event_frame: bytes = field(repr=False)
    row_frame: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes of its frames."""
        return len(self.event_frame) + len(self.row_frame)


class Reach(Enum):
    """How a position lies to the ring."""

    WITHIN = "ok"
    TOO_OLD = "too_old"
    OTHER_TOPIC = "other_topic"
    BEYOND = "beyond_end"


@dataclass(slots=True)
class _Partition:
    """`first` is the offset from which on nothing is missing, `next` the one to come; `floor` the newest cluster time that is missing."""

    first: int
    next: int
    floor: int


class Ring:
    """Bounded by records and by bytes. Offsets of a partition come without holes; those without an event (heartbeats) count too."""

    def __init__(self, max_records: int, max_bytes: int) -> None:
        """Begin without a topic; see `begin`."""
        self._max_records = max_records
        self._max_bytes = max_bytes
        self._records: deque[RingRecord] = deque()
        self._of_conversation: dict[str, deque[RingRecord]] = {}
        self._partitions: dict[int, _Partition] = {}
        self.topic_id = ""
        self.bytes = 0

    def __len__(self) -> int:
        """Return the number of records."""
        return len(self._records)

    def begin(self, topic_id: str, starts: dict[int, int]) -> None:
        """Start with a topic whose partitions will be read from these offsets on; forgets everything before."""
        self._records.clear()
        self._of_conversation.clear()
        self.bytes = 0
        self.topic_id = topic_id
        # Offset 0 is the topic's very beginning: nothing is missing. Else the first record says from when on all is here.
        self._partitions = {number: _Partition(start, start, 0 if start == 0 else _NEVER) for number, start in sorted(starts.items())}

    def position(self) -> Cursor:
        """Return the cursor of one who has everything."""
        return Cursor(self.topic_id, tuple(part.next for part in self._partitions.values()))

    def fits(self, partition: int, offset: int) -> bool:
        """Tell whether this offset is the next one; if not, something was lost between and `begin` is due."""
        part = self._partitions.get(partition)
        return part is not None and part.next == offset

    def pass_over(self, partition: int, cluster_time: int) -> None:
        """Take in an offset that holds no event for browsers; nothing before it exceeds `cluster_time` (0: that is not known)."""
        part = self._partitions[partition]
        part.next += 1
        if part.floor == _NEVER and cluster_time:
            part.floor = cluster_time

    def append(self, record: RingRecord) -> bool:
        """Take in the next record. False for a repeat of an event that is here already: it is not to be delivered again."""
        self.pass_over(record.partition, record.cluster_time)
        known = self._of_conversation.get(record.conversation_id)
        if known is not None and known[-1].seq >= record.seq:
            return False
        if known is None:
            known = self._of_conversation[record.conversation_id] = deque()
        known.append(record)
        self._records.append(record)
        self.bytes += record.size
        while len(self._records) > self._max_records or self.bytes > self._max_bytes:
            self._evict()
        return True

    def _evict(self) -> None:
        record = self._records.popleft()
        self.bytes -= record.size
        known = self._of_conversation[record.conversation_id]
        known.popleft()
        if not known:
            del self._of_conversation[record.conversation_id]
        part = self._partitions[record.partition]
        part.first = record.offset + 1
        part.floor = max(part.floor, record.cluster_time)

    def newest(self, conversation_id: str) -> RingRecord | None:
        """Return a conversation's newest record, if it is here."""
        known = self._of_conversation.get(conversation_id)
        return known[-1] if known else None

    def of_conversation(self, conversation_id: str, after_seq: int) -> Iterator[RingRecord]:
        """Yield what is here of a conversation after a seq; the reader sees from the seqs whether something is missing."""
        return (record for record in self._of_conversation.get(conversation_id, ()) if record.seq > after_seq)

    def reaches_time(self, cluster_time: int) -> bool:
        """Tell whether every record newer than a cluster time is here, or still to come."""
        return bool(self._partitions) and all(part.floor <= cluster_time for part in self._partitions.values())

    def since_time(self, cluster_time: int) -> Iterator[RingRecord]:
        """Yield every record newer than a cluster time, in order."""
        return (record for record in self._records if record.cluster_time > cluster_time)

    def reach(self, cursor: Cursor) -> Reach:
        """Tell how a cursor lies to what is here."""
        parts: Sequence[_Partition] = list(self._partitions.values())
        if cursor.topic_id != self.topic_id or len(cursor.offsets) != len(parts):
            return Reach.OTHER_TOPIC
        pairs = list(zip(cursor.offsets, parts, strict=True))
        if any(offset < part.first for offset, part in pairs):
            return Reach.TOO_OLD
        return Reach.BEYOND if any(offset > part.next for offset, part in pairs) else Reach.WITHIN

    def since(self, cursor: Cursor) -> Iterator[RingRecord]:
        """Yield every record from a cursor on, in order; only for one that is within reach."""
        wanted = dict(zip(self._partitions, cursor.offsets, strict=True))
        return (record for record in self._records if record.offset >= wanted[record.partition])
