"""What nobody serves is answered UNIMPLEMENTED, whatever its name is, and the listener goes on."""

import asyncio
import gc
from typing import Any

import grpc
import grpc.aio
import pytest

from tests.harness.echo import SERVICE, serving
from tests.harness.waiting import wait_until

NAMES = [
    pytest.param(b"/baton.Nothing/Nowhere", id="nobody's"),
    pytest.param(f"/{SERVICE}/".encode() + b"Sa\xffy", id="not UTF-8"),
    pytest.param(b"/\xc3\x28", id="half a letter"),
    pytest.param(b"/" + b"x" * 4_000, id="long"),
]


async def echo(text: str) -> str:
    return text


async def refused_call(channel: grpc.aio.Channel, name: Any) -> None:
    method: Any = channel.unary_unary(name)
    await method(b"", timeout=5)


@pytest.mark.parametrize("name", NAMES)
async def test_an_unknown_method_is_refused_and_all_others_go_on(name: Any) -> None:
    async with serving(echo) as served, grpc.aio.insecure_channel(served.target) as channel:
        for _ in range(3):
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await refused_call(channel, name)
            assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
            assert await served.say("still here") == "still here"
            assert await served.spell("yes") == ["y", "e", "s"]


async def test_many_unknown_calls_at_once_leave_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    async def call(channel: grpc.aio.Channel) -> grpc.StatusCode:
        try:
            await channel.stream_stream(b"/\xff")(timeout=10).read()  # type: ignore[arg-type]  # bytes pass, and only they can be wrong
        except grpc.aio.AioRpcError as error:
            return error.code()
        return grpc.StatusCode.OK

    async with serving(echo) as served, grpc.aio.insecure_channel(served.target) as channel:
        tasks = len(asyncio.all_tasks())
        codes = await asyncio.gather(*(call(channel) for _ in range(200)))
        assert set(codes) == {grpc.StatusCode.UNIMPLEMENTED}
        assert await served.say("still here") == "still here"
        await wait_until(lambda: len(asyncio.all_tasks()) <= tasks + 5, what="the calls have ended")
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.levelname in {"WARNING", "ERROR"}] == []
