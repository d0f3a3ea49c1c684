"""The SDK beside the bare stub: the same commands to the same conversations, in turns, so that the machine's moods fall on both."""

import asyncio
import uuid

from baton_sdk import AiAgent, Baton, User
from baton_sdk.contract import platform_pb2

from benchmarks.documents import TEXT
from benchmarks.timing import Measured, closed_loop
from tests.harness.site import Site

CALLERS = 32
# Many short rounds, each pair in the other order: what else the machine does falls on both.
ROUNDS = 12
SECONDS = 1.0
HEAD = "| what | per second | p50 ms | the bare stub | its p50 ms | overhead |\n|---|---|---|---|---|---|"


async def row(site: Site) -> str:
    """Measure user messages through both, and return the table's row; overhead is what the SDK's throughput lacks of the stub's."""
    async with Baton(site.public_targets()[0], site.demo.api_key) as baton:
        conversations = await asyncio.gather(
            *(baton.start(f"bench-{uuid.uuid4()}", User("user"), AiAgent("bot")) for _ in range(CALLERS)),
        )

        async def through_sdk(caller: int) -> None:
            await conversations[caller].user_says(TEXT)

        async def through_stub(caller: int) -> None:
            request = platform_pb2.AppendUserMessageRequest(command_id=str(uuid.uuid4()), conversation_id=conversations[caller].id, text=TEXT)
            await baton.stub.AppendUserMessage(request, metadata=baton.metadata, timeout=5)

        await closed_loop(through_stub, CALLERS, 1.0)  # warm
        sdk: list[Measured] = []
        stub: list[Measured] = []
        pair = [(through_stub, stub), (through_sdk, sdk)]
        for _ in range(ROUNDS):
            for call, measured in pair:
                measured.append(await closed_loop(call, CALLERS, SECONDS))
            pair.reverse()
    ours, bare = _mean(sdk), _mean(stub)
    overhead = 1 - ours[0] / bare[0]
    return f"| baton-sdk, {CALLERS} callers | {ours[0]:,.0f}/s | {ours[1]:.1f} | {bare[0]:,.0f}/s | {bare[1]:.1f} | {overhead:.0%} |"


def _mean(measured: list[Measured]) -> tuple[float, float]:
    return sum(one.per_second for one in measured) / len(measured), sum(one.p50 for one in measured) / len(measured)
