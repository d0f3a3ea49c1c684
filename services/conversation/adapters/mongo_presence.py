"""Who is there: one document an agent in `presence`, and one about the reports themselves. Every time is MongoDB's ($$NOW).

presence  _id workspace/agent   w, agent
          seen_at     the last report of a socket; the agent is gone since then
          available   what the agent set themselves to last, wherever; it outlives their going. `since`: when this, or being there at all, began
presence_reports  _id "reports"   last_at    when anybody reported last
                                  since      when the present unbroken time of reports began; no countdown began before it
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from servicekit.errors import UnavailableError
from servicekit.logs import get_logger

from services.conversation.adapters.list_indexes import ROWS
from services.conversation.adapters.row_document import CLOSED_FLOOR
from services.conversation.domain.control import Holder
from services.conversation.domain.policy import Policy
from services.conversation.ports.presence import AgentPresence, Countdown, Idle, Presence, ReportedAgent, Unattended

logger = get_logger(__name__)

Document = dict[str, Any]

# Reports come every 5 s: after three missed ones a socket is gone, and when nobody reports, nothing is known about anybody.
SILENT = timedelta(seconds=15)
# One sweep closes no more than this; the next comes seconds later.
MAX_IDLE = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MongoPresence:
    """Takes reports, and tells agents, platforms and the sweep what follows from them."""

    def __init__(self, database: AsyncDatabase[Document], *, silent: timedelta = SILENT) -> None:
        """`silent` is how long without a report counts as nobody there."""
        self._presence = database["presence"]
        self._reports = database["presence_reports"]
        self._rows = database[ROWS]
        self._silent_ms = int(silent.total_seconds() * 1000)

    async def report(self, agents: Sequence[ReportedAgent]) -> list[ReportedAgent]:
        """Take one reporter's present agents; return them as they are set now. Whom no reporter names any more is gone since the last report that did."""
        keys = {_key(agent): agent for agent in agents}
        with _reaching():
            await self._reports.update_one({"_id": "reports"}, [{"$set": self._reported()}], upsert=True)
            if not keys:
                return []
            await self._presence.bulk_write([self._seen(agent) for agent in agents], ordered=False)
            kept = self._presence.find({"_id": {"$in": list(keys)}}, {"available": 1})
            return [replace(keys[each["_id"]], presence=Presence.AVAILABLE if each["available"] else Presence.AWAY) async for each in kept]

    def _reported(self) -> Document:
        unbroken = {"$gte": [{"$ifNull": ["$last_at", _EPOCH]}, self._ago()]}
        return {
            "since": {"$cond": [unbroken, {"$ifNull": ["$since", "$$NOW"]}, "$$NOW"]},
            "last_at": "$$NOW",
        }

    def _seen(self, agent: ReportedAgent) -> UpdateOne:
        said: Any = {"$literal": agent.presence is Presence.AVAILABLE}
        same = {"$and": [{"$gte": [{"$ifNull": ["$seen_at", _EPOCH]}, self._ago()]}, {"$eq": ["$was_available", "$available"]}]}
        stages: list[Document] = [
            {"$set": {"w": {"$literal": agent.workspace_id}, "agent": {"$literal": agent.agent_id}, "was_available": "$available"}},
            {"$set": {"available": {"$ifNull": ["$available", said]} if agent.unchanged else said}},
            {"$set": {"since": {"$cond": [same, "$since", "$$NOW"]}}},
            {"$set": {"seen_at": "$$NOW"}},
            {"$unset": "was_available"},
        ]
        return UpdateOne({"_id": _key(agent)}, stages, upsert=True)

    def _ago(self) -> Document:
        return {"$subtract": ["$$NOW", self._silent_ms]}

    async def of_workspace(self, workspace_id: str, policy: Policy) -> list[AgentPresence]:
        """Return everybody who was ever there or holds a conversation, with how many each holds and what runs against them; as the sweep counts it."""
        there = {"$gte": ["$seen_at", self._ago()]}
        known: list[Document] = [
            {"$match": {"w": workspace_id}},
            {"$project": {"agent": 1, "available": 1, "since": 1, "seen_at": 1, "there": there}},
        ]
        held: list[Document] = [
            {"$match": {"w": workspace_id, "control.holder": Holder.HUMAN.value}},
            {"$group": {"_id": "$handler", "n": {"$sum": 1}}},
        ]
        with _reaching():
            reported = await self._reported_since()
            agents = await (await self._presence.aggregate(known)).to_list()
            holding = {group["_id"]: group["n"] async for group in await self._rows.aggregate(held)}
        known_agents = [_to_agent(agent, holding.pop(agent["agent"], 0), reported, policy) for agent in agents]
        # A colleague may be given a conversation before they ever came.
        never_there = (Countdown(reported, min(policy.grace, policy.away)),) if reported else ()
        return known_agents + [AgentPresence(agent_id, Presence.OFFLINE, None, count, never_there) for agent_id, count in holding.items()]

    async def _reported_since(self) -> datetime | None:
        """Return when the present unbroken time of reports began; None while nobody reports."""
        reports = await self._reports.find_one({"_id": "reports", "$expr": {"$gte": ["$last_at", self._ago()]}})
        return reports["since"] if reports else None

    async def agents_available(self, workspace_id: str) -> int:
        """Return how many agents are available; 0 also when it cannot be told."""
        return await self._counted(self._presence, {"w": workspace_id, "available": True, "$expr": {"$gte": ["$seen_at", self._ago()]}})

    async def waiting(self, workspace_id: str, before: datetime | None) -> int:
        """Return how many conversations wait, since before that moment or at all; 0 also when it cannot be told."""
        since = {"control.since": {"$lt": before}} if before else {}
        return await self._counted(self._rows, {"w": workspace_id, "control.holder": Holder.QUEUE.value, **since})

    async def _counted(self, collection: AsyncCollection[Document], what: Document) -> int:
        try:
            return await collection.count_documents(what)
        except PyMongoError as error:
            # The command that this accompanies is in the log already; its answer must not fail.
            logger.warning("availability cannot be told", error=type(error).__name__)
            return 0

    async def unattended(self, least: Policy) -> list[Unattended]:
        """Return what is beyond the shortest grace or away time; nothing while nobody reports."""
        with _reaching():
            reported = await self._reported_since()
        if reported is None:
            return []
        beyond = {
            "$or": [
                {"gone_ms": {"$gt": least.grace.total_seconds() * 1000}},
                {"away_ms": {"$gt": least.away.total_seconds() * 1000}},
            ]
        }
        return await self._held({"control.holder": Holder.HUMAN.value}, reported, beyond)

    async def held_by(self, workspace_id: str, agent_id: str) -> list[Unattended]:
        """Return all that an agent holds."""
        return await self._held({"w": workspace_id, "handler": agent_id, "attention_key": {"$lt": CLOSED_FLOOR}}, _EPOCH, {})

    async def _held(self, held: Document, reports_since: datetime, beyond: Document) -> list[Unattended]:
        """Return held conversations with how long their agents have been gone and away, as MongoDB's clock has it."""

        def elapsed(moment: Any) -> Document:  # noqa: ANN401  # an expression
            # No countdown begins before the conversation came to the agent, nor before presence was last known without a gap.
            begin = {"$max": [{"$ifNull": [moment, _EPOCH]}, "$control.since", reports_since]}
            return {"$subtract": ["$$NOW", begin]}

        pipeline: list[Document] = [
            {"$match": held},
            {"$project": {"w": 1, "handler": 1, "control": 1, "key": {"$concat": ["$w", "/", "$handler"]}}},
            {"$lookup": {"from": "presence", "localField": "key", "foreignField": "_id", "as": "there"}},
            {"$set": {"there": {"$first": "$there"}}},
            {
                "$project": {
                    "w": 1,
                    "handler": 1,
                    "control": 1,
                    "gone_ms": elapsed("$there.seen_at"),
                    "away_ms": elapsed({"$cond": ["$there.available", "$there.seen_at", "$there.since"]}),
                }
            },
            {"$match": beyond},
        ]
        with _reaching():
            documents = await (await self._rows.aggregate(pipeline)).to_list()
        return [
            Unattended(
                workspace_id=document["w"],
                conversation_id=document["_id"],
                agent_id=document["handler"],
                epoch=document["control"]["epoch"],
                since=document["control"]["since"],
                gone_for=timedelta(milliseconds=document["gone_ms"]),
                away_for=timedelta(milliseconds=document["away_ms"]),
            )
            for document in documents
        ]

    async def idle(self, least: timedelta) -> list[Idle]:
        """Return what has been quiet for at least so long, the longest first."""
        quiet_ms = {"$subtract": ["$$NOW", "$last_message_at"]}
        pipeline: list[Document] = [
            {
                "$match": {
                    "control.holder": {"$in": [Holder.AI.value, Holder.QUEUE.value]},
                    "$expr": {"$lte": ["$last_message_at", {"$subtract": ["$$NOW", int(least.total_seconds() * 1000)]}]},
                }
            },
            {"$sort": {"last_message_at": 1}},
            {"$limit": MAX_IDLE},
            {"$project": {"w": 1, "quiet_ms": quiet_ms}},
        ]
        with _reaching():
            documents = await (await self._rows.aggregate(pipeline)).to_list()
        return [Idle(document["w"], document["_id"], timedelta(milliseconds=document["quiet_ms"])) for document in documents]


def _key(agent: ReportedAgent) -> str:
    return f"{agent.workspace_id}/{agent.agent_id}"


def _to_agent(document: Document, held: int, reported: datetime | None, policy: Policy) -> AgentPresence:
    """`reported` is when the present unbroken time of reports began."""
    there, available = document["there"], document["available"]
    presence = (Presence.AVAILABLE if available else Presence.AWAY) if there else Presence.OFFLINE
    counted = [] if there else [(document["seen_at"], policy.grace)]
    if not (there and available):
        counted.append((document["seen_at"] if available else document["since"], policy.away))
    running = tuple(Countdown(max(begin, reported), lasts) for begin, lasts in counted) if reported else ()
    return AgentPresence(document["agent"], presence, document["since"] if there else document["seen_at"], held, running)


@contextmanager
def _reaching() -> Iterator[None]:
    """Let errors of the database be UnavailableError."""
    try:
        yield
    except PyMongoError as error:
        logger.warning("presence cannot be read or kept", error=type(error).__name__)
        raise UnavailableError("The database cannot be reached; try again.") from error
