"""The store on MongoDB: every change is one transaction, so an account, its sessions, the revocation and the audit entry agree.

Changes here are rare (people log in, administrators act), so a transaction's price is well spent; the conversation log does without.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pymongo
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from services.auth.adapters.mongo_reader import MongoReader
from services.auth.adapters.mongo_transaction import MongoTransaction
from services.auth.adapters.mongodb import TIMEOUT_SECONDS, Database, unavailable_without_mongodb

T = TypeVar("T")

# Transactions under way in this process. They meet on the counter of revocations: a crowd there would spend its time on being done again.
MAX_TRANSACTIONS = 4


class MongoStore:
    """Keeps everything in one database."""

    def __init__(self, client: "AsyncMongoClient[dict[str, Any]]", database: Database) -> None:
        """`database` reads with majority; transactions bring their own concerns."""
        self._client = client
        self._database = database
        self._turns = asyncio.Semaphore(MAX_TRANSACTIONS)

    def reader(self) -> MongoReader:
        """Return what reads outside a transaction."""
        return MongoReader(self._database, None)

    async def run(self, work: "Callable[[MongoTransaction], Awaitable[T]]") -> T:
        """Do `work` in a transaction, again where it met another one; UnavailableError when MongoDB does not answer in time."""

        async def attempt(session: AsyncClientSession) -> T:
            return await work(MongoTransaction(self._database, session))

        async with self._turns:
            # The time is for all attempts together.
            with unavailable_without_mongodb(), pymongo.timeout(TIMEOUT_SECONDS):
                return await self._attempts(attempt)

    async def _attempts(self, attempt: "Callable[[AsyncClientSession], Awaitable[T]]") -> T:
        async with self._client.start_session() as session:
            return await session.with_transaction(attempt, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority", j=True))
