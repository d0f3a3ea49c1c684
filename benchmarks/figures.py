"""Figures: events recorded per second by one process, and how long the page's question takes for a day and for a year of facts.

BATON_BENCH_FACTS says how many facts the year has; the million of the usual run takes some minutes to record and to count.
"""

import os
import random
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import AsyncMongoClient
from servicekit.caller import Role, UserCaller

from benchmarks.timing import percentile
from services.analytics.adapters.mongo_store import MongoFactStore
from services.analytics.domain.events import AiAgent, Control, Holder, Kind, LoggedEvent
from services.analytics.domain.hours import Calendar
from services.analytics.domain.spans import Period
from services.analytics.domain.steps import Step
from services.analytics.tests.fakes import FakeLog
from services.analytics.use_cases.get_figures import GetFigures, Question
from services.analytics.use_cases.record_events import RecordEvents
from tests.harness.site import Site

FACTS = int(os.environ.get("BATON_BENCH_FACTS", "1000000"))
AGENTS = [f"agent-{number}" for number in range(20)]
BOTS = [AiAgent(f"bot-{number}", f"Bot {number}") for number in range(3)]
YEAR = timedelta(days=365)
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
# Of a usual conversation.
FACTS_EACH = 15
# As many as a consumer gets at once.
BATCH = 4_000
ASKED = 30
WORKSPACE = "bench"
CALLER = UserCaller(WORKSPACE, "sari", "session", Role.SUPERVISOR, "Sari", "Sari", "token")
HEAD = "| what | |\n|---|---|"


class _Nobody:
    """Names and hours of nobody: what other services take is not measured here."""

    async def names(self, _access_token: str) -> dict[str, str]:
        return {}

    async def calendar(self, _caller: UserCaller) -> Calendar:
        return Calendar()


@dataclass(frozen=True)
class _Clock:
    moment: datetime

    def now(self) -> datetime:
        return self.moment


def _conversation(number: int, at: datetime, chance: random.Random) -> Iterator[LoggedEvent]:
    """Yield a usual one: asked, taken over, two answers, resolved. Nine events, fifteen facts."""
    agent = Control(Holder.HUMAN, chance.choice(AGENTS))
    ai, queue, closed = Control(Holder.AI), Control(Holder.QUEUE), Control(Holder.CLOSED)
    steps = [
        (Kind.STARTED, ai, ""), (Kind.USER_MESSAGE, ai, ""), (Kind.OTHER, ai, ""), (Kind.HUMAN_REQUESTED, queue, "refund"), (Kind.OTHER, agent, ""),
        (Kind.HUMAN_MESSAGE, agent, ""), (Kind.USER_MESSAGE, agent, ""), (Kind.HUMAN_MESSAGE, agent, ""), (Kind.CLOSED, closed, "resolved"),
    ]  # fmt: skip
    event = LoggedEvent(WORKSPACE, str(uuid.UUID(int=number)), 0, at, Kind.OTHER, ai)
    for seq, (kind, control, why) in enumerate(steps, start=1):
        at += timedelta(seconds=chance.expovariate(1 / 60))
        event = replace(event, seq=seq, at=at, kind=kind, control=control, why=why, ai_agent=chance.choice(BOTS) if seq == 1 else None)
        yield event


async def rows(site: Site) -> list[str]:
    """Return the table's rows."""
    async with AsyncMongoClient[dict[str, Any]](site.mongodb_uri, tz_aware=True) as client:
        await client.drop_database("baton_bench_figures")
        store = MongoFactStore(client["baton_bench_figures"])
        await store.migrate()
        try:
            return [await _recorded(store), await _counted(store), *await _asked(store)]
        finally:
            await client.drop_database("baton_bench_figures")


async def _recorded(store: MongoFactStore) -> str:
    chance, record = random.Random(1), RecordEvents(store, FakeLog())
    facts = events = number = 0
    took = 0.0
    while facts < FACTS:
        batch: list[LoggedEvent] = []
        while len(batch) < BATCH:
            batch += _conversation(number, BEGIN + YEAR * min(1.0, number * FACTS_EACH / FACTS), chance)
            number += 1
        began = time.perf_counter()
        recorded = await record(batch)
        took += time.perf_counter() - began
        events += recorded.folded
        facts += len(recorded.new)
    return f"| recorded by one process | {events:,} events, {facts:,} facts, {events / took:,.0f} events/s |"


async def _counted(store: MongoFactStore) -> str:
    began, spans = time.perf_counter(), 0
    while counted := await store.count_stale(BEGIN + YEAR + timedelta(days=60)):
        spans += counted
    return f"| spans counted | {spans:,}, {spans / (time.perf_counter() - began):,.0f}/s |"


async def _asked(store: MongoFactStore) -> list[str]:
    get = GetFigures(store, _Nobody(), _Nobody(), _Clock(BEGIN + YEAR + timedelta(days=60)))
    chance = random.Random(2)
    told, medians, lates = [], [], []
    for name, length, step in (("a day", timedelta(days=1), Step.HOUR), ("a year", YEAR, Step.MONTH)):
        times = []
        for _ in range(ASKED):
            start = BEGIN + timedelta(days=chance.randrange(300)) if length < YEAR else BEGIN + timedelta(hours=chance.randrange(24))
            question = Question(Period(start, start + length), "Asia/Jakarta", step=step, compare=True)
            began = time.perf_counter()
            await get(CALLER, question)
            times.append((time.perf_counter() - began) * 1000)
        times.sort()
        medians.append(percentile(times, 0.5))
        lates.append(percentile(times, 0.95))
        told.append(f"| the page's question for {name} | p50 {percentile(times, 0.5):.0f} ms, p95 {percentile(times, 0.95):.0f} ms |")
    return [*told, f"| a year beside a day | p50 {medians[1] / medians[0]:.2f} times, p95 {lates[1] / lates[0]:.2f} times |"]
