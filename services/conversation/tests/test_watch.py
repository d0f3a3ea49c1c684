"""Watch, on a real database and a real broker, through the relay: what a platform is told, in which order, and where it goes on."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AsyncExitStack, aclosing, suppress
from typing import Any, Self

import pytest
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.errors import ConflictError, ExpiredError, InvalidError, ServiceError, UnauthenticatedError

from services.conversation.adapters import topic_memory
from services.conversation.adapters.change_tail import ChangeTail
from services.conversation.adapters.mongo_backlog import MongoBacklog
from services.conversation.adapters.mongo_consumers import MongoConsumers
from services.conversation.adapters.topic_feed import TopicFeed
from services.conversation.domain.control import Holder
from services.conversation.domain.cursor import Cursor, decode_cursor
from services.conversation.domain.events import Event
from services.conversation.domain.watch_items import ControlChanged, ConversationEnded, MessageToDeliver, item_of
from services.conversation.ports.watching import Consumer
from services.conversation.tests.conftest import DEADLINE_SECONDS, until
from services.conversation.tests.logbook import BUDI, Log, write
from services.conversation.tests.test_projector import projector
from services.conversation.tests.test_relay import is_newer, make_logs, relay, write_interleaved
from services.conversation.use_cases.watch import Watch, WatchCommand, Watched
from tests.harness.proxy import DROPPED_SOCKETS

# Roles are ended by cancellation, wherever they are.
pytestmark = [pytest.mark.usefixtures("long_term"), DROPPED_SOCKETS]

Database = AsyncDatabase[dict[str, Any]]

CONSUMER = Consumer("ws-1", "platform-1", "deliverer")


class Told:
    """What one stream said."""

    def __init__(self) -> None:
        self.items: list[Watched] = []
        self.error: ServiceError | None = None
        self.ended = False

    @property
    def seqs(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for item in self.items:
            if item.told is not None:
                found[item.told.conversation_id].append(item.told.seq)
        return dict(found)

    @property
    def begun(self) -> bool:
        return bool(self.items) or self.error is not None

    async def follow(self, watch: Watch, command: WatchCommand) -> None:
        try:
            async with aclosing(watch(command)) as items:
                async for item in items:
                    self.items.append(item)
            self.ended = True
        except ServiceError as error:
            self.error = error


def command(
    cursor: str = "", *, catch_up: bool = False, name: str = "deliverer", bots: frozenset[str] = frozenset(), valid: Callable[[], bool] = lambda: True
) -> WatchCommand:
    return WatchCommand(Consumer("ws-1", "platform-1", name), cursor, catch_up, bots, valid)


class Site:
    """A replica's part in Watch."""

    def __init__(self, db: Database, kafka: str, topic: str, seen: list[Event] | None = None) -> None:
        self.feed = TopicFeed(kafka, topic, [seen.append] if seen is not None else [])
        self.draining = False
        self.watch = Watch(self.feed, MongoBacklog(db, ChangeTail(db)), MongoConsumers(db), max_seconds=600, draining=lambda: self.draining)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        for work in (self.feed.run(), self.watch.keep_newest()):
            self._stack.push_async_callback(_end, asyncio.create_task(work))
        await until(lambda: self.feed._connected, "the topic is read")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self._stack.aclose()

    async def follow(self, wanted: WatchCommand) -> Told:
        """Open a stream and return when it has begun."""
        told = Told()
        self._stack.push_async_callback(_end, asyncio.create_task(told.follow(self.watch, wanted)))
        await until(lambda: told.begun, "the stream begins")
        return told


async def _end(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def due(*logs: Log) -> dict[str, list[int]]:
    """Return the seqs that the platform must be told of."""
    found = {log.id: [event.seq for event in log.events if item_of(event) is not None] for log in logs if log.platform_id == "platform-1"}
    return {conversation_id: seqs for conversation_id, seqs in found.items() if seqs}


@pytest.fixture
async def relayed(db: Database, kafka: str, topic: str) -> AsyncIterator[str]:
    async with relay(db, kafka, topic), projector(db):
        # A relay without a position reads the log first, and what is written meanwhile comes twice.
        await until(is_newer(db, 1), "the relay follows")
        yield topic


async def test_a_platform_is_told_in_order_of_what_it_must_act_on_and_of_nothing_else(db: Database, kafka: str, relayed: str) -> None:
    rng = random.Random(21)
    logs = [*make_logs(10, rng), *[Log(platform_id="platform-2") for _ in range(3)]]
    seen: list[Event] = []
    async with Site(db, kafka, relayed, seen) as site:
        told = await site.follow(command())
        await write_interleaved(db, logs, rng)
        await until(lambda: told.seqs == due(*logs), "all of it is told, once and in order")
        written = {(event.conversation_id, event.seq) for log in logs for event in log.events}
        await until(lambda: {(event.conversation_id, event.seq) for event in seen} >= written, "the caches are told of every event")
        assert all(item.platform_conversation_id == item.told.conversation_id[:8] for item in told.items if item.told)


async def test_a_stream_resumes_after_any_cursor_and_misses_nothing(db: Database, kafka: str, relayed: str) -> None:
    rng = random.Random(22)
    first, second = make_logs(8, rng), make_logs(8, rng)
    async with Site(db, kafka, relayed) as site:
        told = await site.follow(command())
        await write_interleaved(db, first, rng)
        await until(lambda: told.seqs == due(*first), "the first part is told")
    # Nobody watches, and the process is another one: its memory begins after all of this.
    await write_interleaved(db, second, rng)
    middle = len(told.items) // 2
    async with Site(db, kafka, relayed) as site:
        rest = await site.follow(command(told.items[middle].cursor.encode()))
        await until(lambda: _together(told.items[: middle + 1], rest.items) == due(*first, *second), "the rest is told")


async def test_an_acknowledged_position_is_where_a_stream_without_a_cursor_begins(db: Database, kafka: str, relayed: str) -> None:
    rng = random.Random(23)
    logs = make_logs(6, rng)
    async with Site(db, kafka, relayed) as site:
        told = await site.follow(command())
        await write_interleaved(db, logs, rng)
        await until(lambda: told.seqs == due(*logs), "all is told")
        middle = len(told.items) // 2
        await site.watch.ack(CONSUMER, told.items[middle].cursor.encode())
        rest = await site.follow(command())
        await until(lambda: _together(told.items[: middle + 1], rest.items) == due(*logs), "it goes on behind the acknowledged one")


async def test_a_slow_stream_reads_the_topic_again_instead_of_filling_memory(db: Database, kafka: str, relayed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic_memory, "REMEMBERED", 5)
    monkeypatch.setattr(topic_memory.TopicMemory.__init__, "__defaults__", (5,))
    rng = random.Random(24)
    logs = make_logs(20, rng, steps=20)
    async with Site(db, kafka, relayed) as site, aclosing(site.watch(command())) as items:
        slow = Told()
        slow.items.append(await anext(items))
        await write_interleaved(db, logs, rng)
        fast = await site.follow(command(slow.items[0].cursor.encode(), name="another"))
        await until(lambda: fast.seqs == due(*logs), "the fast one is told all")
        memory = site.feed._memory
        assert memory is not None
        assert all(len(entries) <= 10 for entries in memory._entries)
        while slow.seqs != due(*logs):
            slow.items.append(await anext(items))


async def test_the_newest_stream_of_a_consumer_wins_here_and_at_another_replica(db: Database, kafka: str, relayed: str) -> None:
    async with Site(db, kafka, relayed) as here, Site(db, kafka, relayed) as there:
        first = await here.follow(command())
        second = await here.follow(command())
        other_name = await here.follow(command(name="another"))
        await until(lambda: first.error is not None, "the first is replaced")
        third = await there.follow(command())
        await until(lambda: second.error is not None, "the second is replaced from elsewhere")
        for told in (first, second):
            assert isinstance(told.error, ConflictError)
            assert told.error.reason == "WATCH_REPLACED"
        assert third.error is None
        assert other_name.error is None


async def test_catching_up_tells_undelivered_words_then_each_open_conversation_and_goes_on_live(db: Database, kafka: str, relayed: str) -> None:
    held, delivered, closed, quiet, handed = Log(), Log(), Log(), Log(), Log()
    foreign = Log(platform_id="platform-2")
    for log in (held, delivered, closed, foreign):
        log.user()
        log.take()
        log.note()
        log.say("first")
        log.say("second")
    delivered.delivered(6)
    held.delivered(5)
    closed.close()
    handed.take()
    handed.user()
    handed.hand_back("bye")
    logs = [held, delivered, closed, quiet, handed, foreign]
    await write(db, *[event for log in logs for event in log.events])
    async with Site(db, kafka, relayed) as site:
        told = await site.follow(command(catch_up=True))
        await until(lambda: any(item.caught_up for item in told.items), "it has caught up")
        missed = defaultdict(list)
        # What the relay published meanwhile comes again behind it.
        for item in told.items[: [item.caught_up for item in told.items].index(True)]:
            if item.told is not None:
                missed[item.told.conversation_id].append(item.told)
        assert set(missed) == {held.id, delivered.id, closed.id, quiet.id, handed.id}
        assert [one.item for one in missed[held.id]] == [MessageToDeliver("second", BUDI), ControlChanged()]
        assert missed[held.id][-1].control.holder is Holder.HUMAN
        assert [one.item for one in missed[delivered.id]] == [ControlChanged()]
        assert [type(one.item) for one in missed[closed.id]] == [MessageToDeliver, MessageToDeliver, ConversationEnded]
        assert [one.item for one in missed[quiet.id]] == [ControlChanged()]
        assert [one.item for one in missed[handed.id]] == [MessageToDeliver("bye", BUDI), ControlChanged(reply_due=True)]
        live = quiet.take()
        await write(db, live)
        await until(lambda: told.seqs[quiet.id][-1] == live.seq, "what comes after is told live")


async def test_only_the_asked_for_bots_are_told_of(db: Database, kafka: str, relayed: str) -> None:
    log, fence = Log(), Log()
    log.take()
    async with Site(db, kafka, relayed) as site:
        none = await site.follow(command(bots=frozenset({"bot-9"})))
        all_of_it = await site.follow(command(name="another", bots=frozenset({"bot-1"})))
        await write(db, *log.events, *fence.events)
        await until(lambda: all_of_it.seqs == due(log), "the bot's own are told")
        assert none.seqs == {}


async def test_a_revoked_key_and_a_draining_process_end_streams(db: Database, kafka: str, relayed: str) -> None:
    valid = True
    async with Site(db, kafka, relayed) as site:
        revoked = await site.follow(command(valid=lambda: valid))
        drained = await site.follow(command(name="another"))
        valid = False
        await until(lambda: revoked.error is not None, "the stream of the revoked key ends")
        assert isinstance(revoked.error, UnauthenticatedError)
        site.draining = True
        await until(lambda: drained.ended, "the other ends by itself")
        assert drained.items[-1].told is None, "with its cursor"


async def test_a_cursor_of_another_topic_or_beyond_what_it_keeps_has_expired(db: Database, kafka: str, relayed: str) -> None:
    async with Site(db, kafka, relayed) as site:
        told = await site.follow(command())
        here = told.items[0].cursor
        for bad in (Cursor("another", here.offsets), Cursor(here.topic_id, (1,)), Cursor(here.topic_id, tuple(offset + 10**6 for offset in here.offsets))):
            refused = Told()
            async with asyncio.timeout(DEADLINE_SECONDS):
                await refused.follow(site.watch, command(bad.encode(), name="another"))
            assert isinstance(refused.error, ExpiredError)


@pytest.mark.parametrize("text", ["x", "e30", "eyJ0IjoxLCJvIjpbXX0", "eyJ0IjoiYSIsIm8iOlstMV19", "eyJ0IjoiYSIsIm8iOlt0cnVlXX0", "ü", "A" * 9000])
def test_what_is_no_cursor_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidError, match="cursor"):
        decode_cursor("cursor", text)


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = Cursor("topic", (0, 5, 2**40))
    assert decode_cursor("cursor", cursor.encode()) == cursor
    assert cursor.after(1, 9).offsets == (0, 10, 2**40)


def _together(before: list[Watched], after: list[Watched]) -> dict[str, list[int]]:
    """Return what both streams told, a repeat only once."""
    told = Told()
    told.items = [*before, *after]
    return {conversation_id: list(dict.fromkeys(seqs)) for conversation_id, seqs in told.seqs.items()}


class SlowToAnswer(MongoConsumers):
    """Consumers of which the first opening is answered last."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.opened = 0
        self.answer = asyncio.Event()

    async def open(self, consumer: Consumer, stream_id: str, ai_agent_ids: Collection[str]) -> str:
        stored = await super().open(consumer, stream_id, ai_agent_ids)
        self.opened += 1
        if self.opened == 1:
            await self.answer.wait()
        return stored


async def test_of_two_streams_that_open_at_once_the_newest_stays_whichever_is_answered_first(db: Database, kafka: str, relayed: str) -> None:
    async with Site(db, kafka, relayed) as site:
        site.watch._consumers = consumers = SlowToAnswer(db)
        older = Told()
        opening = asyncio.create_task(older.follow(site.watch, command()))
        await until(lambda: consumers.opened > 0, "the first is opened")
        newer = await site.follow(command())
        consumers.answer.set()
        await until(lambda: older.error is not None, "the first is replaced")
        await opening
        assert isinstance(older.error, ConflictError)
        assert newer.error is None
        assert site.watch.open_streams == 1
