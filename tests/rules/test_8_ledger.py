"""Rule 8: control events are chained, so that what was changed in the database is found; what is erased is not."""

from collections.abc import Callable
from typing import Any

import pytest

from services.conversation.domain import ledger
from services.conversation.domain.ledger import Broken, verify
from services.conversation.tests.scene import SARI, Commands
from tests.rules.replica import Database, prepared, replica

Change = Callable[[Database, str], Any]


async def after(change: Change, mongodb: str, database: str) -> Broken | None:
    """Return what verifying says of a history that was written by commands and then changed in the database."""
    await prepared(mongodb, database)
    make = Commands()
    async with replica(mongodb, database) as process:
        for command in (make.start(), make.user("help"), make.take(reason="asked"), make.say(2), make.release(), make.take(SARI), make.hand_back(4, SARI)):
            await process.carry_out(command)
        await change(process.database, make.conversation_id)
        return verify(await process.log(make.conversation_id))


async def blame_sari(database: Database, conversation_id: str) -> None:
    await database.events.update_one(
        {"c": conversation_id, "s": 3}, {"$set": {"after.control.agent.id": SARI.id, "body.agent.id": SARI.id, "actor.id": SARI.id}}
    )


async def reword(database: Database, conversation_id: str) -> None:
    await database.events.update_one({"c": conversation_id, "s": 3}, {"$set": {"body.reason": "not asked"}})


async def take_out(database: Database, conversation_id: str) -> None:
    await database.events.delete_one({"c": conversation_id, "s": 5})


async def nothing(_database: Database, _conversation_id: str) -> None:
    return


async def erase(database: Database, conversation_id: str) -> None:
    """What erasure does to words, names and salts."""
    await database.events.update_many({"c": conversation_id}, {"$set": {"actor.name": "", "dig": b""}, "$unset": {"salt": ""}})
    await database.events.update_many({"c": conversation_id, "body.text": {"$exists": True}}, {"$set": {"body.text": ""}})
    await database.events.update_many({"c": conversation_id, "t": "taken_over"}, {"$set": {"body.reason": "", "body.agent.display_name": ""}})


@pytest.mark.parametrize("change", [nothing, erase])
async def test_a_true_history_verifies_also_when_its_words_are_erased(change: Change, mongodb: str, database: str) -> None:
    assert await after(change, mongodb, database) is None


@pytest.mark.parametrize(("change", "seq"), [(blame_sari, 3), (reword, 3), (take_out, 6)])
async def test_a_changed_history_does_not(change: Change, seq: int, mongodb: str, database: str) -> None:
    broken = await after(change, mongodb, database)
    assert broken is not None
    assert broken.seq == seq


@pytest.mark.parametrize("change", [blame_sari, take_out])
async def test_without_hashes_that_follow_each_other_nobody_would_know(change: Change, mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_hash", lambda *_parts: ledger.GENESIS)
    assert await after(change, mongodb, database) is None
