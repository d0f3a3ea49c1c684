"""The floors: what the parts alone do on this machine, in the same run."""

import asyncio
import secrets
import sys
import time
import uuid
from contextlib import AsyncExitStack
from typing import Any, cast

from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_connect, ws_create_server
from pymongo import AsyncMongoClient
from servicekit.kafka import TopicReader, make_producer

from benchmarks.documents import DATABASE, TEXT, document, events
from benchmarks.timing import Measured, closed_loop, open_loop, percentile
from tests.harness.callers import Platform

TOPIC = "baton.realtime.ephemeral.v1"


async def raw_insert(mongodb_uri: str, callers: int, seconds: float) -> Measured:
    """insert_one, majority-acknowledged and journaled, one document a call."""
    async with AsyncMongoClient[dict[str, Any]](mongodb_uri, maxPoolSize=200) as client:
        collection = await events(client)

        async def insert(_caller: int) -> None:
            await collection.insert_one(document())

        try:
            return await closed_loop(insert, callers, seconds)
        finally:
            await client.drop_database(DATABASE)


async def bare_grpc(mongodb_uri: str, callers: int, seconds: float) -> Measured:
    """The same insert behind a bare gRPC handler in a process of its own, and the same callers as the product has."""
    serving = await asyncio.create_subprocess_exec(sys.executable, "-m", "benchmarks.bare_server", mongodb_uri, stdout=asyncio.subprocess.PIPE)
    platform: Platform | None = None
    try:
        port = int(await cast("asyncio.StreamReader", serving.stdout).readline())
        platform = Platform([f"127.0.0.1:{port}"], "no-key", seed=7)

        async def insert(caller: int) -> None:
            await platform.user_says(str(caller), TEXT)

        await closed_loop(insert, callers, 1.0)  # warm
        return await closed_loop(insert, callers, seconds)
    finally:
        if platform is not None:
            await platform.close()
        serving.terminate()
        await serving.wait()
        async with AsyncMongoClient[dict[str, Any]](mongodb_uri) as client:
            await client.drop_database(DATABASE)


async def insert_and_change(mongodb_uri: str, per_second: float, seconds: float) -> tuple[float, float]:
    """Return the p50 of an insert at a steady rate, and from its acknowledgement to its change event, in milliseconds (0 when the event came first)."""
    inserted: dict[bytes, float] = {}
    inserts: list[float] = []
    lags: list[float] = []
    async with AsyncMongoClient[dict[str, Any]](mongodb_uri, maxPoolSize=200) as client:
        collection = await events(client)
        await collection.insert_one(document())
        async with await collection.watch() as changes:

            async def follow() -> None:
                async for change in changes:
                    seen = time.perf_counter()
                    key = change["documentKey"]["_id"]
                    while key not in inserted:
                        await asyncio.sleep(0.0005)
                        seen = max(seen, inserted.get(key, seen))
                    lags.append(max(0.0, (seen - inserted[key]) * 1000))

            async def insert(_number: int) -> None:
                inserting = document()
                began = time.perf_counter()
                await collection.insert_one(inserting)
                inserted[inserting["_id"]] = time.perf_counter()
                inserts.append((inserted[inserting["_id"]] - began) * 1000)

            following = asyncio.create_task(follow())
            await open_loop(insert, per_second, seconds)
            await asyncio.sleep(0.2)
            following.cancel()
        await client.drop_database(DATABASE)
    return percentile(sorted(inserts), 0.5), percentile(sorted(lags), 0.5)


async def through_kafka(servers: str, per_second: float, seconds: float) -> float:
    """Return the p50 from sending a record (acks=all, idempotent) to reading it, in milliseconds."""
    sent: dict[bytes, float] = {}
    times: list[float] = []
    producer = make_producer(servers, "bench")
    reader = TopicReader(servers, TOPIC, "bench")
    async with AsyncExitStack() as stack:
        await producer.start()
        stack.push_async_callback(producer.stop)
        await reader.start()
        stack.push_async_callback(reader.stop)
        reader.seek({partition: end for partition, (_, end) in (await reader.bounds()).items()})

        async def follow() -> None:
            async for batch in reader.batches():
                times.extend((time.perf_counter() - sent[record.key]) * 1000 for record in batch if record.key in sent)

        async def send(_number: int) -> None:
            key = uuid.uuid4().hex.encode()
            sent[key] = time.perf_counter()
            # Not a record of the contract: its readers drop and count it.
            await producer.send(TOPIC, secrets.token_bytes(600), key)

        following = asyncio.create_task(follow())
        await open_loop(send, per_second, seconds)
        await asyncio.sleep(0.5)
        following.cancel()
    return percentile(sorted(times), 0.5)


class _Echo(WSListener):
    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        transport.send(WSMsgType.TEXT, frame.get_payload_as_bytes())


class _Timer(WSListener):
    def __init__(self) -> None:
        self.times: list[float] = []
        self.began = 0.0

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:  # noqa: ARG002  # picows' signature
        self.times.append((time.perf_counter() - self.began) * 1000)


async def socket_frame(seconds: float) -> float:
    """Return half the p50 of an echo over a loopback socket: one frame's way, in milliseconds."""

    def accept(_request: WSUpgradeRequest) -> WSListener:
        return _Echo()

    server = await ws_create_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    timer = _Timer()
    transport, _ = await ws_connect(lambda: timer, f"ws://127.0.0.1:{port}/")

    async def echo(_number: int) -> None:
        timer.began = time.perf_counter()
        transport.send(WSMsgType.TEXT, b"x" * 600)

    await open_loop(echo, 100, seconds)
    await asyncio.sleep(0.1)
    transport.disconnect()
    server.close()
    return percentile(sorted(timer.times), 0.5) / 2
