"""Rule 4: an answer with a write concern error, a time-out or a lost connection means unknown, not done. On three members whose primary is cut off.

Takeovers are written to a primary that no longer has a majority behind it. They must not be acknowledged: the other members elect a new primary, which
never heard of them, and under which the AI goes on speaking.
"""

import asyncio
from functools import partial

import pytest
from servicekit.errors import ServiceError, UnavailableError

from services.conversation.adapters.mongo_event_store import MongoEventStore
from services.conversation.domain.commands import Command
from services.conversation.ports.event_store import Appended
from services.conversation.tests.scene import Commands
from services.conversation.use_cases.carry_out import CarryOut
from tests.harness.proxy import DROPPED_SOCKETS, Fault, MongoProxy, When
from tests.harness.replica_set import ReplicaSet
from tests.rules.replica import patiently, prepared, replica

pytestmark = DROPPED_SOCKETS

DATABASE = "rule_4"


async def takeovers_that_were_acknowledged_and_are_gone(three: ReplicaSet, conversations: int) -> tuple[int, int]:
    """Return how many takeovers were acknowledged by the cut-off primary, and how many of those the AI then spoke over."""
    makes = [Commands() for _ in range(conversations)]
    await prepared(three.uri, DATABASE)
    async with replica(three.direct_uri(0), DATABASE, timeoutMS=3_000) as cut_off:
        for make in makes:
            await patiently(partial(cut_off.carry_out, make.start()))
        three.isolate(0)
        acknowledged = await asyncio.gather(*(_acknowledged(cut_off.carry_out, make) for make in makes))
    three.elect(1)
    spoken_over = 0
    async with replica(three.direct_uri(1), DATABASE, timeoutMS=60_000) as new_primary:
        for make, was_acknowledged in zip(makes, acknowledged, strict=True):
            await new_primary.carry_out(make.ai(1))
            spoken_over += was_acknowledged
    return sum(acknowledged), spoken_over


async def _acknowledged(carry_out: CarryOut, make: Commands) -> bool:
    try:
        await carry_out(make.take())
    except UnavailableError:
        return False
    return True


# One goes by itself, many go together: MongoDB answers each in its own way.
@pytest.mark.parametrize("conversations", [1, 10])
async def test_what_no_majority_has_is_not_acknowledged(three: ReplicaSet, conversations: int) -> None:
    assert await takeovers_that_were_acknowledged_and_are_gone(three, conversations) == (0, 0)


@pytest.mark.parametrize("conversations", [1, 10])
async def test_taking_no_write_error_for_success_acknowledges_what_is_then_gone(three: ReplicaSet, conversations: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _take_the_rule_out(monkeypatch)
    assert await takeovers_that_were_acknowledged_and_are_gone(three, conversations) == (conversations, conversations)


def _take_the_rule_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at write errors alone, as one does who reads `nInserted` and thinks that it says all."""
    write = MongoEventStore._write

    async def hopeful(self: MongoEventStore, documents: list[dict[str, object]]) -> list[Appended]:
        results = await write(self, documents)
        return [Appended.YES if result is Appended.UNKNOWN else result for result in results]

    monkeypatch.setattr(MongoEventStore, "_write", hopeful)


async def test_a_lost_connection_is_unknown_too_and_a_retry_finds_out(three: ReplicaSet) -> None:
    """The same command again, to whoever is primary by then, is carried out exactly once."""
    make = Commands()
    await prepared(three.uri, DATABASE)
    with MongoProxy(three.members[0].port) as proxy:
        async with replica(proxy.uri, DATABASE, retryWrites=False, timeoutMS=3_000) as process, replica(three.uri, DATABASE, timeoutMS=60_000) as other:
            await other.carry_out(make.start())
            process.states.put((await other.store.newest(make.conversation_id)) or pytest.fail("it was started"))
            await patiently(partial(process.store.newest, make.conversation_id))
            three.isolate(0)
            proxy.fault("insert", When.REPLY, Fault.CUT)
            command = make.take()
            with pytest.raises(UnavailableError):
                await process.carry_out(command)
            three.elect(1)
            three.hide_from_clients(0)
            outcome = await _until_answered(other.carry_out, command)
            assert outcome == 2
            assert [event.type for event in await other.log(make.conversation_id)] == ["conversation_started", "taken_over"]


async def _until_answered(carry_out: CarryOut, command: Command) -> int:
    async with asyncio.timeout(60):
        while True:
            try:
                return (await carry_out(command)).seq
            except ServiceError:
                await asyncio.sleep(0.05)
