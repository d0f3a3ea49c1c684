"""Watch: a platform's stream of what it must act on, at least once and in order per conversation, resumable by cursor."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

from servicekit.errors import ConflictError, ExpiredError, UnauthenticatedError, UnavailableError

from services.conversation.domain.control import AgentRef, ControlState, State
from services.conversation.domain.cursor import Cursor, decode_cursor
from services.conversation.ports.watching import Backlog, Consumer, Consumers, Entry, EventFeed, Told

# How often a stream looks whether it is still wanted, in seconds: revoked keys and replaced streams end within five.
LOOK_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 5.0
# Conversations of which a stream is still to be told that somebody types.
MAX_TYPING = 1_000
# How often it is noted that streams are open.
SEEN_EVERY_LOOKS = 5


@dataclass(frozen=True, slots=True)
class Watched:
    """One thing to send: resume with `cursor` once it is handled; without an item it is a keep-alive."""

    cursor: Cursor
    told: Told | None = None
    platform_conversation_id: str = ""
    caught_up: bool = False
    typing: "AgentTyping | None" = None


@dataclass(frozen=True, slots=True)
class AgentTyping:
    """The human who holds a conversation writes, or stopped; fleeting."""

    conversation_id: str
    control: ControlState
    agent: AgentRef
    active: bool


@dataclass(frozen=True, slots=True)
class WatchCommand:
    """What a consumer asks for; `still_valid` says whether its key still is."""

    consumer: Consumer
    cursor: str
    catch_up: bool
    ai_agent_ids: frozenset[str]
    still_valid: Callable[[], bool]
    # Whether to tell of agents who type, too.
    typing: bool = False


@dataclass(slots=True, eq=False)
class _Stream:
    command: WatchCommand
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    replaced: bool = False
    # By conversation, the newest alone: who is slow is told less.
    typing: dict[str, AgentTyping] = field(default_factory=dict)
    typed: asyncio.Event = field(default_factory=asyncio.Event)


class Watch:
    """All streams of this process."""

    def __init__(self, feed: EventFeed, backlog: Backlog, consumers: Consumers, *, max_seconds: float, draining: Callable[[], bool]) -> None:
        """A stream ends by itself after `max_seconds`, or when the process drains; its consumer resumes elsewhere."""
        self._feed = feed
        self._backlog = backlog
        self._consumers = consumers
        self._max_seconds = max_seconds
        self._draining = draining
        self._streams: set[_Stream] = set()

    @property
    def open_streams(self) -> int:
        """How many streams are open here."""
        return len(self._streams)

    async def keep_newest(self) -> None:
        """End the streams whose consumers opened a newer one, here or at another replica, for the life of the process."""
        for look in itertools.count():
            await asyncio.sleep(LOOK_SECONDS)
            # Each was opened before it came among these: what is newest now is it or a later one.
            mine = list(self._streams)
            if mine:
                # While the database is away nobody can open a newer one either.
                with suppress(UnavailableError):
                    newest = await self._consumers.newest({stream.command.consumer for stream in mine})
                    for stream in mine:
                        stream.replaced = stream.replaced or newest.get(stream.command.consumer, stream.id) != stream.id
                    if look % SEEN_EVERY_LOOKS == 0:
                        await self._consumers.saw([(stream.command.consumer, stream.id) for stream in mine])

    def wants_typing(self, workspace_id: str) -> bool:
        """Tell whether any stream of this workspace does; if none does, nobody need be looked up."""
        return any(stream.command.typing and stream.command.consumer.workspace_id == workspace_id for stream in self._streams)

    def tell_typing(self, state: State, typing: AgentTyping) -> None:
        """Pass on that the holder types, to the streams of the conversation's platform that asked for it."""
        for stream in self._streams:
            consumer = stream.command.consumer
            if (consumer.workspace_id, consumer.platform_id) != (state.workspace_id, state.platform_id) or not stream.command.typing:
                continue
            bots = stream.command.ai_agent_ids
            if (not bots or state.after.ai_agent.id in bots) and len(stream.typing) < MAX_TYPING:
                stream.typing[state.conversation_id] = typing
                stream.typed.set()

    async def ack(self, consumer: Consumer, cursor: str) -> None:
        """Store how far a consumer has acted."""
        decode_cursor("cursor", cursor)
        await self._consumers.ack(consumer, cursor)

    async def __call__(self, command: WatchCommand) -> AsyncGenerator[Watched, None]:
        """Yield what the platform must act on; see the contract for how it ends."""
        given = decode_cursor("cursor", command.cursor) if command.cursor else None
        stream = _Stream(command)
        stored = await self._consumers.open(command.consumer, stream.id, command.ai_agent_ids)
        self._streams.add(stream)
        try:
            async with aclosing(self._watch(command, stream, given, stored)) as watched:
                async for item in watched:
                    yield item
        finally:
            self._streams.discard(stream)

    async def _watch(self, command: WatchCommand, stream: _Stream, given: Cursor | None, stored: str) -> AsyncGenerator[Watched, None]:
        loop = asyncio.get_running_loop()
        until = loop.time() + self._max_seconds
        end = await self._feed.end()
        cursor = await self._begin(command, end, given, stored)
        if command.catch_up:
            # From the end as it was before the log is read: what happens meanwhile comes again, live.
            consumer = command.consumer
            async with aclosing(self._backlog.of_platform(consumer.workspace_id, consumer.platform_id, command.ai_agent_ids)) as missed:
                async for told in missed:
                    self._check(command, stream)
                    yield await self._watched(cursor, told)
            yield Watched(cursor, caught_up=True)
        else:
            yield Watched(cursor)
        last_word = loop.time()
        while not (self._draining() or loop.time() >= until):
            self._check(command, stream)
            moved = False
            async with aclosing(self._news(cursor)) as batches:
                async for entries, cursor_after in batches:
                    for entry in entries:
                        cursor = cursor.after(entry.partition, entry.offset)
                        if _concerns(entry, command):
                            self._check(command, stream)
                            yield await self._watched(cursor, entry.told)
                            moved = True
                    cursor = cursor_after
            for typing in self._typing_of(stream):
                yield Watched(cursor, platform_conversation_id=await self._backlog.platform_conversation_id(typing.conversation_id), typing=typing)
            if moved:
                last_word = loop.time()
            elif loop.time() - last_word >= KEEP_ALIVE_SECONDS:
                yield Watched(cursor)
                last_word = loop.time()
            await self._wait(stream, cursor)
        yield Watched(cursor)

    def _typing_of(self, stream: _Stream) -> list[AgentTyping]:
        stream.typed.clear()
        found, stream.typing = list(stream.typing.values()), {}
        return found

    async def _wait(self, stream: _Stream, cursor: Cursor) -> None:
        """Return when there is something to tell, or after a while."""
        if not stream.command.typing:
            await self._feed.wait(cursor, LOOK_SECONDS)
            return
        waits = [asyncio.ensure_future(self._feed.wait(cursor, LOOK_SECONDS)), asyncio.ensure_future(stream.typed.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _begin(self, command: WatchCommand, end: Cursor, given: Cursor | None, stored: str) -> Cursor:
        if command.catch_up:
            return end
        cursor = given or (decode_cursor("cursor", stored) if stored else end)
        if cursor.topic_id != end.topic_id or len(cursor.offsets) != len(end.offsets):
            raise ExpiredError("CURSOR_EXPIRED", "This cursor is of another topic; watch again with catch_up.")
        await self._feed.check(cursor)
        return cursor

    async def _news(self, cursor: Cursor) -> AsyncGenerator[tuple[list[Entry], Cursor], None]:
        """Yield what there is from the cursor on, from memory or, where that no longer reaches, from the topic itself."""
        taken = self._feed.take(cursor)
        if taken is None:
            async with aclosing(self._feed.catch_up(cursor)) as batches:
                async for older in batches:
                    yield older.entries, older.cursor
        else:
            yield taken.entries, taken.cursor

    async def _watched(self, cursor: Cursor, told: Told | None) -> Watched:
        if told is None:
            raise UnavailableError("There is an event newer than this process; watch again, elsewhere.")
        return Watched(cursor, told, await self._backlog.platform_conversation_id(told.conversation_id))

    def _check(self, command: WatchCommand, stream: _Stream) -> None:
        if stream.replaced:
            raise ConflictError("WATCH_REPLACED", "This consumer opened a newer stream.")
        if not command.still_valid():
            raise UnauthenticatedError("KEY_INVALID", "The API key is missing, unknown or revoked.")


def _concerns(entry: Entry, command: WatchCommand) -> bool:
    mine = (entry.workspace_id, entry.platform_id) == (command.consumer.workspace_id, command.consumer.platform_id)
    return mine and (not command.ai_agent_ids or entry.ai_agent_id in command.ai_agent_ids)
