"""Platforms whose network loses everything from one moment on, and says nothing: their streams end by themselves."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import grpc.aio
from baton.conversation.v1 import platform_pb2, platform_pb2_grpc

from tests.harness.bystander import bearer, nothing_is_kept, somebody_else, watch_streams
from tests.harness.proxy import TcpProxy
from tests.harness.site import Site, open_site
from tests.harness.waiting import wait_until

STREAMS = 100
CONNECTIONS = 10
# Half a minute until the server asks whether the other side is there, a third of one that it waits for the answer, and as long again for a busy machine.
GONE_SECONDS = 120


async def test_streams_over_a_network_that_loses_everything_end_and_leave_nothing(tmp_path: Path, measured: dict[str, str]) -> None:
    with open_site(tmp_path) as site:
        port = int(site.public_targets()[0].rpartition(":")[2])
        # What is made for so many at once and then kept is no leak: connections to the database.
        async with _watching(site, port) as calls:
            await _end(site, calls)
        # The proxy goes first: clients who lost their connection come again through it, and say nothing on the new one either.
        async with nothing_is_kept(site, measured), somebody_else(site, site.demo.api_key):
            with TcpProxy(port) as proxy:
                async with _watching(site, proxy.port) as calls:
                    proxy.stall()
                    began = time.monotonic()
                    await _end(site, [])
                    measured["given up after"] = f"{time.monotonic() - began:.0f} s"
                    for call in calls:
                        call.cancel()


@asynccontextmanager
async def _watching(site: Site, port: int) -> AsyncIterator[list[Any]]:
    """Open the streams, each told where it is."""
    async with AsyncExitStack() as opened:
        options = [("grpc.use_local_subchannel_pool", 1)]
        channels = [await opened.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}", options)) for _ in range(CONNECTIONS)]
        stubs: list[Any] = [platform_pb2_grpc.PlatformServiceStub(channel) for channel in channels]
        requests = [platform_pb2.WatchRequest(consumer_name=f"lost-{number}") for number in range(STREAMS)]
        calls = [stubs[number % CONNECTIONS].Watch(request, metadata=bearer(site.demo.api_key)) for number, request in enumerate(requests)]
        for call in calls:
            await call.read()
        assert await watch_streams(site) >= STREAMS
        yield calls


async def _end(site: Site, calls: list[Any]) -> None:
    """Cancel the streams, and wait until the server has none."""
    for call in calls:
        call.cancel()

    async def are_gone() -> bool:
        return await watch_streams(site) == 0

    await wait_until(are_gone, GONE_SECONDS, what="the server has given them up", interval_seconds=1)
