"""Rule 2: what decides is read from the primary with read concern majority. On three members whose primary is cut off from the others.

Budi holds the conversation. The old primary, cut off, takes a hand-back that no majority ever has. Whoever reads it there believes that the AI
may speak, and writes seq n+2 to the new primary, where Budi has meanwhile written n+1 and still holds the conversation.
"""

import asyncio
from functools import partial

import pymongo
import pytest
from pymongo.read_concern import ReadConcern
from servicekit.errors import UnavailableError

from services.conversation.domain.control import State
from services.conversation.domain.events import Event
from services.conversation.tests.scene import Commands
from tests.harness.proxy import DROPPED_SOCKETS
from tests.harness.replica_set import ReplicaSet
from tests.harness.waiting import wait_until
from tests.rules.replica import Gate, Replica, breaches, holes, patiently, prepared, replica, types

pytestmark = DROPPED_SOCKETS

DATABASE = "rule_2"


async def an_ai_that_read_from_the_old_primary(three: ReplicaSet, *, local_reads: bool) -> list[Event]:
    """Return the log as a majority has it in the end."""
    make = Commands()
    await prepared(three.uri, DATABASE)
    async with (
        replica(three.uri, DATABASE, timeoutMS=60_000) as agents,
        replica(three.uri, DATABASE, timeoutMS=60_000) as platforms,
        replica(three.direct_uri(0), DATABASE, timeoutMS=2_000) as old_primary,
    ):
        await agents.carry_out(make.start())
        await agents.carry_out(make.take())
        for process in (platforms, old_primary):
            await patiently(partial(process.store.newest, make.conversation_id))
        old_primary.states.put(await _state(agents, make))
        if local_reads:
            _take_the_rule_out(platforms)
        three.isolate(0)
        await _hand_back_that_no_majority_has(old_primary, make)
        # Its driver still takes member 0 for the primary, reads there, and is about to write.
        gate = Gate(platforms)
        speaking = asyncio.create_task(platforms.carry_out(make.ai(3)))
        await wait_until(lambda: gate.held, what="the message is about to be written")
        three.elect(1)
        async with replica(three.direct_uri(1), DATABASE, timeoutMS=20_000) as new_primary:
            await patiently(partial(new_primary.carry_out, make.say(2)))
            three.hide_from_clients(0)
            gate.open.set()
            (spoken,) = await asyncio.gather(speaking, return_exceptions=True)
            # It knows what became of it.
            assert not isinstance(spoken, UnavailableError)
            return await new_primary.log(make.conversation_id)


async def _state(process: Replica, make: Commands) -> State:
    state = await process.store.newest(make.conversation_id)
    assert state is not None
    return state


def _take_the_rule_out(process: Replica) -> None:
    process.store._majority = process.store._majority.with_options(read_concern=ReadConcern("local"))


async def _hand_back_that_no_majority_has(old_primary: Replica, make: Commands) -> None:
    """A busy machine may not even write it before the client's patience ends: then the same command again."""
    local, command = old_primary.database.get_collection("events", read_concern=ReadConcern("local")), make.hand_back(2)

    async def is_there() -> bool:
        with pytest.raises(UnavailableError):
            await old_primary.carry_out(command)
        with pymongo.timeout(30):
            return await local.count_documents({"c": make.conversation_id, "s": 3}) == 1

    await wait_until(is_there, what="the old primary alone has the hand-back")


async def test_the_ai_does_not_speak_while_a_human_holds_it(three: ReplicaSet) -> None:
    log = await an_ai_that_read_from_the_old_primary(three, local_reads=False)
    assert types(log)[:3] == ["conversation_started", "taken_over", "human_message"]
    assert not breaches(log)
    assert not holes(log)


async def test_with_local_reads_it_does(three: ReplicaSet) -> None:
    log = await an_ai_that_read_from_the_old_primary(three, local_reads=True)
    assert types(log) == ["conversation_started", "taken_over", "human_message", "ai_message"]
    assert breaches(log) == [4]
