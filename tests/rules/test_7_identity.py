"""Rule 7: a conversation's id follows from the platform's own, so it cannot begin twice; and every read looks at the workspace."""

import asyncio
import uuid
from typing import Any

import pytest

from services.conversation.domain import decide as decide_module
from services.conversation.domain import texts
from services.conversation.domain.errors import ConversationNotFoundError
from services.conversation.tests.scene import PLATFORM, WORKSPACE, Commands, new_id
from services.conversation.use_cases import carry_out
from tests.rules.replica import prepared, replica


async def begun_by_twenty_at_once(mongodb: str, database: str) -> set[str]:
    """Return the conversations that there are after one of the platform's was begun by twenty callers in two processes."""
    await prepared(mongodb, database)
    async with replica(mongodb, database) as one, replica(mongodb, database) as two:

        async def begin(number: int) -> str:
            conversation_id = texts.conversation_id_of(WORKSPACE, PLATFORM.id, "theirs-1")
            process = one if number % 2 else two
            return (await process.carry_out(Commands(conversation_id).start())).conversation_id

        begun = set(await asyncio.gather(*(begin(number) for number in range(20))))
        assert set(await one.database.events.distinct("c")) == begun
        assert all([len(await one.log(conversation_id)) == 1 for conversation_id in begun])
        return begun


async def test_a_conversation_begins_once(mongodb: str, database: str) -> None:
    assert len(await begun_by_twenty_at_once(mongodb, database)) == 1


async def test_with_ids_of_our_own_it_begins_as_often_as_it_is_asked(mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "conversation_id_of", lambda *_parts: str(uuid.uuid4()))
    assert len(await begun_by_twenty_at_once(mongodb, database)) == 20


async def a_foreign_takeover(mongodb: str, database: str) -> Any:
    await prepared(mongodb, database)
    make = Commands(new_id())
    async with replica(mongodb, database) as process:
        await process.carry_out(make.start())
        return await process.carry_out(Commands(make.conversation_id, workspace_id="workspace-2").take())


async def test_another_workspaces_conversation_is_not_found(mongodb: str, database: str) -> None:
    with pytest.raises(ConversationNotFoundError):
        await a_foreign_takeover(mongodb, database)


async def test_without_looking_at_the_workspace_anyone_takes_it(mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (decide_module, carry_out):
        monkeypatch.setattr(module, "own", lambda _state, _command: None)
    assert (await a_foreign_takeover(mongodb, database)).control.agent is not None
