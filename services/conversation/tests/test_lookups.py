"""What agents look up in one conversation, and who watches, on a real database."""

from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.errors import NotFoundError

from services.conversation.adapters.mongo_consumers import MongoConsumers
from services.conversation.adapters.mongo_history import MongoHistory
from services.conversation.ports.watching import Consumer
from services.conversation.tests.logbook import Log, write
from services.conversation.use_cases import read_history
from services.conversation.use_cases.read_history import ReadHistory

Database = AsyncDatabase[dict[str, Any]]


async def told(db: Database) -> Log:
    log = Log()
    for step in (log.user, log.ai, log.take, log.say, log.note, log.transfer, log.close):
        step()
    log.user("I said: 100% (Straße)!")
    log.hand_back("STRASSE or straße, as you like")
    await write(db, *log.events)
    return log


async def test_the_landmarks_are_all_changes_of_control_and_the_notes_in_order(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    log = await told(db)
    await told(db)
    read = ReadHistory(MongoHistory(db))
    # The beginning, the takeover, the note, the transfer, the close, the message that reopened it, the hand-back.
    wanted = [log.events[index] for index in (0, 3, 5, 6, 7, 8, 9)]
    assert await read.landmarks("ws-1", log.id) == wanted
    monkeypatch.setattr(read_history, "MOST_LANDMARKS", 2)
    assert await read.landmarks("ws-1", log.id) == wanted[-2:]


async def test_words_are_found_as_written_whatever_their_case_the_newest_first(db: Database) -> None:
    log = await told(db)
    await told(db)
    find = ReadHistory(MongoHistory(db)).find
    assert await find("ws-1", log.id, "straße", before=0, limit=5) == ([log.events[9], log.events[8]], False)
    assert await find("ws-1", log.id, "STRAßE", before=0, limit=1) == ([log.events[9]], True)
    assert await find("ws-1", log.id, "straße", before=log.events[9].seq, limit=1) == ([log.events[8]], False)
    assert await find("ws-1", log.id, "100% (", before=0, limit=5) == ([log.events[8]], False)
    assert await find("ws-1", log.id, ".*", before=0, limit=5) == ([], False)
    assert await find("ws-1", log.id, "colleagues", before=0, limit=5) == ([log.events[5]], False)


async def test_nothing_is_looked_up_in_a_foreign_or_unknown_conversation(db: Database) -> None:
    log = await told(db)
    read = ReadHistory(MongoHistory(db))
    for workspace_id, conversation_id in (("ws-2", log.id), ("ws-1", "00000000-0000-4000-8000-000000000000")):
        with pytest.raises(NotFoundError):
            await read.landmarks(workspace_id, conversation_id)
        with pytest.raises(NotFoundError):
            await read.find(workspace_id, conversation_id, "hello", before=0, limit=5)


async def test_a_consumer_was_seen_last_while_its_newest_stream_was_open(db: Database) -> None:
    consumers = MongoConsumers(db)
    mine, theirs = Consumer("ws-1", "platform/1", "deliverer"), Consumer("ws-10", "platform-1", "deliverer")
    await consumers.open(mine, "stream-1", ["bot-2", "bot-1"])
    await consumers.open(theirs, "stream-1", [])
    [first] = await consumers.of_workspace("ws-1")
    assert (first.ai_agent_ids, first.unseen_seconds < 30) == (("bot-1", "bot-2"), True)
    await db["watch_consumers"].update_many({}, [{"$set": {"seen_at": {"$subtract": ["$$NOW", 60_000]}}}])
    [gone] = await consumers.of_workspace("ws-1")
    assert gone.unseen_seconds >= 60
    await consumers.saw([(mine, "stream-0")])
    assert (await consumers.of_workspace("ws-1"))[0].unseen_seconds >= 60
    await consumers.saw([(mine, "stream-1")])
    assert (await consumers.of_workspace("ws-1"))[0].unseen_seconds < 30
    await consumers.ack(Consumer("ws-1", "platform-1", "never opened"), "cursor")
    assert len(await consumers.of_workspace("ws-1")) == 1
