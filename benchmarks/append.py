"""Append: a user's message through gRPC to its acknowledgement, against two floors: the raw insert, and a bare gRPC handler that only inserts."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass

from benchmarks.documents import TEXT
from benchmarks.floors import bare_grpc, raw_insert
from benchmarks.processor import Processor
from benchmarks.timing import Measured, closed_loop
from tests.harness.callers import Platform
from tests.harness.site import Site
from tests.harness.streaming import StreamingPlatform

SECONDS = 8.0
# Until what starts slowly (the broker's virtual machine, empty caches) runs as it will.
WARM_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Case:
    """Callers that each send one message after the other, into one of their own conversations after the other."""

    callers: int
    streamed: bool = False
    # With one, its next message comes the moment the former is acknowledged, as no user's does: the hardest for replicas that must learn of it.
    conversations: int = 1

    def named(self, replicas: int) -> str:
        """Return it in words."""
        words = [f"append{' on a stream' if self.streamed else ''}", f"{self.callers} callers", f"{self.conversations} conversations each"]
        return ", ".join([*words, f"{replicas} replicas"]).replace(" 1 conversations", " 1 conversation").replace(" 1 callers", " 1 caller")


CASES = (
    Case(1),
    Case(32),
    Case(32, conversations=20),
    Case(32, streamed=True),
    Case(32, streamed=True, conversations=20),
    Case(128),
    Case(128, streamed=True),
)


async def append(site: Site, case: Case, seconds: float, processor: Processor) -> Measured:
    """Let the callers write, each message routed to any replica."""
    kind = StreamingPlatform if case.streamed else Platform
    platform = kind(site.public_targets(), site.demo.api_key, seed=7)
    started = await asyncio.gather(*(platform.start(f"bench-{uuid.uuid4()}") for _ in range(case.callers * case.conversations)))
    turns = [itertools.cycle(started[caller :: case.callers]) for caller in range(case.callers)]

    async def say(caller: int) -> None:
        answer = await platform.user_says(next(turns[caller]).conversation_id, TEXT)
        if answer.refusal:
            raise RuntimeError(answer.refusal)

    try:
        await closed_loop(say, case.callers, 1.0)  # warm
        processor.begin()
        return await closed_loop(say, case.callers, seconds)
    finally:
        processor.end()
        await platform.close()


async def warm_up(site: Site) -> None:
    """Let everything run as it will."""
    await append(site, Case(32), WARM_SECONDS, Processor({}))


async def rows(site: Site, replicas: int) -> AsyncIterator[str]:
    """Yield the table's rows for a stack, each beside its floors, measured just before it."""
    processor = Processor({name: running.pid for name, running in site.stack.running.items()})
    for callers, cases in itertools.groupby(CASES, key=lambda case: case.callers):
        floor = await raw_insert(site.mongodb_uri, callers, SECONDS)
        bare = await bare_grpc(site.mongodb_uri, callers, SECONDS)
        for case in cases:
            measured = await append(site, case, SECONDS, processor)
            shares = f"{measured.per_second / floor.per_second:.2f} | {measured.per_second / bare.per_second:.2f}"
            yield f"| {case.named(replicas)} | {_told(measured)} | {_told(floor)} | {_told(bare)} | {shares} | {processor.told(measured.count)} |"


def _told(measured: Measured) -> str:
    return f"{measured.per_second:,.0f}/s, {measured.p50:.1f}, {measured.p99:.1f}"
