"""The stores' suite: what holds for MongoDB holds for the fake, and what is put together from counted spans is what the facts say."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from pymongo import AsyncMongoClient
from servicekit.errors import UnavailableError

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.adapters.kept_sheets import CELL_BYTES, KeptSheets, Version
from services.analytics.adapters.mongo_spans import Spans
from services.analytics.adapters.mongo_store import MongoFactStore
from services.analytics.domain.events import Cause, Control, Holder
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.figures import conversations_of_agents
from services.analytics.domain.hours import Calendar, Stretch
from services.analytics.domain.phases import Case, HandBack, Phase
from services.analytics.domain.sheets import NEW_HELD, NEW_WRITTEN, Cell, Sheet
from services.analytics.domain.spans import Period
from services.analytics.ports import Scope
from services.analytics.tests.fakes import FakeFactStore, FakeLog
from services.analytics.tests.histories import AGENTS, BOTS, CLOSINGS, REASONS, RELEASES, WORKSPACE, History
from services.analytics.use_cases.record_events import RecordEvents

MOMENT = datetime(2026, 3, 29, 1, 0, 0, 123_000, tzinfo=UTC)
PERIOD = Period(MOMENT, MOMENT + timedelta(hours=1))
PHASE = Phase(
    "w", "c", 3, Control(Holder.HUMAN, "ana"), MOMENT, MOMENT + timedelta(seconds=1), "bot", wrote=True,
    case=Case(MOMENT, MOMENT, touched=True, asked="", spent={Holder.AI: timedelta(seconds=2)}),
    hand_backs=(HandBack(2, MOMENT, "budi"),), held={"budi": MOMENT}, written={"ana": MOMENT},
)  # fmt: skip
RESPONSE = Fact("w", "c", 3, FactKind.RESPONSE, "ana", MOMENT, lasted=timedelta(milliseconds=1_500), ai_agent_id="bot")
TAKEOVER = Fact("w", "c", 2, FactKind.TAKEOVER, "ana", MOMENT, cause=Cause.AI_REQUEST, ai_agent_id="bot")
HELD = replace(RESPONSE, kind=FactKind.HUMAN_PHASE, seq=9)
Store = FakeFactStore | MongoFactStore


@asynccontextmanager
async def opened(uri: str, database: str) -> AsyncIterator[MongoFactStore]:
    async with AsyncMongoClient[dict[str, Any]](uri, tz_aware=True) as client:
        store = MongoFactStore(client[database])
        await store.migrate()
        await store.migrate()
        yield store


@pytest.fixture
async def mongo(mongodb: str, database: str) -> AsyncIterator[MongoFactStore]:
    async with opened(mongodb, database) as store:
        yield store


@pytest.fixture(params=["fake", "mongodb"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "fake":
        yield FakeFactStore()
        return
    async with opened(request.getfixturevalue("mongodb"), request.getfixturevalue("database")) as store:
        yield store


async def test_phases_come_back_as_they_were(store: Store) -> None:
    queue = Phase("w", "q", 1, Control(Holder.QUEUE, queue_cause=Cause.RETURNED), MOMENT)
    await store.record([], [PHASE, queue], [])
    assert await store.phases(["c", "q", "unknown"]) == {"c": PHASE, "q": queue}


async def test_a_phase_never_goes_back(store: Store) -> None:
    older, newer = replace(PHASE, seq=2), replace(PHASE, seq=4, control=Control(Holder.AI))
    await store.record([], [PHASE], [])
    await store.record([], [older], [])
    assert (await store.phases(["c"]))["c"] == PHASE
    await store.record([], [newer], [])
    assert (await store.phases(["c"]))["c"] == newer


async def test_a_fact_recorded_twice_counts_once_and_is_new_once(store: Store) -> None:
    assert await store.record([RESPONSE, TAKEOVER], [PHASE], []) == [RESPONSE, TAKEOVER]
    other = replace(TAKEOVER, agent_id="budi")
    assert await store.record([RESPONSE, TAKEOVER, other], [PHASE], []) == [other]
    sheet = await store.sheet(Scope("w"), PERIOD, with_open_phases=False)
    assert {agent: cells["takeover|ai_request"].n for agent, cells in sheet.agents.items()} == {"ana": 1, "budi": 1}
    assert (sheet.team["response"].n, sheet.team["response"].milliseconds) == (1, 1_500)


async def test_a_period_takes_its_first_moment_and_leaves_its_last(store: Store) -> None:
    edges = [PERIOD.start - timedelta(milliseconds=1), PERIOD.start, PERIOD.end - timedelta(milliseconds=1), PERIOD.end]
    await store.record([replace(TAKEOVER, seq=number, at=at) for number, at in enumerate(edges)], [], [])
    assert (await store.sheet(Scope("w"), PERIOD, with_open_phases=False)).team["takeover|ai_request"].n == 2


async def test_nothing_crosses_workspaces(store: Store) -> None:
    await store.record([RESPONSE, TAKEOVER, HELD], [PHASE], [])
    other = Scope("other")
    assert await store.sheet(other, PERIOD, with_open_phases=True) == Sheet()
    assert await store.facts(other, list(FactKind), PERIOD, None, 10) == []
    assert (await store.live("other")).held_by_human == 0


async def test_conversations_count_once_for_each_agent_and_once_for_the_team(store: Store) -> None:
    later = replace(HELD, seq=12, at=MOMENT + timedelta(minutes=20), before_mine=MOMENT, before_any=MOMENT)
    budis = replace(later, seq=14, agent_id="budi", before_mine=None, before_any=later.at)
    await store.record([HELD, later, budis, replace(HELD, conversation_id="d")], [], [])
    sheet = await store.sheet(Scope("w"), PERIOD, with_open_phases=False)
    assert {agent: cells[NEW_HELD].n for agent, cells in sheet.agents.items()} == {"ana": 2, "budi": 1}
    assert sheet.team[NEW_HELD].n == 2
    late = await store.sheet(Scope("w"), Period(MOMENT + timedelta(minutes=1), PERIOD.end), with_open_phases=False)
    assert late.team[NEW_HELD].n == 1


async def test_open_phases_count_as_held_on_demand(store: Store) -> None:
    await store.record([], [replace(PHASE, held={}), replace(PHASE, conversation_id="d", control=Control(Holder.AI))], [])
    assert NEW_HELD not in (await store.sheet(Scope("w"), PERIOD, with_open_phases=False)).team
    assert (await store.sheet(Scope("w"), PERIOD, with_open_phases=True)).team[NEW_HELD].n == 1


async def test_rows_come_the_newest_first_by_pages_without_a_hole(store: Store) -> None:
    facts = [replace(TAKEOVER, seq=seq, at=MOMENT + timedelta(minutes=seq // 3)) for seq in range(20)]
    await store.record(facts, [], [])
    seen: list[Fact] = []
    after = None
    while page := await store.facts(Scope("w", "ana"), [FactKind.TAKEOVER], PERIOD, after, 7):
        seen += [fact for _, fact in page]
        after = page[-1][0]
    assert [fact.at for fact in seen] == sorted((fact.at for fact in facts), reverse=True)
    assert sorted(fact.seq for fact in seen) == list(range(20))


async def test_who_waits_and_who_is_served_now(store: Store) -> None:
    waiting = [Phase("w", f"q{number}", 1, Control(Holder.QUEUE, queue_cause=Cause.AI_REQUEST), MOMENT + timedelta(minutes=number)) for number in range(3)]
    await store.record([], [PHASE, *waiting], [])
    live = await store.live("w")
    assert (live.held_by_ai, live.held_by_human, live.waiting, live.waiting_since) == (0, 1, 3, MOMENT)
    page = await store.standing(Scope("w"), "queue", None, 2)
    rest = await store.standing(Scope("w"), "queue", page[-1][0], 2)
    assert [phase.conversation_id for _, phase in [*page, *rest]] == ["q0", "q1", "q2"]


async def test_a_database_that_does_not_answer_is_said_so() -> None:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient("mongodb://127.0.0.1:1/?directConnection=true", connect=False)
    await client.close()
    with pytest.raises(UnavailableError):
        await MongoFactStore(client["none"], 1).record([RESPONSE], [PHASE], [])


def _something(chance: Random, history: History) -> None:
    actions: list[Callable[[], None]] = [
        history.user, history.user, history.write, history.hand_back, history.withdraw,
        partial(history.request, reason=chance.choice(REASONS)),
        partial(history.take_over, chance.choice([*AGENTS, "$a.b"])),
        partial(history.transfer, chance.choice(AGENTS)),
        partial(history.release, chance.choice(RELEASES)),
        partial(history.close, chance.choice(CLOSINGS)),
    ]  # fmt: skip
    chance.choice(actions)()


def busy_year(seed: int) -> list[History]:
    """Conversations of a year with long pauses in them, and names that no field of a document may have."""
    chance = Random(seed)
    histories = []
    for number in range(30):
        history = History(f"conversation-{number}", MOMENT + timedelta(hours=chance.randrange(24 * 365)), chance.choice(BOTS))
        for _ in range(chance.randrange(40)):
            history.later(chance.choice([0, 1_000, 60_000, 3_600_000, 90_000_000, 1_000_000_000]))
            _something(chance, history)
        histories.append(history)
    return histories


async def same_sheets(mongo: MongoFactStore, fake: FakeFactStore, chance: Random) -> None:
    for _ in range(12):
        start = MOMENT + timedelta(minutes=15 * chance.randrange(4 * 24 * 365))
        period = Period(start, start + chance.choice([timedelta(minutes=7), timedelta(days=1), timedelta(days=40), timedelta(days=400)]))
        scope = Scope(WORKSPACE, chance.choice(["", "", "ana", "$a.b"]), chance.choice(["", "", *BOTS]))
        # The present lies in no period that is over.
        running = period.end > max(fact.at for fact in fake.kept.values())
        assert await mongo.sheet(scope, period, with_open_phases=running) == await fake.sheet(scope, period, with_open_phases=running)
        outline, sheet = await mongo.outline(scope, period), await fake.sheet(scope, period, with_open_phases=False)
        assert (outline.team, conversations_of_agents(outline)) == (sheet.team, conversations_of_agents(sheet))
        middle = period.start + (period.end - period.start) / 2
        parts = [Period(period.start, middle), Period(middle, period.end)]
        for ours, theirs in zip(await mongo.points(scope, parts), await fake.points(scope, parts), strict=True):
            assert {key: cell for key, cell in ours.items() if key not in {NEW_HELD, NEW_WRITTEN}} == {
                key: cell for key, cell in theirs.items() if key not in {NEW_HELD, NEW_WRITTEN}
            }


@pytest.mark.parametrize("seed", range(3))
async def test_what_is_put_together_from_spans_is_what_the_facts_say_while_they_are_counted_and_come(mongo: MongoFactStore, seed: int) -> None:
    chance, fake = Random(seed), FakeFactStore()
    hours = Calendar("Europe/Berlin", tuple(Stretch(day, 9 * 60, 17 * 60) for day in range(5)), revision=1)
    batches = [[to_logged_event(event) for event in history.events] for history in busy_year(seed)]
    for number, batch in enumerate(batches):
        await RecordEvents(fake, FakeLog())(batch)
        await RecordEvents(mongo, FakeLog())(batch)
        if number == 20:
            await fake.set_calendar(WORKSPACE, hours)
            await mongo.set_calendar(WORKSPACE, hours)
        if number % 5 == 0:
            await asyncio.gather(*(mongo.count_stale(MOMENT + timedelta(days=200)) for _ in range(3)))
    await same_sheets(mongo, fake, chance)
    while await mongo.count_stale(MOMENT + timedelta(days=3_000)):
        pass
    await same_sheets(mongo, fake, chance)
    assert not await mongo.count(1).spans.find_one({"stale": True})


async def test_a_span_that_facts_come_to_while_it_is_counted_stays_stale(mongo: MongoFactStore) -> None:
    await mongo.record([TAKEOVER], [], [])
    spans = mongo._spans(mongo.count(1))
    counting = spans._from_facts

    async def slowly(*arguments: Any) -> Any:
        sheets = await counting(*arguments)
        await mongo.record([replace(TAKEOVER, seq=5)], [], [])
        return sheets

    spans._from_facts = slowly  # type: ignore[method-assign, assignment]  # the race, on purpose
    await spans.count_stale(MOMENT + timedelta(days=1))
    wide = Period(MOMENT - timedelta(hours=2), PERIOD.end)
    assert (await mongo.sheet(Scope("w"), wide, with_open_phases=False)).team["takeover|ai_request"].n == 2


WIDE = Period(MOMENT - timedelta(hours=2), PERIOD.end)


async def takeovers(store: MongoFactStore) -> tuple[int, int, int]:
    """Return what each way of asking says: the whole period, its outline, its points."""
    scope = Scope("w")
    sheet, outline = await store.sheet(scope, WIDE, with_open_phases=False), await store.outline(scope, WIDE)
    (cells,) = await store.points(scope, [WIDE])
    return (sheet.team["takeover|ai_request"].n, outline.team["takeover|ai_request"].n, cells["takeover|ai_request"].n)


async def counted(store: MongoFactStore) -> None:
    while await store.count_stale(MOMENT + timedelta(days=100)):
        pass


async def test_what_was_asked_before_is_told_anew_once_another_process_has_counted_it_anew(mongo: MongoFactStore, mongodb: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, Any]](mongodb, tz_aware=True) as client:
        other = MongoFactStore(client[database])
        for seq in (2, 5, 7):
            await other.record([replace(TAKEOVER, seq=seq)], [], [])
            told = (seq // 2,) * 3
            assert await takeovers(mongo) == told
            await counted(other)
            assert await takeovers(mongo) == told
            assert await takeovers(mongo) == told


async def test_a_span_read_while_it_was_stale_is_not_kept(mongo: MongoFactStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await mongo.record([TAKEOVER], [], [])
    await counted(mongo)
    covers = await mongo._spans(mongo.count(1))._covers("w", [WIDE])
    await mongo.record([replace(TAKEOVER, seq=5)], [], [])

    async def too_early(*_: Any) -> Any:
        return covers

    with monkeypatch.context() as early:
        early.setattr(Spans, "_covers", too_early)
        # As it was a moment ago, before the second one came.
        assert await takeovers(mongo) == (1, 1, 1)
    await counted(mongo)
    assert await takeovers(mongo) == (2, 2, 2)


def test_what_nobody_asks_for_makes_room() -> None:
    def version(number: int) -> Version:
        return Version(1, f"w/0/{number}", 1, "all", with_agents=True)

    kept = KeptSheets(most_bytes=4 * CELL_BYTES)
    for number in range(4):
        kept.keep(version(number), Sheet({"one": Cell(number)}))
    assert kept.get(version(0)) == Sheet({"one": Cell(0)})
    kept.keep(version(4), Sheet({"one": Cell(4)}, {"ana": {"one": Cell(4)}}))
    assert [number for number in range(5) if kept.get(version(number)) is not None] == [0, 3, 4]


async def test_of_two_first_phases_that_come_at_once_the_newer_stays(mongodb: str, database: str) -> None:
    async with opened(mongodb, database) as one, opened(mongodb, database) as other:

        async def know(store: MongoFactStore, conversations: list[str], seq: int) -> None:
            await store.record([], [replace(PHASE, conversation_id=each, seq=seq) for each in conversations], [])

        # In a few of a thousand the two meet, in about every second round.
        for turn in range(12):
            conversations = [f"{turn}/{number}" for number in range(1_000)]
            await asyncio.gather(know(one, conversations, 3), know(other, conversations, 4))
            assert {phase.seq for phase in (await one.phases(conversations)).values()} == {4}
