"""The connection to MongoDB: how it reads and writes, its indexes, and whether it is there."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pymongo import ASCENDING, AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern
from servicekit import mongo_waits
from servicekit.errors import UnavailableError
from servicekit.logs import get_logger
from servicekit.mongo_metrics import MongoMetrics

from services.auth.domain.revocations import RETENTION

logger = get_logger(__name__)

Database = AsyncDatabase[dict[str, Any]]

# Under the ten seconds that a call may take: the caller is told, and not left to run out.
TIMEOUT_SECONDS = 5
PING_SECONDS = 2.0


def connect(uri: str, options: Mapping[str, Any] | None = None) -> "AsyncMongoClient[dict[str, Any]]":
    """Return a client that waits for the majority, reading and writing; it connects when it is first used. `options` are the client's own, TLS for instance."""
    mongo_waits.mend()
    return AsyncMongoClient(
        uri,
        tz_aware=True,
        timeoutMS=TIMEOUT_SECONDS * 1000,
        serverSelectionTimeoutMS=TIMEOUT_SECONDS * 1000,
        event_listeners=[MongoMetrics()],
        **(options or {}),
    )


def open_database(client: "AsyncMongoClient[dict[str, Any]]", name: str) -> Database:
    """Return the database as everything in the service uses it."""
    return client.get_database(name, read_concern=ReadConcern("majority"), write_concern=WriteConcern("majority", j=True))


async def migrate(database: Database) -> None:
    """Create the indexes that are missing; as often as one likes."""
    await database.workspaces.create_index("name_key", unique=True, name="workspace_name_once")
    await database.accounts.create_index("email_key", unique=True, name="email_once")
    await database.accounts.create_index([("workspace_id", ASCENDING), ("created_at", ASCENDING)], name="accounts_of_workspace")
    await database.sessions.create_index([("account_id", ASCENDING), ("created_at", ASCENDING)], name="sessions_of_account")
    await database.sessions.create_index("expires_at", expireAfterSeconds=0, name="sessions_run_out")
    await database.links.create_index("digest", unique=True, name="link_digest_once")
    await database.links.create_index("expires_at", expireAfterSeconds=0, name="links_run_out")
    await database.tickets.create_index("expires_at", expireAfterSeconds=0, name="tickets_run_out")
    await database.api_keys.create_index("digest", unique=True, name="key_digest_once")
    await database.api_keys.create_index([("workspace_id", ASCENDING), ("created_at", ASCENDING)], name="keys_of_workspace")
    await database.revocations.create_index("at", expireAfterSeconds=int(RETENTION.total_seconds()), name="revocations_run_out")
    await database.audit.create_index([("workspace_id", ASCENDING), ("at", ASCENDING)], name="audit_of_workspace")


async def migrate_when_reachable(database: Database) -> None:
    """Create the indexes that are missing as soon as MongoDB answers."""
    while True:
        try:
            await migrate(database)
        except ConnectionFailure as error:
            logger.warning("mongodb does not answer, trying again", error=type(error).__name__)
            await asyncio.sleep(PING_SECONDS)
        else:
            return


@contextmanager
def unavailable_without_mongodb() -> Iterator[None]:
    """Turn what MongoDB fails with into UnavailableError."""
    try:
        yield
    except PyMongoError as error:
        logger.warning("mongodb failed", error=type(error).__name__)
        raise UnavailableError("The accounts cannot be read or written right now.") from error


class Health:
    """Asks every two seconds whether MongoDB answers, for the readiness check."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._problem = "not asked yet"

    def problem(self) -> str:
        """Return "" or what is wrong."""
        return self._problem

    async def probe(self) -> None:
        """Ask once."""
        try:
            await self._database.command("ping")
        except PyMongoError as error:
            if not self._problem:
                logger.warning("mongodb does not answer", error=type(error).__name__)
            self._problem = f"MongoDB does not answer ({type(error).__name__})"
        else:
            self._problem = ""

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            await self.probe()
            await asyncio.sleep(PING_SECONDS)
