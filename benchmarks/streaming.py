"""Streamed appends beside unary ones, in the same run; and how fast a consumer of Watch catches up."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any

from baton.conversation.v1 import event_pb2, platform_pb2

from benchmarks.documents import TEXT
from benchmarks.timing import Measured, closed_loop
from tests.harness.callers import Platform
from tests.harness.site import Site
from tests.harness.streaming import StreamingPlatform

CONVERSATIONS = 32
SECONDS = 6.0
# Unary and streamed in turn, so that a busy moment of the machine meets both.
TURNS = 3


async def rows(site: Site) -> AsyncIterator[str]:
    """Yield the rows of the table."""
    unary = Platform(site.public_targets(), site.demo.api_key, seed=7)
    streaming = StreamingPlatform(site.public_targets(), site.demo.api_key, seed=8)
    try:
        began_at = await _end_of_topic(unary)
        by_unary, by_stream = [], []
        for _ in range(TURNS):
            by_unary.append(await _append(unary))
            by_stream.append(await _append(streaming))
        one, other = (sorted(each, key=lambda measured: measured.per_second)[TURNS // 2] for each in (by_unary, by_stream))
        yield _row(f"append, unary, {CONVERSATIONS} conversations", one, "")
        yield _row(f"append, streamed, {CONVERSATIONS} conversations", other, f"{other.per_second / one.per_second:.2f} times unary (target 2)")
        told, seconds = await _catch_up(unary, began_at)
        yield f"| Watch, catching up | {told / seconds:,.0f}/s | | | {told} items in {seconds:.1f} s |"
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


async def _catch_up(platform: Platform, cursor: str) -> tuple[int, float]:
    """Make control changes, which a platform is told of, and read them all from where it began: with everything else of the topic between."""
    started = await asyncio.gather(*(platform.start(f"bench-{uuid.uuid4()}") for _ in range(CONVERSATIONS)))
    requests = [_request(answer.conversation_id) for answer in started for _ in range(20)]
    for request in requests:
        await platform.stubs[0].RequestHuman(request, metadata=platform.metadata)
    watch = platform.stubs[0].Watch(platform_pb2.WatchRequest(consumer_name=f"bench-{uuid.uuid4()}", cursor=cursor), metadata=platform.metadata)
    began, told = time.perf_counter(), 0
    async with asyncio.timeout(120):
        async for item in watch:
            told += bool(item.conversation_id)
            if told == len(requests):
                break
    watch.cancel()
    return told, time.perf_counter() - began


def _request(conversation_id: str) -> platform_pb2.RequestHumanRequest:
    return platform_pb2.RequestHumanRequest(
        command_id=str(uuid.uuid4()), conversation_id=conversation_id, epoch=1, by=event_pb2.REQUESTED_BY_AI, reason="bench"
    )


def _row(name: str, measured: Measured, remark: str) -> str:
    return f"| {name} | {measured.per_second:,.0f}/s | {measured.p50:.1f} | {measured.p99:.1f} | {remark} |"
