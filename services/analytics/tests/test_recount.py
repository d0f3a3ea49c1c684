"""What the service says is what an independent recount of the raw log finds, whatever happened and however the events came."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from baton.conversation.v1 import event_pb2 as pb
from hypothesis import given, settings
from hypothesis import strategies as st
from servicekit.caller import Role, UserCaller

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.domain.spans import Period
from services.analytics.ports import Figurebook
from services.analytics.tests.agreement import agree
from services.analytics.tests.fakes import FakeCalendars, FakeColleagues, FakeFactStore, FakeLog, FixedClock
from services.analytics.tests.histories import AGENTS, BEGIN, BOTS, WORKSPACE, logs
from services.analytics.tests.recount import recount
from services.analytics.use_cases.get_figures import GetFigures, Question
from services.analytics.use_cases.record_events import RecordEvents

SUPERVISOR = UserCaller(WORKSPACE, "sari", "session", Role.SUPERVISOR, "Sari", "Sari", "token")
hours = st.integers(-1, 80).map(lambda number: timedelta(hours=number))
lengths = st.integers(1, 96).map(lambda number: timedelta(minutes=45 * number))


async def compare(store: Figurebook, log: Sequence[pb.Event], period: Period, *, running: bool, ai_agent: str = "", agents: Sequence[str] = AGENTS) -> None:
    now = period.end if running else period.end + timedelta(days=1)
    get = GetFigures(store, FakeColleagues(), FakeCalendars(), FixedClock(now))
    answer = await get(SUPERVISOR, Question(period, ai_agent_id=ai_agent))

    agree(answer.team.figures, recount(list(log), period.start, period.end, None, running=running, ai_agent=ai_agent))
    found = {agent.agent_id: agent.figures for agent in answer.agents}
    for agent in agents:
        expected = recount(list(log), period.start, period.end, agent, running=running, ai_agent=ai_agent)
        if agent in found:
            agree(found[agent], expected)
        else:
            assert expected == type(expected)()
    held = [len(recount(list(log), period.start, period.end, agent, running=running, ai_agent=ai_agent).conversations) for agent in agents]
    assert answer.team.conversations == tuple(sorted(n for n in held if n))


@settings(max_examples=500)
@given(log=logs(), start=hours, length=lengths, running=st.booleans(), ai_agent=st.sampled_from(["", "", *BOTS]))
async def test_figures_equal_the_recount(log: list[pb.Event], start: timedelta, length: timedelta, running: bool, ai_agent: str) -> None:  # noqa: FBT001  # drawn
    store = FakeFactStore()
    period = Period(BEGIN + start, BEGIN + start + length)
    # What is still to come is in no log.
    log = [event for event in log if not running or event.at.ToNanoseconds() / 1e9 < period.end.timestamp()]
    await RecordEvents(store, FakeLog())([to_logged_event(event) for event in log])
    await compare(store, log, period, running=running, ai_agent=ai_agent)


@settings(max_examples=200)
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
    assert store.kept == once.kept
    assert store.known == once.known
