"""What the service says is what an independent recount of the raw log finds, whatever happened and however the events came."""

from datetime import timedelta

import pytest
from baton.conversation.v1 import event_pb2 as pb
from hypothesis import given, settings
from hypothesis import strategies as st
from servicekit.caller import Role, UserCaller

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.domain.figures import Figures, Period
from services.analytics.tests.fakes import FakeColleagues, FakeFactStore, FakeLog, FixedClock
from services.analytics.tests.histories import AGENTS, BEGIN, WORKSPACE, logs
from services.analytics.tests.recount import Recount, recount
from services.analytics.use_cases.get_figures import GetFigures
from services.analytics.use_cases.record_events import RecordEvents

SUPERVISOR = UserCaller(WORKSPACE, "sari", "session", Role.SUPERVISOR, "Sari", "Sari", "token")
hours = st.integers(-1, 12).map(lambda number: timedelta(hours=number))


def check(figures: Figures, expected: Recount) -> None:
    assert {cause.value: count for cause, count in figures.takeovers.items()} == expected.takeovers
    assert (figures.transfers_in, figures.transfers_out) == (expected.transfers_in, expected.transfers_out)
    assert figures.conversations == len(expected.conversations)
    assert figures.conversations_with_message == len(expected.conversations_with_message)
    assert figures.response_time.n == len(expected.responses)
    if expected.responses:
        mean, median, p90 = expected.percentiles()
        answered = figures.response_time
        assert answered.mean is not None
        assert answered.median is not None
        assert answered.p90 is not None
        assert answered.mean.total_seconds() == pytest.approx(mean, abs=1e-5)
        assert answered.median.total_seconds() == pytest.approx(median, abs=1e-5)
        assert answered.p90.total_seconds() == pytest.approx(p90, abs=1e-5)


async def compare(store: FakeFactStore, log: list[pb.Event], start: timedelta, length: timedelta, *, running: bool) -> None:
    period = Period(BEGIN + start, BEGIN + start + length)
    now = period.start if running else period.end + timedelta(days=1)
    answer = await GetFigures(store, FakeColleagues(), FixedClock(now))(SUPERVISOR, period)
    check(answer.team, recount(log, period.start, period.end, None, running=running))
    found = {agent.agent_id: agent.figures for agent in answer.agents}
    per_agent = []
    for agent in AGENTS:
        expected = recount(log, period.start, period.end, agent, running=running)
        per_agent.append(len(expected.conversations))
        if agent in found:
            check(found[agent], expected)
        else:
            assert expected == Recount()
    touched = [count for count in per_agent if count]
    assert answer.conversations_per_agent == (pytest.approx(sum(touched) / len(touched)) if touched else None)


@settings(max_examples=500, deadline=None)
@given(log=logs(), start=hours, length=st.integers(1, 24).map(lambda number: timedelta(minutes=30 * number)), running=st.booleans())
async def test_figures_equal_the_recount(log: list[pb.Event], start: timedelta, length: timedelta, running: bool) -> None:  # noqa: FBT001  # drawn
    store = FakeFactStore()
    await RecordEvents(store, FakeLog())([to_logged_event(event) for event in log])
    await compare(store, log, start, length, running=running)


@settings(max_examples=200, deadline=None)
@given(data=st.data(), log=logs())
async def test_repeats_shuffles_holes_and_crashes_change_no_fact(data: st.DataObject, log: list[pb.Event]) -> None:
    events = [to_logged_event(event) for event in log]
    once = FakeFactStore()
    await RecordEvents(once, FakeLog())(events)
    store = FakeFactStore()
    record = RecordEvents(store, FakeLog(events))
    deliveries = data.draw(st.lists(st.lists(st.sampled_from(events), max_size=10), max_size=6))
    for batch in [*deliveries, events]:
        store.break_after_facts = data.draw(st.booleans())
        while store.break_after_facts:
            with pytest.raises(Exception, match="broken off"):
                await record(batch)
        await record(batch)
    assert store.facts == once.facts
    assert store.known == once.known
