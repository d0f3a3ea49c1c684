"""The event topic as this process reads it: once, for the warm states, the watch over the invariant, and all Watch streams."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager, suppress

from aiokafka.errors import KafkaError
from baton.conversation.v1 import event_pb2
from google.protobuf.message import DecodeError
from servicekit.errors import ExpiredError, UnavailableError
from servicekit.kafka import Record, TopicReader
from servicekit.kafka_brokers import Servers
from servicekit.logs import get_logger

from services.conversation.adapters.event_from_proto import to_event
from services.conversation.adapters.topic_memory import TopicMemory
from services.conversation.domain.cursor import Cursor
from services.conversation.domain.errors import NotUnderstoodError
from services.conversation.domain.events import Event
from services.conversation.domain.watch_items import item_of
from services.conversation.ports.watching import Entry, Taken, Told

logger = get_logger(__name__)

Listener = Callable[[Event], None]

RETRY_SECONDS = 0.5
# How long a stream that opens waits for a reader that is just starting.
PATIENCE_SECONDS = 5.0


class TopicFeed:
    """Implements the port EventFeed; `run` is its one reader."""

    def __init__(self, servers: Servers, topic: str, listeners: Iterable[Listener] = ()) -> None:
        """`listeners` are called with every event, in order per conversation, repeats included."""
        self._servers = servers
        self._topic = topic
        self._listeners = tuple(listeners)
        self._memory: TopicMemory | None = None
        self._connected = False
        # Set, and replaced by a new one, whenever something came that concerns a platform.
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Read for the life of the process; while Kafka is away try again, and go on where it was."""
        while True:
            try:
                await self._read()
            except (KafkaError, OSError) as error:
                logger.warning("the event topic cannot be read, trying again", error=type(error).__name__)
            self._connected = False
            await asyncio.sleep(RETRY_SECONDS)

    async def _read(self) -> None:
        async with _started(TopicReader(self._servers, self._topic, "conversation-feed")) as reader:
            memory = self._memory
            topic_id, bounds = await reader.topic_id(), await reader.bounds()
            if memory is None or memory.topic_id != topic_id or len(memory.nexts) != len(bounds):
                memory = TopicMemory(topic_id, [bounds[partition][1] for partition in reader.partitions])
            # Offsets that the topic no longer keeps are jumped over; the memory notices.
            reader.seek({partition: max(memory.nexts[partition], bounds[partition][0]) for partition in reader.partitions})
            self._memory = memory
            self._connected = True
            async with aclosing(reader.batches()) as batches:
                async for batch in batches:
                    self._take_in(memory, batch)

    def _take_in(self, memory: TopicMemory, batch: list[Record]) -> None:
        concerning = False
        for record in batch:
            if record.offset < memory.nexts[record.partition]:
                # The library began again at the topic's beginning: it was made anew under our feet.
                self._memory = None
                msg = f"partition {record.partition} went back"
                raise KafkaError(msg)
            entry = self._entry(record, self._listeners)
            memory.add(record.partition, record.offset, entry)
            concerning = concerning or entry is not None
        if concerning:
            self._news.set()
            self._news = asyncio.Event()

    def _entry(self, record: Record, listeners: tuple[Listener, ...]) -> Entry | None:
        try:
            message = event_pb2.EventRecord.FromString(record.value)
        except DecodeError:
            logger.exception("a record of the event topic cannot be read", partition=record.partition, offset=record.offset)
            return None
        if not message.HasField("event"):
            return None
        try:
            event = to_event(message.event)
        except NotUnderstoodError:
            logger.warning("an event newer than this process", partition=record.partition, offset=record.offset)
            newer = message.event
            return Entry(record.partition, record.offset, newer.workspace_id, newer.platform_id, newer.after.ai_agent.id, None)
        for listen in listeners:
            listen(event)
        item = item_of(event)
        if item is None:
            return None
        told = Told(event.conversation_id, event.seq, event.at, event.after.control, item)
        return Entry(record.partition, record.offset, event.workspace_id, event.platform_id, event.after.ai_agent.id, told)

    async def end(self) -> Cursor:
        """Return the topic's end as this process has read it; UnavailableError while it cannot."""
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not self._connected:  # noqa: ASYNC110  # an event cannot tell of both starting and losing
                    await asyncio.sleep(0.05)
        if not self._connected or self._memory is None:
            raise UnavailableError("The event topic cannot be read; try again.")
        return self._memory.cursor

    async def check(self, cursor: Cursor) -> None:
        """Raise ExpiredError for a cursor that the topic cannot serve; only one that memory does not vouch for costs a question to Kafka."""
        memory = self._of_topic(cursor)
        if memory.reaches(cursor) and all(theirs <= mine for theirs, mine in zip(cursor.offsets, memory.nexts, strict=True)):
            return
        async with self._reader("conversation-check") as reader:
            _check_kept(cursor, await reader.bounds())

    def take(self, cursor: Cursor) -> Taken | None:
        """Return what is remembered from the cursor on; see the port."""
        return self._of_topic(cursor).take(cursor)

    async def wait(self, cursor: Cursor, seconds: float) -> None:
        """Return when there is something from the cursor on, or after so long."""
        memory = self._of_topic(cursor)
        if memory.has_news(cursor) or not memory.reaches(cursor):
            return
        news = self._news
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await news.wait()

    async def catch_up(self, cursor: Cursor) -> AsyncGenerator[Taken, None]:
        """Read the topic from the cursor on with a reader of its own; see the port."""
        async with self._reader("conversation-catch-up") as reader:
            _check_kept(cursor, await reader.bounds())
            reader.seek(dict(enumerate(cursor.offsets)))
            async with aclosing(reader.batches()) as batches:
                async for batch in batches:
                    entries = []
                    for record in batch:
                        if record.offset != cursor.offsets[record.partition]:
                            # What lay between was dropped by the topic while this was reading.
                            raise _expired()
                        entry = self._entry(record, ())
                        cursor = cursor.after(record.partition, record.offset)
                        entries += [entry] if entry is not None else []
                    yield Taken(entries, cursor)
                    if self._of_topic(cursor).reaches(cursor):
                        return

    @asynccontextmanager
    async def _reader(self, client_id: str) -> AsyncGenerator[TopicReader, None]:
        """A reader of one stream's own, for the time of a block."""
        try:
            async with _started(TopicReader(self._servers, self._topic, client_id)) as reader:
                yield reader
        except (KafkaError, OSError) as error:
            logger.warning("a stream cannot read the topic", error=type(error).__name__)
            raise UnavailableError("The event topic cannot be read; try again.") from error

    def _of_topic(self, cursor: Cursor) -> TopicMemory:
        if self._memory is None or self._memory.topic_id != cursor.topic_id:
            raise _expired()
        return self._memory


@asynccontextmanager
async def _started(reader: TopicReader) -> AsyncGenerator[TopicReader, None]:
    try:
        await reader.start()
        yield reader
    finally:
        await reader.stop()


def _check_kept(cursor: Cursor, bounds: dict[int, tuple[int, int]]) -> None:
    for partition, offset in enumerate(cursor.offsets):
        begin, end = bounds[partition]
        if not begin <= offset <= end:
            raise _expired()


def _expired() -> ExpiredError:
    return ExpiredError("CURSOR_EXPIRED", "The topic no longer reaches back to this cursor; watch again with catch_up.")
