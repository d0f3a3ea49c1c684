"""Watch: what Baton tells, at least once from Baton, once to you; comes back after every loss from the position that was acted on."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import grpc
import grpc.aio

from baton_sdk import wire
from baton_sdk.backoff import backoff
from baton_sdk.contract import platform_pb2
from baton_sdk.conversation import Conversation
from baton_sdk.errors import RefusedError
from baton_sdk.transport import DEADLINE_SECONDS, Transport
from baton_sdk.values import Author, Closed, ControlChanged, MessageToShow, Told

logger = logging.getLogger(__name__)

ConversationOf = Callable[[str, str], Conversation]
# Told of the chat, the agent's name, and whether they type.
OnTyping = Callable[[str, str, bool], Awaitable[None]]

# Read ahead of what is acted on, so that takeovers reach turns although the reader is busy; beyond it gRPC's flow control holds Baton back.
_AHEAD = 64
_ACK_EVERY_SECONDS = 1.0
# Conversations whose newest seqs are remembered, those told of last: repeats come soon or with a catch-up.
_REMEMBERED = 50_000


class Watch:
    """`async with baton.watch("name") as told: async for item in told`. An item counts as acted on when the next one is asked for."""

    def __init__(
        self,
        transport: Transport,
        conversation_of: ConversationOf,
        consumer: str,
        *,
        catch_up: bool,
        ai_agent_ids: tuple[str, ...],
        on_typing: OnTyping | None = None,
    ) -> None:
        self._transport = transport
        self._conversation_of = conversation_of
        self._consumer = consumer
        self._ai_agent_ids = ai_agent_ids
        self._on_typing = on_typing
        # Where the reading is, where the acting is, and what is stored of it.
        self._cursor = ""
        self._catching_up = catch_up
        self._acted = ""
        self._acknowledged = ""
        self._ahead: asyncio.Queue[platform_pb2.WatchResponse | RefusedError] = asyncio.Queue(_AHEAD)
        self._seen: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        """Open the stream."""
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._acknowledge_now_and_then())]
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close it, and store how far was acted."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._acknowledge()

    async def __aiter__(self) -> AsyncIterator[MessageToShow | ControlChanged | Closed]:
        """Yield what is new, in order per conversation. KeyInvalidError, WatchReplacedError, MistakeError when coming back is no use."""
        while True:
            item = await self._ahead.get()
            if isinstance(item, RefusedError):
                raise item
            told = self._new(item)
            if told:
                self._transport.counters.told += 1
                yield told
            # Positions within a catch-up are not positions yet.
            self._acted = item.cursor or self._acted

    async def _read(self) -> None:
        waits = backoff()
        while True:
            try:
                request = platform_pb2.WatchRequest(
                    consumer_name=self._consumer,
                    cursor=self._cursor,
                    catch_up=self._catching_up,
                    ai_agent_ids=self._ai_agent_ids,
                    agent_typing=self._on_typing is not None,
                )
                async for item in self._transport.stub.Watch(request, metadata=self._transport.metadata):
                    waits = backoff()
                    await self._take(item)
            except grpc.aio.AioRpcError as error:
                refusal = wire.read_refusal(error)
                if refusal and refusal.reason == "CURSOR_EXPIRED":
                    self._cursor, self._catching_up = "", True
                elif refusal:
                    await self._ahead.put(refusal)
                    return
                logger.info("the stream broke (%s), watching again", refusal.reason if refusal else error.code().name)
            self._transport.counters.reconnects += 1
            await asyncio.sleep(next(waits))

    async def _take(self, item: platform_pb2.WatchResponse) -> None:
        if item.conversation_id:
            # At once, not in its turn: a takeover must reach the AI's turn whatever else is still to be shown.
            self._conversation_of(item.conversation_id, item.platform_conversation_id).learn(wire.read_control(item.control))
        if item.HasField("agent_typing"):
            # Fleeting: now or never.
            if self._on_typing:
                await self._on_typing(item.platform_conversation_id, item.agent_typing.agent.display_name, item.agent_typing.active)
            return
        if item.HasField("caught_up"):
            self._catching_up = False
            self._transport.counters.catch_ups += 1
        if self._catching_up:
            item.cursor = ""
        await self._ahead.put(item)
        self._cursor = item.cursor or self._cursor

    def _new(self, item: platform_pb2.WatchResponse) -> MessageToShow | ControlChanged | Closed | None:
        """Return what is new of an item. An event's words and its change of control come under one seq, and in a catch-up apart."""
        if not item.conversation_id:
            return None
        heard, changed = self._seen.get(item.conversation_id, (0, 0))
        told = self._conversation_of(item.conversation_id, item.platform_conversation_id)
        base = Told(told, item.seq, wire.read_control(item.control))
        told.learn(base.control)
        found: MessageToShow | ControlChanged | Closed | None = None
        if item.HasField("message"):
            if item.seq > heard:
                found = MessageToShow(base.conversation, base.seq, base.control, wire.read_message(item.message))
            heard = max(heard, item.seq)
        elif item.HasField("control_changed") or item.HasField("closed"):
            # A catch-up tells how it stands now, whatever was told before; what it says of no event must not hide the event, which may still come.
            from_log = not item.cursor
            if item.seq > changed or from_log:
                found = _change(base, item, words_are_new=item.seq > heard)
            heard = max(heard, item.seq) if item.control_changed.HasField("message") else heard
            changed = changed if from_log else max(changed, item.seq)
        self._seen[item.conversation_id] = (heard, changed)
        self._seen.move_to_end(item.conversation_id)
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        if found is None:
            self._transport.counters.repeats += 1
        return found

    async def _acknowledge_now_and_then(self) -> None:
        while True:
            await asyncio.sleep(_ACK_EVERY_SECONDS)
            await self._acknowledge()

    async def _acknowledge(self) -> None:
        if self._acted == self._acknowledged:
            return
        cursor = self._acted
        with suppress(grpc.aio.AioRpcError):  # the next one covers this one
            request = platform_pb2.AckWatchRequest(consumer_name=self._consumer, cursor=cursor)
            await self._transport.stub.AckWatch(request, timeout=DEADLINE_SECONDS, metadata=self._transport.metadata)
            self._acknowledged = cursor


def _change(base: Told, item: platform_pb2.WatchResponse, *, words_are_new: bool) -> ControlChanged | Closed:
    if item.HasField("closed"):
        return Closed(base.conversation, base.seq, base.control, wire.close_word(item.closed.reason), wire.read_messages(item.closed))
    changed = item.control_changed
    messages = wire.read_messages(changed)
    return ControlChanged(
        base.conversation,
        base.seq,
        base.control,
        reply_due=changed.reply_due,
        brief=wire.read_brief(changed.brief),
        messages=messages if words_are_new else tuple(message for message in messages if message.author is not Author.HUMAN),
        availability=wire.read_availability(changed.availability) if changed.HasField("availability") else None,
    )
