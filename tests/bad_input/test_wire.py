"""The public listener under bytes that no client sends: nothing ends, nothing is kept, and nobody else notices."""

import asyncio
import os
import random
import uuid
from contextlib import AsyncExitStack, suppress
from typing import Any

import grpc
import grpc.aio
import pytest
from baton.conversation.v1 import platform_pb2, platform_pb2_grpc

from tests.bad_input import frames
from tests.bad_input.evidence import Processes
from tests.bad_input.people import Side
from tests.harness.bystander import PATIENCE_SECONDS, bearer, nothing_is_kept, somebody_else, watch_streams
from tests.harness.site import Site
from tests.harness.waiting import wait_until

BROKEN = int(os.environ.get("WIRE_FRAMES", "400"))
# Before anything is measured: what is made at first use is no leak.
FIRST = 200
AT_ONCE = 20
ANSWER_SECONDS = 0.3
HALF_OPEN = 100
WATCHERS = 1_000
CHANNELS = 10
# A field that no message has, of four mebibytes.
BIG = b"\xfa\x7f\x80\x80\x80\x02" + b"x" * 4 * 1024 * 1024
SEED = 20_261_122
GET = "/baton.conversation.v1.PlatformService/GetConversation"
STREAM = "/baton.conversation.v1.PlatformService/AppendStream"

untouched = pytest.mark.usefixtures("unharmed")


@untouched
async def test_frames_that_went_wrong_end_at_most_their_own_connection(stack: Site, sides: tuple[Side, Side], measured: dict[str, str]) -> None:
    chance = random.Random(SEED)
    message = platform_pb2.GetConversationRequest(conversation_id=str(uuid.uuid4())).SerializeToString()
    places = asyncio.Semaphore(AT_ONCE)

    async def send(raw: bytes) -> None:
        async with places:
            reader, writer = await _connect(stack)
            with suppress(OSError, TimeoutError):
                writer.write(raw)
                writer.write_eof()
                async with asyncio.timeout(ANSWER_SECONDS):
                    while await reader.read(65_536):
                        pass
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def send_many(count: int) -> None:
        paths = (GET, STREAM)
        await asyncio.gather(*(send(frames.mutated(frames.call(paths[number % 2], sides[0].api_key, message), chance)) for number in range(count)))

    await send_many(FIRST)
    async with nothing_is_kept(stack, measured), somebody_else(stack, sides[0].api_key):
        await send_many(BROKEN)
    measured["broken connections"] = str(FIRST + BROKEN)


@untouched
async def test_four_mebibytes_are_refused_by_themselves_and_on_a_stream(stack: Site, sides: tuple[Side, Side], measured: dict[str, str]) -> None:
    options = [("grpc.max_send_message_length", -1)]
    async with grpc.aio.insecure_channel(stack.public_targets()[0], options=options) as channel:
        await _send_big(channel, sides[0])
        async with nothing_is_kept(stack, measured), somebody_else(stack, sides[0].api_key):
            for _ in range(5):
                await _send_big(channel, sides[0])


@untouched
async def test_connections_that_say_nothing_more_disturb_nobody(stack: Site, sides: tuple[Side, Side], measured: dict[str, str]) -> None:
    begun = frames.PREFACE + b"".join(frames.call(GET, sides[0].api_key, b"x" * 50))[:-20]
    async with nothing_is_kept(stack, measured):
        opened = [await _connect(stack) for _ in range(HALF_OPEN)]
        for number, (_, writer) in enumerate(opened):
            # Nothing at all, a beginning, a call without its end.
            writer.write([b"", frames.PREFACE[:10], begun][number % 3])
        async with somebody_else(stack, sides[0].api_key, calls=50):
            pass
        for _, writer in opened:
            writer.transport.abort()


async def test_a_thousand_idle_watchers_cost_little_and_leave_nothing(stack: Site, sides: tuple[Side, Side], measured: dict[str, str]) -> None:
    processes = Processes(stack)
    async with AsyncExitStack() as opened:
        options = [("grpc.use_local_subchannel_pool", 1)]
        channels = [await opened.enter_async_context(grpc.aio.insecure_channel(stack.public_targets()[0], options)) for _ in range(CHANNELS)]
        stubs: list[Any] = [platform_pb2_grpc.PlatformServiceStub(channel) for channel in channels]
        before = await watch_streams(stack)
        await _watch_and_leave(stack, stubs, sides[1], before)
        async with nothing_is_kept(stack, measured), somebody_else(stack, sides[0].api_key):
            await _watch_and_leave(stack, stubs, sides[1], before)
    measured["watchers"] = str(WATCHERS)
    assert processes.complaints() == []


async def _send_big(channel: grpc.aio.Channel, side: Side) -> None:
    unary: Any = channel.unary_unary(GET)
    stream: Any = channel.stream_stream(STREAM)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await unary(BIG, metadata=bearer(side.api_key), timeout=PATIENCE_SECONDS)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    call = stream(metadata=bearer(side.api_key), timeout=PATIENCE_SECONDS)
    await call.initial_metadata()
    with suppress(grpc.aio.AioRpcError):
        await call.write(BIG)
    assert await call.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def _watch_and_leave(stack: Site, stubs: list[Any], side: Side, before: float) -> None:
    """Open the watches, each told where it is, and leave."""
    places = asyncio.Semaphore(AT_ONCE)

    async def watch(number: int) -> Any:
        async with places:
            request = platform_pb2.WatchRequest(consumer_name=f"idle-{number}")
            call = stubs[number % len(stubs)].Watch(request, metadata=bearer(side.api_key))
            assert isinstance(await call.read(), platform_pb2.WatchResponse)
            return call

    calls = await asyncio.gather(*(watch(number) for number in range(WATCHERS)))
    assert await watch_streams(stack) >= before + WATCHERS
    for call in calls:
        call.cancel()

    async def are_gone() -> bool:
        return await watch_streams(stack) <= before

    await wait_until(are_gone, 60, what="all watchers are gone", interval_seconds=0.2)


async def _connect(stack: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, _, port = stack.public_targets()[0].rpartition(":")
    return await asyncio.open_connection(host, int(port))
