"""What a process remembers of the topic: everything in order, and never more in one stream's hands than a little."""

from services.conversation.adapters.topic_memory import MOST_AT_ONCE, TopicMemory
from services.conversation.domain.cursor import Cursor
from services.conversation.ports.watching import Entry


def entry(partition: int, offset: int) -> Entry:
    return Entry(partition, offset, "ws-1", "platform-1", "bot-1", None)


def test_a_stream_takes_a_little_at_a_time_and_misses_nothing() -> None:
    memory = TopicMemory("topic", [0, 0])
    for offset in range(1_000):
        memory.add(0, offset, entry(0, offset))
        # Most of the other partition concerns nobody.
        memory.add(1, offset, entry(1, offset) if offset % 97 == 0 else None)
    cursor, seen = Cursor("topic", (0, 0)), []
    while cursor != memory.cursor:
        taken = memory.take(cursor)
        assert taken is not None
        assert len(taken.entries) <= 2 * MOST_AT_ONCE
        seen += [(each.partition, each.offset) for each in taken.entries]
        cursor = taken.cursor
    assert sorted(seen) == [(0, offset) for offset in range(1_000)] + [(1, offset) for offset in range(0, 1_000, 97)]
    assert memory.take(cursor) == memory.take(memory.cursor)


def test_a_consumer_that_is_ahead_of_this_reader_does_not_go_back() -> None:
    memory = TopicMemory("topic", [5])
    taken = memory.take(Cursor("topic", (9,)))
    assert taken is not None
    assert (taken.entries, taken.cursor.offsets) == ([], (9,))
