"""Append: a user's message through gRPC to its acknowledgement, against two floors: the raw insert, and a bare gRPC handler that only inserts."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

from benchmarks.documents import TEXT
from benchmarks.floors import bare_grpc, raw_insert
from benchmarks.processor import Processor
from benchmarks.streamed import StreamedPlatform
from benchmarks.timing import Measured, closed_loop
from tests.harness.callers import Platform
from tests.harness.site import Site

CALLERS = (1, 32, 128)
STREAMED = (32, 128)
SECONDS = 8.0
# Until what starts slowly (the broker's virtual machine, empty caches) runs as it will.
WARM_SECONDS = 10.0

Say = Callable[[str, str], Awaitable[None]]


async def append(site: Site, callers: int, seconds: float, processor: Processor, *, streamed: bool = False) -> Measured:
    """Each caller writes into a conversation of its own, one message after the other, routed to any replica."""
    platform = Platform(site.public_targets(), site.demo.api_key, seed=7)
    streams = StreamedPlatform(platform.channels, platform.metadata, seed=7) if streamed else None
    started = await asyncio.gather(*(platform.start(f"bench-{uuid.uuid4()}") for _ in range(callers)))

    async def say(caller: int) -> None:
        if streams is not None:
            await streams.user_says(started[caller].conversation_id, TEXT)
            return
        answer = await platform.user_says(started[caller].conversation_id, TEXT)
        if answer.refusal:
            raise RuntimeError(answer.refusal)

    try:
        await closed_loop(say, callers, 1.0)  # warm
        processor.begin()
        return await closed_loop(say, callers, seconds)
    finally:
        processor.end()
        if streams is not None:
            await streams.close()
        await platform.close()


async def warm_up(site: Site) -> None:
    """Let everything run as it will."""
    await append(site, 32, WARM_SECONDS, Processor({}))


async def rows(site: Site, replicas: int) -> AsyncIterator[str]:
    """Yield the table's rows for a stack, each beside its floors, measured just before it."""
    processor = Processor({name: running.pid for name, running in site.stack.running.items()})
    for callers in CALLERS:
        floor = await raw_insert(site.mongodb_uri, callers, SECONDS)
        bare = await bare_grpc(site.mongodb_uri, callers, SECONDS)
        for streamed in (False, True) if callers in STREAMED else (False,):
            measured = await append(site, callers, SECONDS, processor, streamed=streamed)
            name = f"append{' on a stream' if streamed else ''}, {callers} caller{'s' if callers > 1 else ''}, {replicas} replica{'s' if replicas > 1 else ''}"
            shares = f"{measured.per_second / floor.per_second:.2f} | {measured.per_second / bare.per_second:.2f}"
            yield f"| {name} | {_told(measured)} | {_told(floor)} | {_told(bare)} | {shares} | {processor.told(measured.count)} |"


def _told(measured: Measured) -> str:
    return f"{measured.per_second:,.0f}/s, {measured.p50:.1f}, {measured.p99:.1f}"
