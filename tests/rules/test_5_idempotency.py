"""Rule 5: a command is carried out once, however often it is sent. Here the acknowledgement of every insert is cut after it was written."""

import asyncio
from typing import Any

import pytest
from pymongo.uri_parser import parse_uri
from servicekit.errors import ServiceError, UnavailableError

from services.conversation.adapters.mongo_event_store import COMMAND_ONCE, MongoEventStore
from services.conversation.domain.commands import Command
from services.conversation.domain.events import Event
from services.conversation.ports.event_store import Obstacle
from services.conversation.tests.scene import Commands
from services.conversation.use_cases.carry_out import Outcome
from tests.harness.proxy import Fault, MongoProxy, When
from tests.rules.replica import Replica, holes, prepared, replica

MESSAGES = 5


async def every_acknowledgement_cut(mongodb: str, database: str) -> tuple[list[Event], list[Outcome]]:
    """Return the log of commands that were each sent twice, the first time with the acknowledgement cut off; and the second answers."""
    make, again = Commands(), []
    with MongoProxy(_port(mongodb)) as proxy:
        # Without the driver's own retries: it would ask again over a new connection and hide the fault.
        async with replica(proxy.uri, database, retryWrites=False) as cut, replica(mongodb, database) as whole:
            await whole.carry_out(make.start())
            for number in range(MESSAGES):
                command = make.user(f"message {number}")
                proxy.fault("insert", When.REPLY, Fault.CUT, 1)
                await _once(cut, command)
                again.append(await _until_answered(cut, command))
            assert proxy.cuts == MESSAGES
            return await whole.log(make.conversation_id), again


async def _once(process: Replica, command: Command) -> None:
    try:
        await process.carry_out(command)
    except UnavailableError:
        return


async def _until_answered(process: Replica, command: Command) -> Outcome:
    while True:
        try:
            return await process.carry_out(command)
        except UnavailableError:
            await asyncio.sleep(0.01)


def _port(uri: str) -> int:
    return int(parse_uri(uri)["nodelist"][0][1])


async def test_each_command_is_written_once_and_answered_with_that_event(mongodb: str, database: str) -> None:
    await prepared(mongodb, database)
    log, again = await every_acknowledgement_cut(mongodb, database)
    assert [getattr(event.body, "text", "") for event in log[1:]] == [f"message {number}" for number in range(MESSAGES)]
    assert [outcome.seq for outcome in again] == [event.seq for event in log[1:]]
    assert all(outcome.repeated for outcome in again)
    assert not holes(log)


async def test_without_index_and_lookup_they_are_doubled(mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await prepared(mongodb, database)
    async with replica(mongodb, database) as process:
        await process.database.events.drop_index(COMMAND_ONCE)

    async def never_found(_store: MongoEventStore, *_key: Any) -> None:
        return

    async def only_the_newest(store: MongoEventStore, event: Event) -> Obstacle:
        return Obstacle(None, await store.newest(event.conversation_id))

    monkeypatch.setattr(MongoEventStore, "by_command", never_found)
    monkeypatch.setattr(MongoEventStore, "obstacle_to", only_the_newest)
    log, _ = await every_acknowledgement_cut(mongodb, database)
    assert len(log) == 1 + 2 * MESSAGES


async def test_the_same_id_from_many_callers_in_two_processes_is_one_event(mongodb: str, database: str) -> None:
    await prepared(mongodb, database)
    make = Commands()
    async with replica(mongodb, database) as one, replica(mongodb, database) as two:
        await one.carry_out(make.start())
        command = make.ai(1)
        outcomes = await asyncio.gather(*(process.carry_out(command) for process in (one, two) * 10))
        assert {outcome.seq for outcome in outcomes} == {2}
        assert len(await one.log(make.conversation_id)) == 2


async def test_a_refused_takeover_stays_refused_and_an_accepted_one_accepted_whatever_is_repeated(mongodb: str, database: str) -> None:
    """Before any refusal the id is looked up: who won is told so again, after it was lost again."""
    await prepared(mongodb, database)
    make = Commands()
    async with replica(mongodb, database) as one, replica(mongodb, database) as two:
        await one.carry_out(make.start())
        winning = make.take()
        first = await one.carry_out(winning)
        await one.carry_out(make.hand_back(first.seq))
        await one.carry_out(make.close(supervisor=True))
        again = await two.carry_out(winning)
        assert (again.seq, again.repeated, again.control.close_reason) == (first.seq, True, "resolved")
        with pytest.raises(ServiceError):
            await two.carry_out(make.take())
