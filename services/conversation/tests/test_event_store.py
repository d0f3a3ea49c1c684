"""One suite for the real store and its fake: what the port promises."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase

from services.conversation.adapters.event_indexes import ensure_indexes, index_problem
from services.conversation.adapters.memory_event_store import MemoryEventStore
from services.conversation.adapters.mongo_event_store import COMMAND_ONCE, MongoEventStore
from services.conversation.domain.errors import NotUnderstoodError
from services.conversation.domain.events import ActorKind, Event
from services.conversation.ports.event_store import Appended, EventStore, Obstacle
from services.conversation.tests.scene import PLATFORM, Scene, new_id


@pytest.fixture(params=["memory", "mongodb"])
async def store(request: pytest.FixtureRequest, db: AsyncDatabase[dict[str, Any]]) -> AsyncIterator[EventStore]:
    if request.param == "memory":
        yield MemoryEventStore()
        return
    await ensure_indexes(db)
    real = MongoEventStore(db)
    yield real
    await real.drain()


def history() -> list[Event]:
    scene = Scene()
    scene.do(scene.make.user())
    scene.do(scene.make.take())
    return scene.log


async def test_what_is_appended_is_the_newest_and_found_by_its_command(store: EventStore) -> None:
    for event in history():
        assert await store.append(event) is Appended.YES
        assert await store.newest(event.conversation_id) == event.state
        assert await store.by_command(event.conversation_id, event.actor.kind, event.actor.id, event.command_id) == event


async def test_what_was_never_written_is_not_there(store: EventStore) -> None:
    assert await store.newest(new_id()) is None
    assert await store.by_command(new_id(), ActorKind.PLATFORM, PLATFORM.id, new_id()) is None


async def test_a_seq_is_written_once(store: EventStore) -> None:
    first, second, third = history()
    for event in (first, second):
        await store.append(event)
    assert await store.append(replace(second, command_id=new_id())) is Appended.CONFLICT
    assert await store.append(third) is Appended.YES


async def test_a_command_is_carried_out_once_even_under_another_seq(store: EventStore) -> None:
    first, second, third = history()
    for event in (first, second):
        await store.append(event)
    assert await store.append(replace(third, command_id=second.command_id, actor=second.actor)) is Appended.CONFLICT
    newest = await store.newest(first.conversation_id)
    assert newest is not None
    assert newest.seq == 2


async def test_the_same_command_id_by_another_actor_or_in_another_conversation_is_another_command(store: EventStore) -> None:
    first, second, third = history()
    other = history()[0]
    await store.append(first)
    await store.append(second)
    assert await store.append(replace(third, command_id=second.command_id)) is Appended.YES
    assert await store.append(replace(other, command_id=second.command_id)) is Appended.YES


async def test_appends_of_many_conversations_at_once_each_have_their_own_result(store: EventStore) -> None:
    fresh = [history()[0] for _ in range(30)]
    for event in fresh[::3]:
        await store.append(replace(event, command_id=new_id()))
    results = await asyncio.gather(*(store.append(event) for event in fresh))
    assert results == [Appended.YES if number % 3 else Appended.CONFLICT for number in range(30)]


async def test_what_stands_against_appends_is_told_to_each_of_many_at_once(store: EventStore) -> None:
    logs = [history() for _ in range(30)]
    for first, second, third in logs:
        for event in (first, second, third):
            await store.append(event)
    obstacles = await asyncio.gather(
        *(store.obstacle_to(replace(second, command_id=new_id() if number % 2 else second.command_id)) for number, (_, second, _) in enumerate(logs))
    )
    assert [obstacle.newest for obstacle in obstacles] == [third.state for _, _, third in logs]
    assert [obstacle.repeated for obstacle in obstacles] == [None if number % 2 else second for number, (_, second, _) in enumerate(logs)]


async def test_a_command_that_stands_against_an_append_under_another_seq_is_found(store: EventStore) -> None:
    first, second, third = history()
    for event in (first, second):
        await store.append(event)
    obstacle = await store.obstacle_to(replace(third, command_id=second.command_id, actor=second.actor))
    assert obstacle.repeated == second


async def test_where_nothing_stands_against_an_append_nothing_is_told(store: EventStore) -> None:
    event = history()[0]
    assert await store.obstacle_to(event) == Obstacle(None, None)


async def test_a_conversation_that_ran_far_ahead_is_told_as_of_its_newest_event(store: EventStore) -> None:
    scene = Scene()
    for _ in range(10):
        scene.do(scene.make.user())
    for event in scene.log:
        await store.append(event)
    assert await store.obstacle_to(replace(scene.log[1], command_id=new_id())) == Obstacle(None, scene.log[-1].state)


async def test_an_event_of_a_version_to_come_is_told_to_its_own_conversation_alone(db: AsyncDatabase[dict[str, Any]]) -> None:
    await ensure_indexes(db)
    store = MongoEventStore(db)
    strange, known = history(), history()
    for event in (*strange[:2], *known[:2]):
        await store.append(event)
    await db.events.update_one({"c": strange[0].conversation_id, "s": 2}, {"$set": {"v": 99}})
    told = await asyncio.gather(*(store.obstacle_to(replace(log[1], command_id=new_id())) for log in (strange, known)), return_exceptions=True)
    assert isinstance(told[0], NotUnderstoodError)
    assert told[1] == Obstacle(None, known[1].state)


@pytest.mark.parametrize(
    "other", [{"unique": False}, {"unique": True, "sparse": True}, {"unique": True, "partialFilterExpression": {"w": "one"}}, None], ids=str
)
async def test_an_index_that_is_not_exactly_so_is_named(db: AsyncDatabase[dict[str, Any]], other: dict[str, Any] | None) -> None:
    await ensure_indexes(db)
    assert await index_problem(db) == ""
    await db.events.drop_index(COMMAND_ONCE)
    if other is not None:
        await db.events.create_index([("c", 1), ("actor.k", 1), ("actor.id", 1), ("cmd", 1)], name=COMMAND_ONCE, **other)
        await ensure_indexes(db)
    assert COMMAND_ONCE in await index_problem(db)


async def test_an_index_of_that_name_on_other_fields_is_named(db: AsyncDatabase[dict[str, Any]]) -> None:
    await db.events.create_index([("c", 1), ("cmd", 1)], name=COMMAND_ONCE, unique=True)
    await ensure_indexes(db)
    assert COMMAND_ONCE in await index_problem(db)
