"""One process of the conversation service as far as its log goes: its own memory, store and connection."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.read_concern import ReadConcern
from servicekit.clock import SystemClock
from servicekit.errors import UnavailableError

from services.conversation.adapters.event_document import to_event
from services.conversation.adapters.event_indexes import ensure_indexes
from services.conversation.adapters.mongo_event_store import MongoEventStore
from services.conversation.domain.events import Event
from services.conversation.domain.policy import DEFAULT_POLICY, Policy
from services.conversation.domain.silence import SilenceWatch
from services.conversation.ports.event_store import Appended
from services.conversation.use_cases.carry_out import CarryOut, Patience
from services.conversation.use_cases.states import States
from tests.harness.waiting import wait_until

Database = AsyncDatabase[dict[str, Any]]


class ShiftedClock:
    """A machine's clock that is off."""

    def __init__(self, off: timedelta = timedelta()) -> None:
        self.off = off

    def now(self) -> datetime:
        return SystemClock().now() + self.off


class DefaultPolicies:
    """What workspaces have that set nothing."""

    async def of(self, _workspace_id: str) -> Policy:
        return DEFAULT_POLICY


class Replica:
    """What bootstrap wires for commands, without the listeners."""

    def __init__(self, database: Database, clock: ShiftedClock | None = None, patience: Patience = Patience()) -> None:  # noqa: B008  # frozen
        self.database = database
        self.store = MongoEventStore(database)
        self.states = States()
        self.carry_out = CarryOut(self.store, self.states, DefaultPolicies(), clock or ShiftedClock(), patience)

    async def log(self, conversation_id: str) -> list[Event]:
        """Return what a majority has of a conversation."""
        events = self.database.get_collection("events", read_concern=ReadConcern("majority"))
        return [to_event(document) async for document in events.find({"c": conversation_id}).sort("_id")]


@asynccontextmanager
async def replica(uri: str, database: str, **options: Any) -> AsyncIterator[Replica]:  # the client's options
    """Connect one process; `options` are the client's."""
    clock = options.pop("clock", None)
    patience = options.pop("patience", Patience())
    patient = {"timeoutMS": 5_000, "serverSelectionTimeoutMS": options.get("timeoutMS", 3_000)}
    async with AsyncMongoClient[dict[str, Any]](uri, tz_aware=True, **patient | options) as client:
        process = Replica(client[database], clock, patience)
        yield process
        await process.carry_out.drain()
        await process.store.drain()


async def prepared(uri: str, database: str) -> None:
    """Make the log's indexes."""
    async with AsyncMongoClient[dict[str, Any]](uri) as client:
        await ensure_indexes(client[database])


async def patiently(call: Callable[[], Awaitable[object]]) -> None:
    """Repeat what prepares a test until a busy machine has answered it; a client that is to be cut off has little patience of its own."""

    async def is_done() -> bool:
        try:
            await call()
        except UnavailableError:
            return False
        return True

    await wait_until(is_done, 60, what="an answer")


class Gate:
    """Holds what a process sends to the database until it is opened; `held` counts its writes so far."""

    def __init__(self, process: Replica) -> None:
        self._write = process.store._commit._write
        process.store._commit._write = self
        self.open = asyncio.Event()
        self.held = 0

    async def __call__(self, documents: Sequence[dict[str, Any]]) -> list[Appended]:
        self.held += 1
        await self.open.wait()
        return await self._write(documents)


def breaches(log: Iterable[Event]) -> list[int]:
    """Return the seqs of AI messages where the AI must be silent."""
    watch = SilenceWatch()
    return [event.seq for event in log if watch.broken_by(event)]


def types(log: Iterable[Event]) -> list[str]:
    """Return the log as a list of words."""
    return [event.type for event in log]


def holes(log: Sequence[Event]) -> bool:
    """Tell whether a seq is missing or doubled."""
    return [event.seq for event in log] != list(range(1, len(log) + 1))
