"""Streamed appends beside unary ones, in the same run; and how fast a consumer of Watch catches up."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

from baton.conversation.v1 import platform_pb2

from benchmarks.documents import TEXT
from benchmarks.timing import Measured, closed_loop
from tests.harness.callers import Platform
from tests.harness.site import Site
from tests.harness.streaming import StreamingPlatform

CONVERSATIONS = 32
SECONDS = 6.0
# Unary and streamed in turn, so that a busy moment of the machine meets both.
TURNS = 3
# An hour of a busy platform: of so many events one is a change that it is told of.
AWAY_EVENTS_A_SECOND = 10
AWAY_EVENTS = 3_600 * AWAY_EVENTS_A_SECOND
EVENTS_A_CHANGE = 10
AWAY_CONVERSATIONS = 128


async def rows(site: Site) -> AsyncIterator[str]:
    """Yield the rows of the table."""
    unary = Platform(site.public_targets(), site.demo.api_key, seed=7)
    streaming = StreamingPlatform(site.public_targets(), site.demo.api_key, seed=8)
    try:
        by_unary, by_stream = [], []
        for _ in range(TURNS):
            by_unary.append(await _append(unary))
            by_stream.append(await _append(streaming))
        one, other = (sorted(each, key=lambda measured: measured.per_second)[TURNS // 2] for each in (by_unary, by_stream))
        yield _row(f"append, unary, {CONVERSATIONS} conversations", one, "")
        yield _row(f"append, streamed, {CONVERSATIONS} conversations", other, f"{other.per_second / one.per_second:.2f} times unary (target 2)")
        yield await _catch_up(site, streaming, unary)
    finally:
        await streaming.close()
        await unary.close()


async def _append(platform: Platform) -> Measured:
    started = await asyncio.gather(*(platform.start(f"bench-{uuid.uuid4()}") for _ in range(CONVERSATIONS)))

    async def say(caller: int) -> None:
        answer = await platform.user_says(started[caller].conversation_id, TEXT)
        if answer.refusal:
            raise RuntimeError(answer.refusal)

    await closed_loop(say, CONVERSATIONS, 1.0)  # warm
    return await closed_loop(say, CONVERSATIONS, SECONDS)


async def _end_of_topic(platform: Platform) -> str:
    watch = platform.stubs[0].Watch(platform_pb2.WatchRequest(consumer_name=f"bench-{uuid.uuid4()}"), metadata=platform.metadata)
    first: Any = await watch.read()
    watch.cancel()
    return str(first.cursor)


async def _catch_up(site: Site, platform: StreamingPlatform, unary: Platform) -> str:
    """Let a consumer be away for an hour's traffic, and tell how fast it is told of it by a process that remembers nothing of it."""
    cursor = await _end_of_topic(unary)
    started = await asyncio.gather(*(platform.start(f"bench-{uuid.uuid4()}") for _ in range(AWAY_CONVERSATIONS)))
    told = AWAY_EVENTS // EVENTS_A_CHANGE
    turns = iter(range(AWAY_EVENTS - told))
    changes = iter(range(told))

    async def one_after_the_other(caller: int) -> None:
        conversation_id = started[caller].conversation_id
        for number in turns:
            await platform.user_says(conversation_id, TEXT)
            if number % (EVENTS_A_CHANGE - 1) == 0 and next(changes, None) is not None:
                await platform.asks_for_a_human(conversation_id, 1, "bench")

    await asyncio.gather(*(one_after_the_other(caller) for caller in range(AWAY_CONVERSATIONS)))
    # Until the topic has it, and then from the topic: what a process remembers would be faster.
    await _read(unary, cursor, told)
    await asyncio.to_thread(site.stack.stop, "conversation")
    await asyncio.to_thread(site.stack.restart, "conversation")
    seconds = await _read(unary, cursor, told)
    away = AWAY_EVENTS / AWAY_EVENTS_A_SECOND
    times = f"{away / seconds:,.0f} times real time (target 5)"
    return f"| Watch, away for {away / 3600:.0f} h at {AWAY_EVENTS_A_SECOND} events/s | {AWAY_EVENTS / seconds:,.0f}/s | | | {seconds:.1f} s, {times} |"


async def _read(platform: Platform, cursor: str, wanted: int) -> float:
    """Watch from the cursor on until so many things were told; return the seconds that took."""
    watch = platform.stubs[0].Watch(
        platform_pb2.WatchRequest(consumer_name=f"bench-{uuid.uuid4()}", cursor=cursor), metadata=platform.metadata, wait_for_ready=True
    )
    began, told = time.perf_counter(), 0
    async with asyncio.timeout(300):
        async for item in watch:
            told += bool(item.conversation_id)
            if told == wanted:
                break
    watch.cancel()
    return time.perf_counter() - began


def _row(name: str, measured: Measured, remark: str) -> str:
    return f"| {name} | {measured.per_second:,.0f}/s | {measured.p50:.1f} | {measured.p99:.1f} | {remark} |"
