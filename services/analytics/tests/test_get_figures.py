"""Who sees which figures, and what they add up to."""

import statistics
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servicekit.caller import Role, UserCaller
from servicekit.errors import InvalidError

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.domain.figures import Period, duration_figure
from services.analytics.tests.fakes import FakeColleagues, FakeFactStore, FakeLog, FixedClock
from services.analytics.tests.histories import BEGIN, WORKSPACE, History
from services.analytics.use_cases.get_figures import FiguresAnswer, GetFigures
from services.analytics.use_cases.record_events import RecordEvents

DAY = Period(BEGIN, BEGIN + timedelta(days=1))
SUPERVISOR = UserCaller(WORKSPACE, "sari", "session", Role.SUPERVISOR, "Sari", "Sari", "token")
ANA = replace(SUPERVISOR, account_id="ana", role=Role.AGENT, name="Ana")


async def answer(caller: UserCaller, *, days_later: int = 0, period: Period = DAY) -> FiguresAnswer:
    first, second = History("first"), History("second")
    first.user()
    first.take_over("ana")
    first.later(2_000).write()
    first.transfer("budi")
    first.later(1_000).user()
    first.later(4_000).write()
    first.close()
    second.take_over("ana")
    store = FakeFactStore()
    await RecordEvents(store, FakeLog())([to_logged_event(event) for event in first.events + second.events])
    colleagues = FakeColleagues({"ana": "Ana", "budi": "Budi Santoso"})
    return await GetFigures(store, colleagues, FixedClock(BEGIN + timedelta(days=days_later)))(caller, period)


async def test_a_supervisor_sees_the_team_and_each_agent_by_name() -> None:
    figures = await answer(SUPERVISOR)
    assert [(agent.agent_name, agent.figures.conversations) for agent in figures.agents] == [("Ana", 2), ("Budi Santoso", 1)]
    assert figures.team.conversations == 2
    assert figures.team.conversations_with_message == 1
    assert figures.conversations_per_agent == 1.5
    assert figures.team.response_time.mean == timedelta(seconds=3)
    assert (figures.team.transfers_in, figures.team.transfers_out) == (1, 1)


async def test_an_agent_sees_the_same_totals_and_only_themselves() -> None:
    figures = await answer(ANA)
    assert figures.team == (await answer(SUPERVISOR)).team
    assert [agent.agent_id for agent in figures.agents] == ["ana"]
    assert figures.agents[0].figures.response_time.mean == timedelta(seconds=2)


async def test_an_agent_without_a_figure_sees_zeros() -> None:
    figures = await answer(replace(ANA, account_id="dewi", name="Dewi"))
    assert [(agent.agent_name, agent.figures.conversations, agent.figures.response_time.n) for agent in figures.agents] == [("Dewi", 0, 0)]


async def test_another_workspace_sees_nothing() -> None:
    figures = await answer(replace(SUPERVISOR, workspace_id="other"))
    assert figures.agents == ()
    assert figures.team.conversations == 0
    assert figures.conversations_per_agent is None


async def test_what_is_still_held_counts_in_a_running_period_alone() -> None:
    assert (await answer(SUPERVISOR, days_later=2)).team.conversations == 1
    assert (await answer(SUPERVISOR, days_later=0)).team.conversations == 2


async def test_until_now_by_a_clock_that_is_a_little_behind_still_runs() -> None:
    figures = await answer(SUPERVISOR, days_later=1, period=Period(DAY.start, DAY.end - timedelta(seconds=30)))
    assert figures.team.conversations == 2


async def test_a_period_to_the_end_of_all_calendars_is_one_like_others() -> None:
    assert (await answer(SUPERVISOR, days_later=1, period=Period(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)))).team.conversations == 2


async def test_an_empty_period_is_refused() -> None:
    with pytest.raises(InvalidError, match="to: must be after"):
        await answer(SUPERVISOR, period=Period(BEGIN, BEGIN))


@given(st.dictionaries(st.integers(0, 10_000_000), st.integers(1, 3), min_size=1))
def test_durations_add_up_as_the_textbook_says(counts: dict[int, int]) -> None:
    figure = duration_figure({timedelta(milliseconds=value): count for value, count in counts.items()})
    values = [value / 1000 for value, count in counts.items() for _ in range(count)]
    assert figure.n == len(values)
    assert figure.mean is not None
    assert figure.median is not None
    assert figure.p90 is not None
    assert figure.mean.total_seconds() == pytest.approx(statistics.fmean(values), abs=1e-5)
    assert figure.median.total_seconds() == pytest.approx(statistics.median(values), abs=1e-5)
    p90 = statistics.quantiles(values, n=10, method="inclusive")[8] if len(values) > 1 else values[0]
    assert figure.p90.total_seconds() == pytest.approx(p90, abs=1e-5)


def test_without_durations_there_is_nothing_but_n() -> None:
    figure = duration_figure({})
    assert (figure.n, figure.mean, figure.median, figure.p90) == (0, None, None, None)
