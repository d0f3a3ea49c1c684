"""What goes on beside something hostile: a caller who does nothing wrong, and what the process under attack holds."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Self

import grpc
import grpc.aio
import httpx
import psutil
from baton.conversation.v1 import platform_pb2, platform_pb2_grpc
from pymongo.common import MAX_POOL_SIZE

from deploy.local import table
from tests.harness.site import Site
from tests.harness.waiting import wait_until

MEBIBYTE = 1024 * 1024
# A call may take so long on a busy machine; what is disturbed takes until its deadline.
PATIENCE_SECONDS = 20.0
CALL_EVERY_SECONDS = 0.02
# What allocators keep of what they once had, however often it happens.
KEPT_BYTES = 24 * MEBIBYTE
# Connections of others that come and go.
SPARE_DESCRIPTORS = 5


@dataclass(frozen=True, slots=True)
class Footprint:
    """Resident memory in bytes, connections to the database, whose pool keeps what it once needed, and open descriptors without those."""

    memory: int
    pool: int
    descriptors: int

    @classmethod
    def of(cls, pid: int, mongodb_port: int) -> Self:
        """Look now."""
        process = psutil.Process(pid)
        pool = sum(1 for one in process.net_connections("tcp") if one.raddr and one.raddr.port == mongodb_port)
        return cls(process.memory_info().rss, pool, process.num_fds() - pool)

    def __str__(self) -> str:
        """Say it as a table does."""
        return f"{self.memory / MEBIBYTE:.0f} MiB, {self.descriptors} descriptors and {self.pool} connections to the database"


@asynccontextmanager
async def nothing_is_kept(site: Site, measured: dict[str, str]) -> AsyncIterator[None]:
    """Prove that conversation has no more descriptors open afterwards, and no more memory than allocators keep."""
    pid = site.stack.running["conversation"].pid
    mongodb_port = site.plan.port("mongodb")
    before = Footprint.of(pid, mongodb_port)
    yield

    def is_small_again() -> bool:
        now = Footprint.of(pid, mongodb_port)
        return now.descriptors <= before.descriptors + SPARE_DESCRIPTORS and now.pool <= MAX_POOL_SIZE and now.memory - before.memory < KEPT_BYTES

    await wait_until(is_small_again, 30, what=f"it is again what it was, {before}")
    measured["before, and after"] = f"{before}, {Footprint.of(pid, mongodb_port)}"


@asynccontextmanager
async def somebody_else(site: Site, api_key: str, calls: int = 4) -> AsyncIterator[None]:
    """Call all the while, and so many times at least, as a platform that does nothing wrong; every call is answered, none takes long."""
    faults: list[str] = []
    answered = 0
    over = asyncio.Event()

    async def call(stub: platform_pb2_grpc.PlatformServiceStub) -> None:
        began = time.monotonic()
        request = platform_pb2.GetConversationRequest(conversation_id=str(uuid.uuid4()))
        try:
            await stub.GetConversation(request, metadata=bearer(api_key), timeout=PATIENCE_SECONDS)
        except grpc.aio.AioRpcError as error:
            if error.code() is not grpc.StatusCode.NOT_FOUND:
                faults.append(f"{error.code().name} after {time.monotonic() - began:.1f} s: {error.details()}")

    async def keep_calling() -> None:
        nonlocal answered
        async with grpc.aio.insecure_channel(site.public_targets()[0]) as channel:
            stub = platform_pb2_grpc.PlatformServiceStub(channel)
            while answered < calls or not over.is_set():
                await call(stub)
                answered += 1
                with suppress(TimeoutError):
                    async with asyncio.timeout(CALL_EVERY_SECONDS):
                        await over.wait()

    calling = asyncio.create_task(keep_calling())
    try:
        yield
    finally:
        over.set()
        await calling
    assert faults == []


async def watch_streams(site: Site) -> float:
    """Return how many Watch streams conversation has open."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as http:
        text = (await http.get(table.metrics_url(site.plan, "conversation"))).text
    (line,) = [line for line in text.splitlines() if line.startswith("baton_conversation_watch_streams ")]
    return float(line.rpartition(" ")[2])


def bearer(api_key: str) -> list[tuple[str, str]]:
    """Return the metadata of a call with this key."""
    return [("authorization", f"Bearer {api_key}")]
