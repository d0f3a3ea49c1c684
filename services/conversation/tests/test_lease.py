"""Leases with a term, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from services.conversation.adapters.lease import Lease, LeaseLostError, RoleRunner
from services.conversation.tests.conftest import until
from tests.harness.proxy import DROPPED_SOCKETS

# Roles are ended by cancellation, wherever they are.
pytestmark = DROPPED_SOCKETS

Database = AsyncDatabase[dict[str, Any]]


async def acquired(lease: Lease) -> Lease:
    await until(lease.acquire, "the lease is taken")
    return lease


async def run_out(db: Database) -> None:
    """Let every lease's term be over."""
    await db["leases"].update_many({}, {"$set": {"expires_at": datetime.now(UTC) - timedelta(seconds=1)}})


@pytest.mark.usefixtures("long_term")
async def test_one_holder_at_a_time(db: Database) -> None:
    first, second = await acquired(Lease(db, "relay")), Lease(db, "relay")
    assert first.held
    assert not await second.acquire()
    await first.release()
    assert not first.held
    assert await second.acquire()


async def test_a_term_that_ran_out_is_anothers_and_what_the_former_holder_stores_does_not_count(db: Database) -> None:
    first = await acquired(Lease(db, "relay"))
    await first.store({"at": 1})
    await run_out(db)
    second = await acquired(Lease(db, "relay"))
    with pytest.raises(LeaseLostError):
        await first.store({"at": 2})
    with pytest.raises(LeaseLostError):
        await first.renew()
    assert not first.held
    assert await second.position() == {"at": 1}
    await second.store({"at": 3})
    assert await first.position() == {"at": 3}


async def test_the_same_process_in_a_later_term_does_not_write_for_its_former_self(db: Database) -> None:
    lease = await acquired(Lease(db, "relay"))
    stale = Lease(db, "relay")
    stale._holder, stale._term = lease._holder, lease._term
    await run_out(db)
    await acquired(lease)
    with pytest.raises(LeaseLostError):
        await stale.store({"at": 1})


@pytest.mark.usefixtures("long_term")
async def test_twenty_who_try_at_once_are_one_holder(db: Database) -> None:
    leases = [Lease(db, "relay") for _ in range(20)]
    taken = [*await asyncio.gather(*[lease.acquire() for lease in leases]), *await asyncio.gather(*[lease.acquire() for lease in leases])]
    assert sum(taken) == 1
    assert sum(lease.held for lease in leases) == 1


async def test_a_role_moves_to_another_process_when_its_holder_stops_and_its_work_is_cancelled(db: Database) -> None:
    working: list[str] = []

    def work_as(name: str) -> Any:
        async def work(_lease: Lease) -> None:
            working.append(name)
            try:
                await asyncio.Event().wait()
            finally:
                working.remove(name)

        return work

    first = asyncio.create_task(RoleRunner(Lease(db, "relay"), work_as("first")).run())
    await until(lambda: working == ["first"], "the first works")
    second = asyncio.create_task(RoleRunner(Lease(db, "relay"), work_as("second")).run())
    first.cancel()
    await asyncio.wait([first])
    assert "first" not in working
    await until(lambda: working == ["second"], "the second works, sooner than a term")
    second.cancel()
    await asyncio.wait([second])
    assert working == []


async def test_work_that_fails_is_begun_again(db: Database) -> None:
    begun = 0

    async def work(_lease: Lease) -> None:
        nonlocal begun
        begun += 1
        msg = "no"
        raise RuntimeError(msg)

    running = asyncio.create_task(RoleRunner(Lease(db, "relay"), work).run())
    await until(lambda: begun >= 2, "the work begins again")
    running.cancel()
    await asyncio.wait([running])


async def test_losing_the_lease_cancels_the_work(db: Database) -> None:
    ended = asyncio.Event()

    async def work(_lease: Lease) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    running = asyncio.create_task(RoleRunner(Lease(db, "relay"), work).run())

    async def held() -> bool:
        return await db["leases"].count_documents({"_id": "relay", "holder": {"$ne": ""}}) == 1

    await until(held, "the role is taken")
    await db["leases"].update_one({"_id": "relay"}, {"$set": {"holder": "another", "expires_at": datetime.now(UTC) + timedelta(minutes=1)}})
    async with asyncio.timeout(30):
        await ended.wait()
    running.cancel()
    await asyncio.wait([running])
