"""Rule 3: memory advances only on what a majority acknowledged, and a refusal is given only on what was read after the command arrived."""

from collections.abc import Sequence
from typing import Any

import pytest
from servicekit.errors import UnavailableError

from services.conversation.domain.control import AgentRef, State
from services.conversation.domain.errors import AlreadyTakenError
from services.conversation.domain.events import Event
from services.conversation.ports.event_store import Appended
from services.conversation.tests.scene import SARI, Commands
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.states import States
from tests.rules.replica import Replica, holes, prepared, replica


async def taken_by_a_colleague_after_it_came_free(mongodb: str, database: str) -> AgentRef | None:
    """Return who holds it after one process let it go and the other, whose memory says otherwise, was asked to take it."""
    await prepared(mongodb, database)
    make = Commands()
    async with replica(mongodb, database) as one, replica(mongodb, database) as two:
        await one.carry_out(make.start())
        await one.carry_out(make.take())
        await two.carry_out(make.release())
        return (await one.carry_out(make.take(SARI))).control.agent


async def test_nobody_is_refused_for_what_is_no_longer_so(mongodb: str, database: str) -> None:
    assert await taken_by_a_colleague_after_it_came_free(mongodb, database) == SARI


async def test_refusing_on_memory_tells_people_what_is_not_true(mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    load = CarryOut._load

    async def from_memory(self: CarryOut, conversation_id: str) -> State | None:
        return self._states.get(conversation_id) or await load(self, conversation_id)

    monkeypatch.setattr(CarryOut, "_load", from_memory)
    with pytest.raises(AlreadyTakenError):
        await taken_by_a_colleague_after_it_came_free(mongodb, database)


async def a_write_that_never_arrives(mongodb: str, database: str) -> list[Event]:
    """Return the log after one message was lost on its way to the database and another followed."""
    await prepared(mongodb, database)
    make = Commands()
    async with replica(mongodb, database) as process:
        await process.carry_out(make.start())
        await _lost(process, make)
        await process.carry_out(make.user("after it"))
        return await process.log(make.conversation_id)


async def _lost(process: Replica, make: Commands) -> None:
    commit = process.store._commit
    write = commit._write

    async def lose(documents: Sequence[dict[str, Any]]) -> list[Appended]:
        return [Appended.UNKNOWN] * len(documents)

    commit._write = lose
    with pytest.raises(UnavailableError):
        await process.carry_out(make.user("lost"))
    commit._write = write


async def test_what_was_not_acknowledged_is_not_remembered(mongodb: str, database: str) -> None:
    log = await a_write_that_never_arrives(mongodb, database)
    assert len(log) == 2
    assert not holes(log)


async def test_remembering_what_was_only_sent_makes_a_hole(mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    append = CarryOut._append

    async def hopeful(self: CarryOut, event: Event, command: Any) -> Any:
        self._states.put(event.state)
        return await append(self, event, command)

    monkeypatch.setattr(CarryOut, "_append", hopeful)
    monkeypatch.setattr(States, "evict", lambda _states, _conversation_id: None)
    assert holes(await a_write_that_never_arrives(mongodb, database))
