"""Rule 1: a process has at most one undecided append per conversation, so that a batch never holds two of its events.

Two AI messages are pipelined in one process while another process commits a takeover. An unordered batch would refuse the first and let the second in.
"""

import asyncio
import itertools
from typing import Any

import pytest
from servicekit.errors import ServiceError

from services.conversation.adapters.group_commit import MAX_WRITES, GroupCommit
from services.conversation.domain.events import Event
from services.conversation.tests.scene import Commands
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.lanes import Lanes
from tests.harness.waiting import wait_until
from tests.rules.replica import Gate, breaches, holes, prepared, replica, types


async def two_messages_against_a_takeover(mongodb: str, database: str, make: Commands, together: int) -> list[Event]:
    """Return the log after the takeover was committed between the deciding of two pipelined AI messages, `together` of them in one batch, and their writing."""
    await prepared(mongodb, database)
    async with replica(mongodb, database) as platforms, replica(mongodb, database) as agents:
        await platforms.carry_out(make.start())
        gate = Gate(platforms)
        # What is on its way first keeps each of the writers busy, so that the messages meet in one batch.
        others: list[asyncio.Task[Any]] = []
        for _ in range(MAX_WRITES):
            others.append(asyncio.create_task(platforms.carry_out(Commands().start())))
            await wait_until(lambda: gate.held == len(others), what="one more writer is kept busy")
        messages = [asyncio.create_task(_carried(platforms.carry_out, make.ai(1, text))) for text in ("first", "second")]
        await wait_until(lambda: len(platforms.store._commit._pending) == together, what="the messages wait for a writer")
        await agents.carry_out(make.take())
        gate.open.set()
        await asyncio.gather(*messages, *others)
        return await agents.log(make.conversation_id)


async def _carried(carry_out: CarryOut, command: Any) -> str:  # any command
    try:
        await carry_out(command)
    except ServiceError as error:
        return error.reason
    return "OK"


async def test_no_pipelined_message_lands_behind_a_takeover(mongodb: str, database: str) -> None:
    log = await two_messages_against_a_takeover(mongodb, database, Commands(), together=1)
    assert types(log) == ["conversation_started", "taken_over", "ai_draft_withheld", "ai_draft_withheld"]
    assert not breaches(log)
    assert not holes(log)


async def test_without_the_rule_the_second_one_does(mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _take_the_rule_out(monkeypatch)
    log = await two_messages_against_a_takeover(mongodb, database, Commands(), together=2)
    assert breaches(log)


def _take_the_rule_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands in without a turn, decide the next on what is not acknowledged yet, and let one batch hold both."""

    async def no_turn(_lanes: Lanes, _conversation_id: str) -> None:
        return

    append, submit, numbers = CarryOut._append, GroupCommit.submit, itertools.count()

    async def ahead(self: CarryOut, event: Event, command: Any) -> Any:
        self._states.put(event.state)
        return await append(self, event, command)

    def any_key(self: GroupCommit, conversation: bytes, document: dict[str, Any]) -> Any:
        return submit(self, conversation + str(next(numbers)).encode(), document)

    monkeypatch.setattr(Lanes, "enter", no_turn)
    monkeypatch.setattr(Lanes, "leave", lambda _lanes, _conversation_id: None)
    monkeypatch.setattr(CarryOut, "_append", ahead)
    monkeypatch.setattr(GroupCommit, "submit", any_key)
