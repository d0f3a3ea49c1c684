"""Following the log: every insert into `events` in the order of its cluster time, from a position that survives restarts.

A position that the oplog no longer holds (first start, rolled over, restored) is replaced by reading the log itself: note the operation
time T, replay the log, then follow from T. Nothing is left out; some of it comes twice.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pymongo
from bson import Int64, Timestamp
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from servicekit.logs import get_logger

logger = get_logger(__name__)

Document = dict[str, Any]

# ChangeStreamHistoryLost, ChangeStreamFatalError (token not found), InvalidResumeToken.
_LOST_CODES = frozenset({286, 280, 260})
# How far before the lost position the replay begins: more than any clock is wrong and any acknowledgement late.
REPLAY_BEFORE = timedelta(hours=1)
# A batch bounds memory and how much is sent again after a failure.
BATCH = 1000
REOPEN_AFTER_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to let changes gather after some came, in seconds: in proportion to how many came, up to a bound.

    Each round trip costs the database, this process, the broker and every consumer the same whether it brings one change or a hundred. What comes more
    rarely than once in `per_change` never waits; above that rate the pause grows to `longest`, and a batch holds all that came meanwhile.
    """

    per_change: float = 0.005
    longest: float = 0.03

    def after(self, changes: int) -> float:
        """Return the pause after a batch of so many."""
        return min(self.longest, changes * self.per_change)


class PositionLostError(Exception):
    """The oplog no longer reaches back to the position."""


@dataclass(frozen=True, slots=True)
class Position:
    """Everything up to this cluster time has been handled; without a token it is an operation time to start at."""

    cluster_time: int
    token: Document | None

    def to_document(self) -> Document:
        """Return the form that is stored."""
        return {"cluster_time": Int64(self.cluster_time), "token": self.token}

    @classmethod
    def from_document(cls, document: Document | None) -> "Position | None":
        """Return the position that was stored, if any was."""
        return cls(int(document["cluster_time"]), document["token"]) if document else None


@dataclass(frozen=True, slots=True)
class Change:
    """One event's document with its cluster time (seconds << 32 | increment); for a replayed one an upper bound of it."""

    cluster_time: int
    document: Document


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes in order, and the position after them; None while a replay is not through."""

    changes: list[Change]
    position: Position | None


class ChangeTail:
    """The inserts into one collection."""

    def __init__(self, database: AsyncDatabase[Document], *, wait_seconds: float = 1.0, pace: Pace = Pace()) -> None:  # frozen
        """An idle follower yields an empty batch every `wait_seconds`, so that its position moves on too."""
        self._database = database
        self._pace = pace
        # A command takes the driver's defaults, not the client's options: times would come without a zone.
        self._codec_options = database.codec_options
        self._wait_ms = int(wait_seconds * 1000)

    async def changes(self, stored: Position | None) -> AsyncGenerator[Batch, None]:
        """Yield all changes after `stored`, for ever. A position that cannot be used is healed by a replay (see the module)."""
        position = stored
        while True:
            if position is not None and position.cluster_time <= await self.operation_time():
                try:
                    async with aclosing(self._follow(position)) as batches:
                        async for batch in batches:
                            position = batch.position or position
                            yield batch
                except PositionLostError:
                    logger.warning("position lost, reading the log again", cluster_time=position.cluster_time)
            async with aclosing(self._replay(position)) as batches:
                async for batch in batches:
                    position = batch.position or position
                    yield batch

    async def operation_time(self) -> int:
        """Return the database's present operation time."""
        reply = await self._database.command("ping")
        return _number(reply["operationTime"])

    async def _follow(self, position: Position) -> AsyncGenerator[Batch, None]:
        while True:
            try:
                async with aclosing(self._open(position)) as batches:
                    async for batch in batches:
                        position = batch.position or position
                        yield batch
            except OperationFailure as error:
                if error.code in _LOST_CODES:
                    raise PositionLostError from error
                logger.info("change stream ended, opening it again", error=type(error).__name__, code=error.code)
            except PyMongoError as error:
                logger.info("change stream ended, opening it again", error=type(error).__name__)
            await asyncio.sleep(REOPEN_AFTER_SECONDS)

    async def _open(self, position: Position) -> AsyncGenerator[Batch, None]:
        """One cursor's life. The commands are given by hand: the driver's stream hands out single documents, at several times the cost."""
        since: Document = {"resumeAfter": position.token} if position.token else {"startAtOperationTime": _timestamp(position.cluster_time)}
        pipeline = [
            {"$changeStream": since},
            {"$match": {"operationType": "insert"}},
            {"$project": {"clusterTime": 1, "fullDocument": 1}},
        ]
        command = {"aggregate": "events", "pipeline": pipeline, "cursor": {"batchSize": 0}, "readConcern": {"level": "majority"}}
        async with self._database.client.start_session(causal_consistency=False) as session:
            cursor = (await self._database.command(command, session=session))["cursor"]
            try:
                while cursor["id"]:
                    cursor = await self._more(cursor["id"], session)
                    batch = _batch(cursor)
                    yield batch
                    if batch.changes:
                        await asyncio.sleep(self._pace.after(len(batch.changes)))
            finally:
                with suppress(PyMongoError):
                    await self._database.command({"killCursors": "events", "cursors": [cursor["id"]]}, session=session)

    async def _more(self, cursor_id: int, session: AsyncClientSession) -> Document:
        more = {"getMore": cursor_id, "collection": "events", "batchSize": BATCH, "maxTimeMS": self._wait_ms}
        # Without the client's own time limit: it would take the place of maxTimeMS, which here says how long to wait for the next change, and a long way
        # through the oplog takes as long as it takes. When the database is really away, the lease that this is done under runs out.
        with pymongo.timeout(0):
            reply = await self._database.command(more, session=session, codec_options=self._codec_options)
        cursor: Document = reply["cursor"]
        return cursor

    async def _replay(self, lost: Position | None) -> AsyncGenerator[Batch, None]:
        """Yield the log in (conversation, seq) order, from an hour before the lost position, then the position to follow from."""
        recent: Document = {"at": {"$gte": _moment(lost.cluster_time) - REPLAY_BEFORE}} if lost else {}
        async with self._database.client.start_session(causal_consistency=True) as session:
            # Within this session every majority read waits until it can see all that happened before T.
            started = _number((await self._database.command("ping", session=session))["operationTime"])
            events = self._database.get_collection("events", read_concern=ReadConcern("majority"))
            async with events.find(recent, session=session, batch_size=BATCH).sort("_id", 1) as cursor:
                while documents := await read_on(cursor, BATCH):
                    # No record may claim to be older than it is, or a list that joins would leave it out.
                    bound = _operation_time(session, started)
                    yield Batch([Change(bound, document) for document in documents], None)
        yield Batch([], Position(started, None))


async def read_on(cursor: AsyncCursor[Document], size: int) -> list[Document]:
    """Return the cursor's next documents; a whole log may take longer than the client's time limit for one operation."""
    with pymongo.timeout(0):
        return await cursor.to_list(size)


def _batch(cursor: Document) -> Batch:
    changes = [Change(_number(change["clusterTime"]), change["fullDocument"]) for change in cursor["nextBatch"]]
    token: Document = cursor["postBatchResumeToken"]
    return Batch(changes, Position(_token_time(token), token))


def _token_time(token: Document) -> int:
    """Return a resume token's cluster time: its bytes begin with the type 0x82 (timestamp), then the time big-endian.

    This is also how an idle stream tells how far it has looked.
    """
    data: str = token["_data"]
    if not data.startswith("82"):
        msg = f"a resume token of an unknown form: {data[:4]}"
        raise ValueError(msg)
    return int(data[2:18], 16)


def _operation_time(session: AsyncClientSession, at_least: int) -> int:
    seen = session.operation_time
    return max(at_least, _number(seen)) if seen else at_least


def _number(moment: Timestamp) -> int:
    return (moment.time << 32) | moment.inc


def _timestamp(cluster_time: int) -> Timestamp:
    return Timestamp(cluster_time >> 32, cluster_time & 0xFFFFFFFF)


def _moment(cluster_time: int) -> datetime:
    return datetime.fromtimestamp(cluster_time >> 32, UTC)
