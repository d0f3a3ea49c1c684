"""Ring, cursor and hub: whatever is cut and resumed, exactly what was missed comes, in order, or a word that something is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.realtime.domain import server_frames
from services.realtime.domain.cursor import BadCursorError, Cursor
from services.realtime.domain.frames import payload_of, text_frame
from services.realtime.domain.ring import Reach, Ring, RingRecord
from services.realtime.use_cases.hub import Hub

PARTITIONS = 3
WORKSPACE = "w"


def record(partition: int, offset: int, conversation: str, seq: int, cluster_time: int) -> RingRecord:
    patch = {"conversation_id": conversation, "seq": seq}
    return RingRecord(
        partition=partition,
        offset=offset,
        cluster_time=cluster_time,
        workspace_id=WORKSPACE,
        conversation_id=conversation,
        seq=seq,
        epoch=1,
        ai_may_speak=True,
        event_frame=server_frames.frame("event", event={**patch, "type": "x"}),
        row_frame=server_frames.row(patch),
    )


@dataclass
class Topic:
    """The topic as it is: offsets without holes, conversations bound to partitions, cluster time that rises."""

    cluster_time: int = 0
    log: list[RingRecord | tuple[int, int, int]] = field(default_factory=list)
    next_offset: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(PARTITIONS), 0))
    seqs: dict[str, int] = field(default_factory=dict)

    def event(self, conversation: int) -> RingRecord:
        name = f"c{conversation}"
        self.cluster_time += 1
        self.seqs[name] = self.seqs.get(name, 0) + 1
        made = record(conversation % PARTITIONS, self._offset(conversation % PARTITIONS), name, self.seqs[name], self.cluster_time)
        self.log.append(made)
        return made

    def heartbeat(self, partition: int) -> tuple[int, int, int]:
        made = (partition, self._offset(partition), self.cluster_time)
        self.log.append(made)
        return made

    def _offset(self, partition: int) -> int:
        offset = self.next_offset[partition]
        self.next_offset[partition] = offset + 1
        return offset


def take(ring: Ring, entry: RingRecord | tuple[int, int, int]) -> None:
    if isinstance(entry, RingRecord):
        ring.append(entry)
    else:
        ring.pass_over(entry[0], entry[2])


def new_ring(max_records: int = 10) -> Ring:
    ring = Ring(max_records, 1 << 30)
    ring.begin("t", dict.fromkeys(range(PARTITIONS), 0))
    return ring


steps = st.lists(
    st.one_of(
        st.tuples(st.just("event"), st.integers(0, 5)),
        st.tuples(st.just("heartbeat"), st.integers(0, PARTITIONS - 1)),
        st.tuples(st.just("cut"), st.just(0)),
    ),
    max_size=80,
)


@given(steps, st.integers(1, 20))
def test_a_cursor_cut_anywhere_gives_exactly_what_came_after_it_or_is_too_old(work: Sequence[tuple[str, int]], max_records: int) -> None:
    topic, ring = Topic(), new_ring(max_records)
    cuts: list[tuple[Cursor, int]] = []
    for kind, number in work:
        if kind == "event":
            take(ring, topic.event(number))
        elif kind == "heartbeat":
            take(ring, topic.heartbeat(number))
        else:
            cuts.append((Cursor.decode(ring.position().encode()), len(topic.log)))
    for cursor, place in cuts:
        missed = [entry for entry in topic.log[place:] if isinstance(entry, RingRecord)]
        match ring.reach(cursor):
            case Reach.WITHIN:
                assert list(ring.since(cursor)) == missed
            case reach:
                assert reach is Reach.TOO_OLD
                assert len(missed) > max_records


@given(steps, st.integers(1, 20), st.integers(0, 80))
def test_a_snapshot_of_any_cluster_time_is_completed_or_refused(work: Sequence[tuple[str, int]], max_records: int, projected_at: int) -> None:
    topic, ring = Topic(), new_ring(max_records)
    for kind, number in work:
        if kind == "event":
            take(ring, topic.event(number))
        elif kind == "heartbeat":
            take(ring, topic.heartbeat(number))
    newer = [entry for entry in topic.log if isinstance(entry, RingRecord) and entry.cluster_time > projected_at]
    if ring.reaches_time(projected_at):
        assert list(ring.since_time(projected_at)) == newer
    else:
        assert list(ring.since_time(projected_at)) != newer


@given(steps, st.integers(0, 80), st.integers(0, 80))
def test_a_ring_filled_from_the_middle_never_claims_what_it_did_not_read(work: Sequence[tuple[str, int]], start: int, projected_at: int) -> None:
    topic = Topic()
    for kind, number in work:
        if kind == "event":
            topic.event(number)
        elif kind == "heartbeat":
            topic.heartbeat(number)
    ring = Ring(1000, 1 << 30)
    read = topic.log[start:]
    starts = dict(topic.next_offset)
    for entry in reversed(read):
        partition, offset = (entry.partition, entry.offset) if isinstance(entry, RingRecord) else (entry[0], entry[1])
        starts[partition] = offset
    ring.begin("t", starts)
    for entry in read:
        take(ring, entry)
    newer = [entry for entry in topic.log if isinstance(entry, RingRecord) and entry.cluster_time > projected_at]
    if ring.reaches_time(projected_at):
        assert list(ring.since_time(projected_at)) == newer


@dataclass(eq=False)
class Screen:
    """A socket that remembers what it was told."""

    workspace_id: str = WORKSPACE
    complete: bool = True
    told: bytes = b""

    def send(self, frames: bytes) -> None:
        self.told += frames

    def send_rows(self, frames: bytes, records: Sequence[RingRecord]) -> None:
        del records
        self.told += frames

    def send_fleeting(self, frame: bytes) -> None:
        self.told += frame

    def frames(self) -> list[dict[str, object]]:
        found, rest = [], self.told
        while rest:
            size, head = (rest[1], 2) if rest[1] < 126 else (int.from_bytes(rest[2:4], "big"), 4)
            found.append(orjson.loads(rest[head : head + size]))
            rest = rest[head + size :]
        return found


def gateway_of(max_records: int) -> Hub:
    hub = Hub(Ring(max_records, 1 << 30), lambda: 0.0, lambda _kind, _answer: None)
    hub.begin("t", dict.fromkeys(range(PARTITIONS), 0))
    hub.filled()
    return hub


@dataclass
class Reader:
    """A browser with one conversation open: it demands every seq once and in order, and reloads when it is told to."""

    topic: Topic
    hub: Hub
    screen: Screen = field(default_factory=Screen)
    cursor: str = ""
    seen: int = 0

    def look(self) -> bool:
        """Take in what the screen was told; false when that is to reload."""
        frames = self.screen.frames()
        self.screen.told = b""
        for frame in frames:
            if frame["type"] == "event":
                assert frame["event"] == {"conversation_id": "c1", "seq": self.seen + 1, "type": "x"}
                self.seen += 1
        self.cursor = self.hub.position().encode()
        return all(frame["type"] != "resync" for frame in frames)

    def leave(self) -> None:
        assert self.look()
        self.hub.remove(self.screen, ["c1"])

    def come_back(self, hub: Hub) -> None:
        self.hub, self.screen = hub, Screen()
        hub.resume(self.screen, Cursor.decode(self.cursor), ["c1"], with_list=False)
        if not self.look():
            # The browser fetches by REST what is true now, and subscribes anew.
            self.seen = self.topic.seqs.get("c1", 0)
            hub.open_panel(self.screen, "c1", self.seen)
            assert self.look()


@given(st.lists(st.tuples(st.sampled_from(["event", "leave", "return"]), st.integers(0, 3)), max_size=60), st.integers(2, 12))
def test_a_panel_that_comes_and_goes_between_two_gateways_sees_every_event_once_and_in_order(work: Sequence[tuple[str, int]], max_records: int) -> None:
    hubs = [gateway_of(max_records), gateway_of(max_records)]
    topic = Topic()
    reader = Reader(topic, hubs[0])
    hubs[0].open_panel(reader.screen, "c1", 0)
    present = True
    for kind, number in work:
        if kind == "event":
            made = topic.event(number)
            for hub in hubs:
                hub.deliver(hub.take_in([made]))
        elif kind == "leave" and present:
            reader.leave()
            present = False
        elif kind == "return" and not present:
            reader.come_back(hubs[number % 2])
            present = True
    if present:
        assert reader.look()
        assert reader.seen == topic.seqs.get("c1", 0)


@pytest.mark.parametrize("text", ["", "%", "AA", "bnVsbA", "e30", "eyJ0IjoxLCJvIjpbMV19", "eyJ0IjoidCIsIm8iOlstMV19", "x" * 9000])
def test_what_is_not_a_cursor_is_refused(text: str) -> None:
    with pytest.raises(BadCursorError):
        Cursor.decode(text)


@given(st.text(max_size=40), st.lists(st.integers(0, 2**63), max_size=30))
def test_a_cursor_survives_its_text(topic_id: str, offsets: list[int]) -> None:
    cursor = Cursor(topic_id, tuple(offsets))
    assert Cursor.decode(cursor.encode()) == cursor


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 100_000])
def test_a_frame_of_any_size_can_be_read_back(size: int) -> None:
    payload = b"x" * size
    assert payload_of(text_frame(payload)) == payload


def test_the_ring_is_bounded_by_bytes_too() -> None:
    ring = Ring(1_000_000, 2_000)
    ring.begin("t", {0: 0})
    for offset in range(1_000):
        ring.append(record(0, offset, f"c{offset}", 1, offset + 1))
        assert ring.bytes <= 2_000
    assert ring.newest("c0") is None


def test_a_repeated_event_is_not_told_again_but_its_offset_counts() -> None:
    ring = new_ring()
    assert ring.append(record(0, 0, "c", 1, 1))
    assert not ring.append(record(0, 1, "c", 1, 2))
    assert ring.position().offsets == (2, 0, 0)


def test_an_offset_that_was_jumped_over_is_noticed() -> None:
    ring = new_ring()
    assert ring.fits(0, 0)
    assert not ring.fits(0, 1)
    assert not ring.fits(7, 0)
