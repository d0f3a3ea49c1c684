"""The topic from zero again and again, shuffled and doubled, with processes killed, partitions moved and the log counted anew: identical figures.

BATON_REPLAYED_CONVERSATIONS makes it larger (`make faults`).
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from baton.analytics.v1 import analytics_pb2 as pb
from baton.conversation.v1 import event_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from pymongo import AsyncMongoClient
from servicekit.caller import Role
from servicekit.errors import UnavailableError

from services.analytics.adapters.mongo_store import SERVED, MongoFactStore
from services.analytics.domain.spans import Period
from services.analytics.tests.histories import AGENTS, WORKSPACE
from services.analytics.tests.neighbours import Neighbours
from services.analytics.tests.replicas import Replica, Replicas, publish
from services.analytics.tests.test_fact_store import busy_year
from services.analytics.tests.test_recount import compare
from tests.harness.keys import Key
from tests.harness.topics import new_topic
from tests.harness.waiting import wait_until

CONVERSATIONS = int(os.environ.get("BATON_REPLAYED_CONVERSATIONS", "60"))
PATIENCE_SECONDS = 120 + CONVERSATIONS / 10
PARTITIONS = 6
REBALANCE_SECONDS = 2.0
KEYS = {name: Key(name) for name in ("analytics", "realtime", "tokens")}
WHO = (*AGENTS, "$a.b")
BEGIN = datetime(2025, 1, 6, tzinfo=UTC)
QUARTER = Period(BEGIN, BEGIN + timedelta(days=90))


def of_a_quarter(seed: int) -> list[event_pb2.Event]:
    """Return a log in the order of its events' times."""
    histories = [history for number in range(-(-CONVERSATIONS // 30)) for history in busy_year(seed + number)]
    log: list[event_pb2.Event] = []
    chance = Random(seed)
    for number, history in enumerate(histories[:CONVERSATIONS]):
        moved = BEGIN + timedelta(minutes=chance.randrange(80 * 24 * 60)) - history.events[0].at.ToDatetime(UTC)
        for event in history.events:
            event.conversation_id = f"conversation-{number}"
            event.at.FromDatetime(event.at.ToDatetime(UTC) + moved)
            log.append(event)
    return sorted(log, key=lambda event: (event.at.ToNanoseconds(), event.conversation_id, event.seq))


def with_shuffled_duplicates(log: Sequence[event_pb2.Event], seed: int) -> list[event_pb2.Event]:
    """Return every event and a copy of each. The copies of most come anywhere behind; of every fifth conversation anywhere at all: they jump."""
    chance = Random(seed)
    placed = [(float(number), event) for number, event in enumerate(log)]
    for number, event in enumerate(log):
        jumps = int(event.conversation_id.rpartition("-")[2]) % 5 == 0
        placed.append((chance.uniform(0 if jumps else number, len(log)), event))
    return [event for _, event in sorted(placed, key=lambda pair: pair[0])]


@pytest.fixture
async def replicas(mongodb: str, kafka: str, database: str, tmp_path: Path) -> AsyncIterator[tuple[Replicas, Neighbours]]:
    topic = await new_topic(kafka, PARTITIONS)
    neighbours = Neighbours(KEYS["analytics"], KEYS["tokens"], {})
    async with AsyncExitStack() as stack:
        server = neighbours.server()
        around = f"127.0.0.1:{server.listen('127.0.0.1:0')}"
        await server.start()
        stack.push_async_callback(server.stop, 0)
        settings = {
            "MONGODB_URI": mongodb,
            "MONGODB_DATABASE": database,
            "KAFKA_BOOTSTRAP_SERVERS": kafka,
            "AUTH_TARGET": around,
            "CONVERSATION_TARGET": around,
            "SERVICE_PRIVATE_KEY": KEYS["analytics"].pem,
            "SERVICE_TRUSTED_KEYS": json.dumps({"realtime": [KEYS["realtime"].jwk]}),
        }
        replicas = Replicas(kafka, topic, PARTITIONS, KEYS["realtime"], tmp_path, {f"BATON_ANALYTICS_{name}": value for name, value in settings.items()})
        stack.push_async_callback(replicas.stop)
        yield replicas, neighbours


def questions() -> list[pb.GetFiguresRequest]:
    """Return the quarter as the page asks for it, a part of it whose edges are no one's, and one AI agent's."""
    asked = [
        (QUARTER.start, QUARTER.end, ""),
        (BEGIN + timedelta(days=3, seconds=1), BEGIN + timedelta(days=40, minutes=7), ""),
        (QUARTER.start, QUARTER.end, "order-bot"),
    ]
    requests = []
    for start, end, ai_agent in asked:
        request = pb.GetFiguresRequest(to=Timestamp(seconds=int(end.timestamp())), ai_agent_id=ai_agent, time_zone="Europe/Berlin", step=pb.STEP_MONTH)
        getattr(request, "from").FromDatetime(start)
        requests.append(request)
    return requests


async def _patiently(member: Replica, request: pb.GetFiguresRequest, token: str) -> pb.GetFiguresResponse:
    """Return the answer; where all is stale and a machine is busy it may take longer than a call may."""

    async def answered() -> pb.GetFiguresResponse | None:
        try:
            return await member.figures(request, token)
        except UnavailableError:
            return None

    answer = await wait_until(answered, PATIENCE_SECONDS, what="figures")
    assert answer is not None
    return answer


async def answers(replicas: Replicas) -> list[pb.GetFiguresResponse]:
    """Return what each replica answers, which must be the same for all."""
    token = KEYS["tokens"].access_token(WORKSPACE, "sari", Role.SUPERVISOR)
    all_answers = [[await _patiently(member, request, token) for request in questions()] for member in replicas.members]
    assert all(found == all_answers[0] for found in all_answers)
    return all_answers[0]


async def test_figures_are_identical_whatever_way_the_events_come(replicas: tuple[Replicas, Neighbours], mongodb: str, database: str) -> None:
    group, neighbours = replicas
    log = of_a_quarter(seed=6)
    neighbours.log = log
    delivered = with_shuffled_duplicates(log, seed=7)
    half = len(delivered) // 2
    await publish(group.kafka, group.topic, delivered[:half])
    async with AsyncMongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        store = MongoFactStore(client[database])
        await store.migrate()
        # So that the first start has no reason to count the log: the figures come from the topic.
        await store.counts.update_one({"_id": SERVED}, {"$unset": {"uncounted": True}})

        async def caught_up() -> bool:
            return await group.handled() == len(delivered)

        async def facts() -> int:
            return int(await store.count(1).facts.estimated_document_count())

        async def half_is_handled() -> bool:
            return await group.handled() == half

        await group.start(2)
        async with group.rebalancing(REBALANCE_SECONDS):
            await wait_until(half_is_handled, PATIENCE_SECONDS, what="the half of the topic handled")
            before = await facts()

            async def more_facts() -> bool:
                return await facts() > before

            # The last one waits for the kill, which so comes in the middle at any pace of the machine.
            publishing = asyncio.create_task(publish(group.kafka, group.topic, delivered[half:-1]))
            # The first of the other half have just been written: of what was fetched with them no phase and no commit knows yet.
            await wait_until(more_facts, PATIENCE_SECONDS, what="the first facts of the other half")
            await group.kill()
            assert await group.handled() < len(delivered)
            await publishing
            await publish(group.kafka, group.topic, delivered[-1:])
            await group.start(1)
            await wait_until(caught_up, PATIENCE_SECONDS, what="the whole topic handled")
        await compare(store, log, QUARTER, running=False, agents=WHO)
        first = await answers(group)

        for _ in range(2):
            await group.stop()
            await group.rewind()
            await group.start(2)
            async with group.rebalancing(REBALANCE_SECONDS):
                await wait_until(caught_up, PATIENCE_SECONDS, what="the topic handled from zero")
            assert await answers(group) == first
        assert group.rebalances > 0

        async with group.rebalancing(REBALANCE_SECONDS):
            rebuilding = group.process("rebuild", ["rebuild"])
            code = await asyncio.to_thread(rebuilding.wait_until_ended, PATIENCE_SECONDS)
        assert code == 0, rebuilding.obituary()
        assert await store.switches() == 2
        assert await answers(group) == first
        await compare(store, log, QUARTER, running=False, agents=WHO)
