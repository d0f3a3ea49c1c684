"""Waiting for one of pymongo's connections can be cancelled at any moment."""

import asyncio

import pymongo.lock
from pymongo.lock import Condition, Lock
from servicekit import mongo_waits

TURNS = 5


async def _let_others_run() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def _wait_and_be_cancelled_twice() -> Lock:
    lock = Lock()
    condition = Condition(lock)

    async def wait() -> None:
        async with condition:
            await pymongo.lock._async_cond_wait(condition, 60)  # how pymongo's pool waits

    waiting = asyncio.create_task(wait())
    await _let_others_run()
    await lock.acquire()  # somebody else takes a connection just now
    waiting.cancel()
    await _let_others_run()
    waiting.cancel()
    lock.release()
    await asyncio.gather(waiting, return_exceptions=True)
    await _let_others_run()
    return lock


async def test_a_wait_that_is_cancelled_twice_leaves_the_pool_unlocked() -> None:
    mongo_waits.mend()
    lock = await _wait_and_be_cancelled_twice()
    assert not lock.locked()


async def test_a_wait_ends_in_time() -> None:
    mongo_waits.mend()
    condition = Condition(Lock())
    async with condition:
        assert not await pymongo.lock._async_cond_wait(condition, 0.001)
