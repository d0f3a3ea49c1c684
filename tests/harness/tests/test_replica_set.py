import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.errors import PyMongoError
from pymongo.read_concern import ReadConcern

from tests.harness.replica_set import ReplicaSet
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
        assert three.primaries() == [0, 1]
        await old.db.things.with_options(write_concern=WriteConcern(1)).insert_one({"_id": "lost"})
        with pytest.raises(PyMongoError):
            await old.db.things.with_options(write_concern=WriteConcern("majority", wtimeout=300)).insert_one({"_id": "unknown"})
        async with AsyncMongoClient[dict[str, Any]](three.direct_uri(1)) as new:
            await new.db.things.with_options(write_concern=WriteConcern("majority", wtimeout=5_000)).insert_one({"_id": "kept"})
        majority = old.db.things.with_options(read_concern=ReadConcern("majority"))
        assert {thing["_id"] async for thing in majority.find()} == {"before"}
        three.heal()
        await wait_until(lambda: three.primaries() == [1], 30, what="the old primary steps down")
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
