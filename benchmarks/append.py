"""Append: a user's message through gRPC to its acknowledgement, against the raw insert of such a document."""

import asyncio
import uuid
from collections.abc import AsyncIterator

from benchmarks.floors import TEXT, raw_insert
from benchmarks.timing import Measured, closed_loop
from tests.harness.callers import Platform
from tests.harness.site import Site

CALLERS = (1, 32, 128)
SECONDS = 8.0


async def append(site: Site, callers: int, seconds: float) -> Measured:
    """Each caller writes into a conversation of its own, routed to any replica."""
    platform = Platform(site.public_targets(), site.demo.api_key, seed=7)
    started = await asyncio.gather(*(platform.start(f"bench-{uuid.uuid4()}") for _ in range(callers)))

    async def say(caller: int) -> None:
        answer = await platform.user_says(started[caller].conversation_id, TEXT)
        if answer.refusal:
            raise RuntimeError(answer.refusal)

    try:
        await closed_loop(say, callers, 1.0)  # warm
        return await closed_loop(say, callers, seconds)
    finally:
        await platform.close()


async def rows(site: Site, replicas: int) -> AsyncIterator[str]:
    """Yield the table's rows for a stack."""
    for callers in CALLERS:
        floor = await raw_insert(site.mongodb_uri, callers, SECONDS)
        measured = await append(site, callers, SECONDS)
        share = measured.per_second / floor.per_second
        name = f"append, {callers} callers, {replicas} replica{'s' if replicas > 1 else ''}"
        yield f"| {name} | {_told(measured)} | {_told(floor)} | {share:.2f} |"


def _told(measured: Measured) -> str:
    return f"{measured.per_second:,.0f}/s | {measured.p50:.1f} | {measured.p99:.1f}"
