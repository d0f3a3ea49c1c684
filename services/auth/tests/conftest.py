"""The use cases on the fake store and on a real MongoDB: one suite for both."""

from collections.abc import AsyncIterator

import pytest
from servicekit.caller import Role

from services.auth.adapters import mongodb
from services.auth.adapters.mongo_store import MongoStore
from services.auth.ports import Store
from services.auth.tests.fakes import FakeStore
from services.auth.tests.world import Person, World


@pytest.fixture
async def mongo_store(mongodb: str, database: str) -> AsyncIterator[MongoStore]:
    async for store in open_store(mongodb, database):
        yield store


async def open_store(uri: str, name: str) -> AsyncIterator[MongoStore]:
    async with mongodb.connect(uri) as client:
        opened = mongodb.open_database(client, name)
        await mongodb.migrate(opened)
        yield MongoStore(client, opened)


@pytest.fixture(params=["fake", "mongodb"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "fake":
        yield FakeStore()
        return
    async for opened in open_store(request.getfixturevalue("mongodb"), request.getfixturevalue("database")):
        yield opened


@pytest.fixture
def world(store: Store) -> World:
    return World(store)


@pytest.fixture
async def ada(world: World) -> Person:
    """The administrator of the workspace Acme."""
    return await world.administrator()


@pytest.fixture
async def budi(world: World, ada: Person) -> Person:
    """An agent of the workspace Acme."""
    return await world.colleague(ada, "budi@example.com", Role.AGENT)
