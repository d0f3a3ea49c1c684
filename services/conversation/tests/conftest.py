"""Real parts for the tests of views: a database of their own, and a topic of their own."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase

from services.conversation.adapters import lease

Document = dict[str, Any]

# Generous: a machine that runs other things too must not make a test red.
DEADLINE_SECONDS = 60.0


async def until(condition: Callable[[], bool | Awaitable[bool]], what: str) -> None:
    """Return when the condition holds; fail with `what` when it does not in time."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            while True:
                holds = condition()
                if holds if isinstance(holds, bool) else await holds:
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        pytest.fail(f"in {DEADLINE_SECONDS} s it did not happen that {what}")


@pytest.fixture
async def db(mongodb: str, database: str) -> AsyncIterator[AsyncDatabase[Document]]:
    """A database of this test's own."""
    async with AsyncMongoClient[Document](mongodb, tz_aware=True) as client:
        yield client[database]


@pytest.fixture
def long_term(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that no machine stands still for long enough to lose."""
    monkeypatch.setattr(lease, "TERM_SECONDS", 60.0)


@pytest.fixture
async def topic(kafka: str) -> AsyncIterator[str]:
    """A topic of this test's own with three partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    name = f"test.events.{uuid.uuid4().hex[:12]}"
    await admin.create_topics([NewTopic(name, 3, 1)])

    async def known() -> bool:
        (described,) = await admin.describe_topics([name])
        return described["error_code"] == 0 and all(partition["leader"] >= 0 for partition in described["partitions"])

    await until(known, "the new topic has its leaders")
    yield name
    await admin.delete_topics([name])
    await admin.close()
