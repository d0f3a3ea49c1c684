"""Reading the log back by pages, and exporting the whole of it, on a real database."""

import random
from datetime import timedelta
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.errors import InvalidError, NotFoundError

from services.conversation.adapters import mongo_history
from services.conversation.adapters.mongo_history import MongoHistory
from services.conversation.domain.events import Event
from services.conversation.tests.logbook import BEGIN, Log, wander, write
from services.conversation.use_cases.read_history import ReadHistory

Database = AsyncDatabase[dict[str, Any]]


async def written(db: Database, seed: int, steps: int, **of: Any) -> Log:
    log = Log(**of)
    wander(log, steps, random.Random(seed))
    await write(db, *log.events)
    return log


async def test_pages_backwards_and_forwards_give_the_whole_log(db: Database) -> None:
    log = await written(db, 1, 24)
    await written(db, 2, 10)
    read = ReadHistory(MongoHistory(db))
    backwards: list[Event] = []
    before, more = 0, True
    while more:
        page, more = await read("ws-1", log.id, before=before, after=0, limit=7)
        assert [event.seq for event in page] == sorted(event.seq for event in page)
        backwards = page + backwards
        before = page[0].seq
    assert backwards == log.events
    forwards, more = await read("ws-1", log.id, before=0, after=5, limit=7)
    assert forwards == log.events[5:12]
    assert more
    assert await read("ws-1", log.id, before=0, after=18, limit=7) == (log.events[18:], False)
    assert await read("ws-1", log.id, before=0, after=25, limit=7) == ([], False)
    assert await read("ws-1", log.id, before=1, after=0, limit=7) == ([], False)


async def test_a_foreign_or_unknown_conversation_is_not_found(db: Database) -> None:
    log = await written(db, 3, 5)
    read = ReadHistory(MongoHistory(db))
    for workspace_id, conversation_id in (("ws-2", log.id), ("ws-1", "00000000-0000-4000-8000-000000000000")):
        with pytest.raises(NotFoundError):
            await read(workspace_id, conversation_id, before=0, after=0, limit=5)


async def test_both_directions_at_once_are_refused(db: Database) -> None:
    with pytest.raises(InvalidError, match="after_seq"):
        await ReadHistory(MongoHistory(db))("ws-1", "x", before=1, after=1, limit=5)


async def test_the_export_is_the_whole_log_in_order_and_goes_on_after_a_position(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongo_history, "EXPORT_BATCH", 7)
    logs = [await written(db, seed, 10, workspace_id=f"ws-{seed % 2}") for seed in range(6)]
    history = MongoHistory(db)
    batches = [batch async for batch in history.batches(b"", None, "")]
    exported = [event for events, _ in batches for event in events]
    assert exported == [event for log in sorted(logs, key=lambda log: log.id) for event in log.events]
    rest = [event for events, _ in [batch async for batch in history.batches(batches[2][1], None, "")] for event in events]
    assert rest == exported[21:]
    one = [event for events, _ in [batch async for batch in history.batches(b"", None, logs[0].id)] for event in events]
    assert one == logs[0].events


async def test_the_export_can_begin_at_a_time(db: Database) -> None:
    log = await written(db, 7, 10, at=BEGIN)
    since = log.events[4].at
    events = [event for batch, _ in [batch async for batch in MongoHistory(db).batches(b"", since, "")] for event in batch]
    assert events == log.events[4:]
    assert not [batch async for batch in MongoHistory(db).batches(b"", log.events[-1].at + timedelta(seconds=1), "")]
