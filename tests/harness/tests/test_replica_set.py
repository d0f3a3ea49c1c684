import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from tests.harness.replica_set import ReplicaSet, owners_of
from tests.harness.waiting import wait_until


@pytest.fixture
def three(tmp_path: Path) -> Iterator[ReplicaSet]:
    # Who is cut off believes itself primary for as long as a test takes on a busy machine.
    with ReplicaSet(tmp_path, election_timeout_ms=120_000) as started:
        yield started


async def test_a_primary_cut_off_still_takes_writes_that_no_majority_has_while_another_is_elected(three: ReplicaSet) -> None:
    async with AsyncMongoClient[dict[str, Any]](three.uri, retryWrites=False) as everyone, AsyncMongoClient[dict[str, Any]](three.direct_uri(0)) as old:
        await everyone.db.things.with_options(write_concern=WriteConcern("majority")).insert_one({"_id": "before"})
        three.isolate(0)
        three.elect(1)
        await wait_until(lambda: three.primaries() == [0, 1], what="both believe themselves primary")
        await old.db.things.with_options(write_concern=WriteConcern(1)).insert_one({"_id": "lost"})
        with pytest.raises(PyMongoError):
            await old.db.things.with_options(write_concern=WriteConcern("majority", wtimeout=300)).insert_one({"_id": "unknown"})
        async with AsyncMongoClient[dict[str, Any]](three.direct_uri(1)) as new:
            await new.db.things.with_options(write_concern=WriteConcern("majority", wtimeout=60_000)).insert_one({"_id": "kept"})
        majority = old.db.things.with_options(read_concern=ReadConcern("majority"))
        assert {thing["_id"] async for thing in majority.find()} == {"before"}
        three.heal()
        await wait_until(lambda: three.primaries() == [1], what="the old primary steps down")
        assert {thing["_id"] async for thing in everyone.db.things.with_options(read_concern=ReadConcern("majority")).find()} == {"before", "kept"}


async def test_a_primary_is_not_cut_off_before_a_lagging_member_has_caught_up(three: ReplicaSet) -> None:
    lagging = psutil.Process(three.members[1].running.pid)
    async with AsyncMongoClient[dict[str, Any]](three.direct_uri(0)) as primary:
        lagging.suspend()
        await primary.db.things.with_options(write_concern=WriteConcern("majority")).insert_one({"_id": "of two"})
        cutting = asyncio.create_task(asyncio.to_thread(three.isolate, 0))
        done, _ = await asyncio.wait([cutting], timeout=0.3)
        assert not done
        lagging.resume()
        await cutting
    await asyncio.to_thread(three.elect, 1)
    async with AsyncMongoClient[dict[str, Any]](three.direct_uri(1)) as new:
        assert await new.db.things.find_one({"_id": "of two"})


async def test_a_connection_is_known_by_both_its_ends_though_another_process_has_the_same_source_port() -> None:
    with listening() as one, listening() as other, connected_from(0, one) as connection:
        source = connection.getsockname()[1]
        with elsewhere_connected_from(source, other) as pid:
            # One look at the system's table may miss a connection.
            await wait_until(lambda: {(source, one): 0, (source, other): 1}.items() <= owners_of({0: os.getpid(), 1: pid}).items(), what="whose they are")


@contextlib.contextmanager
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@contextlib.contextmanager
def connected_from(source: int, target: int) -> Iterator[socket.socket]:
    """Connect from a port (0: any) that others may connect from, too, as the system lets them where they lead elsewhere."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        connection.bind(("127.0.0.1", source))
        connection.connect(("127.0.0.1", target))
        yield connection


@contextlib.contextmanager
def elsewhere_connected_from(source: int, target: int) -> Iterator[int]:
    """Do it for another process alone; return its id."""
    with ExitStack() as mine:
        connection = mine.enter_context(connected_from(source, target))
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[connection.fileno()]) as other:
            mine.close()
            yield other.pid
            other.communicate(b"\n")
