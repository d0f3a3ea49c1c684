"""The SDK beside the bare contract: the same commands to the same conversations, in turns, so that the machine's moods fall on both."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

from baton_sdk import AiAgent, Baton, User
from baton_sdk.contract import platform_pb2

from benchmarks.documents import TEXT
from benchmarks.timing import Measured, closed_loop
from tests.harness.site import Site
from tests.harness.streaming import StreamingPlatform

CALLERS = 32
# Many short rounds, each pair in the other order: what else the machine does falls on both.
ROUNDS = 12
SECONDS = 1.0
HEAD = "| what | per second | p50 ms | the bare contract | its p50 ms | overhead |\n|---|---|---|---|---|---|"


async def rows(site: Site) -> AsyncIterator[str]:
    """Measure user messages through both, by a call each and on a stream; overhead is what the SDK's throughput lacks of the bare contract's."""
    target, key = site.public_targets()[0], site.demo.api_key
    async with AsyncExitStack() as open_:
        bare = await open_.enter_async_context(Baton(target, key))
        streaming = StreamingPlatform([target], key, seed=9)
        open_.push_async_callback(streaming.close)

        async def by_a_call(conversation_id: str) -> None:
            request = platform_pb2.AppendUserMessageRequest(command_id=str(uuid.uuid4()), conversation_id=conversation_id, text=TEXT)
            await bare.stub.AppendUserMessage(request, metadata=bare.metadata, timeout=5)

        async def on_a_stream(conversation_id: str) -> None:
            await streaming.user_says(conversation_id, TEXT)

        for streamed, without in ((False, by_a_call), (True, on_a_stream)):
            baton = await open_.enter_async_context(Baton(target, key, streamed=streamed))
            yield await _row(f"baton-sdk{', streamed' if streamed else ''}", baton, without)


async def _row(name: str, baton: Baton, without: Callable[[str], Awaitable[None]]) -> str:
    conversations = await asyncio.gather(*(baton.start(f"bench-{uuid.uuid4()}", User("user"), AiAgent("bot")) for _ in range(CALLERS)))

    async def through_sdk(caller: int) -> None:
        await conversations[caller].user_says(TEXT)

    async def through_bare(caller: int) -> None:
        await without(conversations[caller].id)

    await closed_loop(through_bare, CALLERS, 1.0)  # warm
    sdk: list[Measured] = []
    bare: list[Measured] = []
    pair = [(through_bare, bare), (through_sdk, sdk)]
    for _ in range(ROUNDS):
        for call, measured in pair:
            measured.append(await closed_loop(call, CALLERS, SECONDS))
        pair.reverse()
    ours, theirs = _mean(sdk), _mean(bare)
    overhead = 1 - ours[0] / theirs[0]
    return f"| {name}, {CALLERS} callers | {ours[0]:,.0f}/s | {ours[1]:.1f} | {theirs[0]:,.0f}/s | {theirs[1]:.1f} | {overhead:.0%} |"


def _mean(measured: list[Measured]) -> tuple[float, float]:
    return sum(one.per_second for one in measured) / len(measured), sum(one.p50 for one in measured) / len(measured)
