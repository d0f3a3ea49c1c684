"""Revocations: in the order of commits, none ever missed."""

import asyncio
from datetime import timedelta

import pytest

from services.auth.adapters import mongo_store
from services.auth.domain.revocations import OF_USE, Revocation, RevocationKind
from services.auth.ports import Transaction
from services.auth.tests.world import Person, World


async def test_nothing_is_there_at_first(world: World) -> None:
    assert await world.trust.revocations_since(0) == ([], 0)


async def test_a_poller_misses_none_while_many_are_revoked_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # They wait for one another; how long is the machine's affair.
    monkeypatch.setattr(mongo_store, "TIMEOUT_SECONDS", 60)
    names = [f"session {number}" for number in range(30)]
    revoking = True
    seen: list[str] = []

    async def revoke(name: str) -> None:
        async def work(tx: Transaction) -> None:
            await tx.add_revocation(Revocation(RevocationKind.SESSION, name, world.clock.now(), "w"))

        await world.store.run(work)

    async def poll() -> None:
        since = 0
        last = False
        while not last:
            await asyncio.sleep(0)  # the fake never waits by itself
            last = not revoking
            revocations, since = await world.trust.revocations_since(since)
            seen.extend(one.id for one in revocations)

    polls = asyncio.create_task(poll())
    await asyncio.gather(*(revoke(name) for name in names))
    revoking = False
    await polls
    assert sorted(seen) == sorted(names)
    assert len(seen) == len(set(seen))


async def test_a_revocation_that_is_rolled_back_leaves_no_hole(world: World, ada: Person) -> None:
    _, since = await world.trust.revocations_since(0)

    class PowerCutError(Exception):
        """Something fails after the revocation was added."""

    async def fail(tx: Transaction) -> None:
        await tx.add_revocation(Revocation(RevocationKind.SESSION, "never", world.clock.now(), "w"))
        raise PowerCutError

    with pytest.raises(PowerCutError):
        await world.store.run(fail)
    await world.sessions.logout(ada.caller, everywhere=False)
    revocations, until = await world.trust.revocations_since(since)
    assert ([one.id for one in revocations], until) == ([ada.caller.session_id], since + 1)


async def test_who_begins_gets_only_what_still_matters_and_who_goes_on_gets_all(world: World, ada: Person) -> None:
    _, since = await world.trust.revocations_since(0)
    await world.sessions.logout(ada.caller, everywhere=False)
    world.clock.advance(OF_USE + timedelta(seconds=1))
    assert await world.trust.revocations_since(0) == ([], since + 1)
    assert [one.id for one in (await world.trust.revocations_since(since))[0]] == [ada.caller.session_id]


async def test_a_number_from_before_a_restore_begins_anew(world: World, ada: Person) -> None:
    await world.sessions.logout(ada.caller, everywhere=False)
    revocations, until = await world.trust.revocations_since(1_000_000)
    assert ada.caller.session_id in [one.id for one in revocations]
    assert until < 1_000_000
