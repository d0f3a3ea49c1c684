import asyncio
import contextlib
import gc
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
from pymongo import AsyncMongoClient, MongoClient
from pymongo.errors import AutoReconnect, PyMongoError

from tests.harness.proxy import DROPPED_SOCKETS, Fault, MongoProxy, TcpProxy, When
from tests.harness.waiting import wait_until


@pytest.fixture
def proxy(mongodb_client: MongoClient[dict[str, object]]) -> Iterator[MongoProxy]:
    address = mongodb_client.address
    assert address
    with MongoProxy(address[1]) as started:
        yield started
    # Within the filter that DROPPED_SOCKETS sets, not in whatever test comes next.
    gc.collect()


async def test_an_acknowledgement_can_be_cut_after_the_write(proxy: MongoProxy, mongodb: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](proxy.uri, retryWrites=False) as through, AsyncMongoClient[dict[str, Any]](mongodb) as aside:
        await through[database].things.insert_one({"_id": 1})
        proxy.fault("insert", When.REPLY, Fault.CUT, times=1)
        with pytest.raises(AutoReconnect):
            await through[database].things.insert_one({"_id": 2})
        assert await aside[database].things.count_documents({}) == 2
        assert proxy.cuts == 1
        await through[database].things.insert_one({"_id": 3})


async def test_a_request_can_be_held_before_it_reaches_the_server(proxy: MongoProxy, mongodb: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](proxy.uri) as through, AsyncMongoClient[dict[str, Any]](mongodb) as aside:
        proxy.fault("insert", When.REQUEST, Fault.HOLD)
        insert = asyncio.create_task(through[database].things.insert_one({"_id": 1}))
        await wait_until(lambda: proxy.held == 1)
        assert await aside[database].things.count_documents({}) == 0
        proxy.heal()
        await insert
        assert await aside[database].things.count_documents({}) == 1


@DROPPED_SOCKETS
async def test_a_stalled_connection_goes_on_when_it_is_healed_and_a_refused_one_does_not(proxy: MongoProxy, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](proxy.uri, retryReads=False, serverSelectionTimeoutMS=5_000) as through:
        await through[database].things.find_one()
        proxy.stall()
        find = asyncio.create_task(through[database].things.find_one())
        done, _ = await asyncio.wait([find], timeout=0.2)
        assert not done
        proxy.heal()
        assert await find is None
        proxy.refuse()
        with pytest.raises(PyMongoError):
            await through[database].things.find_one()


async def test_a_proxy_that_ends_while_it_accepts_leaves_no_connection_unclosed(proxy: MongoProxy) -> None:
    knocking = ThreadPoolExecutor(4)
    for _ in range(50):
        with TcpProxy(proxy.port) as ending:
            knocks = [knocking.submit(knock, ending.port, 20) for _ in range(4)]
            wait(knocks, timeout=0.002)
        wait(knocks)
    knocking.shutdown()
    # What was left unclosed is told here, as an error.
    gc.collect()


def knock(port: int, times: int) -> None:
    for _ in range(times):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
            pass


@DROPPED_SOCKETS
async def test_random_cuts_repeat_by_their_seed(proxy: MongoProxy, database: str) -> None:
    proxy.cut_at_random(0.5, seed=7)
    async with AsyncMongoClient[dict[str, Any]](proxy.uri, retryReads=False, serverSelectionTimeoutMS=2_000) as through:
        for _ in range(10):
            try:
                await through[database].things.find_one()
            except PyMongoError:
                continue
    assert proxy.cuts > 0
