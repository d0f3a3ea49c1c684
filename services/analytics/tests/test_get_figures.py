"""Who sees which figures, and what they add up to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servicekit.caller import Role, UserCaller
from servicekit.errors import ForbiddenError, InvalidError, PreconditionError

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.domain import lanes
from services.analytics.domain.figures import duration_figure
from services.analytics.domain.hours import Calendar, Stretch
from services.analytics.domain.sheets import Cell
from services.analytics.domain.spans import Period
from services.analytics.domain.steps import Step
from services.analytics.tests.agreement import durations_agree
from services.analytics.tests.fakes import FakeCalendars, FakeColleagues, FakeFactStore, FakeLog, FixedClock
from services.analytics.tests.histories import BEGIN, WORKSPACE, History
from services.analytics.use_cases.get_figures import FiguresAnswer, GetFigures, Question
from services.analytics.use_cases.record_events import RecordEvents

DAY = Period(BEGIN, BEGIN + timedelta(days=1))
SUPERVISOR = UserCaller(WORKSPACE, "sari", "session", Role.SUPERVISOR, "Sari", "Sari", "token")
ANA = replace(SUPERVISOR, account_id="ana", role=Role.AGENT, name="Ana")


async def answer(caller: UserCaller, *, days_later: int = 1, period: Period = DAY, calendar: Calendar | None = None, **more: Any) -> FiguresAnswer:
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
    get = GetFigures(store, colleagues, FakeCalendars(calendar), FixedClock(BEGIN + timedelta(days=days_later)))
    return await get(caller, Question(period, **more))


async def test_a_supervisor_sees_the_team_and_each_agent_by_name() -> None:
    figures = await answer(SUPERVISOR)
    assert [(agent.agent_name, agent.figures.conversations) for agent in figures.agents] == [("Ana", 2), ("Budi Santoso", 1)]
    assert figures.team.figures.conversations == 2
    assert figures.team.figures.conversations_with_message == 1
    assert figures.team.conversations == (1, 2)
    assert figures.team.figures.response_time.mean == timedelta(seconds=3)
    assert (figures.team.figures.transfers_in, figures.team.figures.transfers_out) == (1, 1)


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
    assert figures.team.figures.conversations == 0
    assert figures.team.conversations == ()


async def test_what_is_still_held_counts_in_a_running_period_alone() -> None:
    assert (await answer(SUPERVISOR, days_later=2)).team.figures.conversations == 1
    assert (await answer(SUPERVISOR, days_later=1)).team.figures.conversations == 2


async def test_until_now_by_a_clock_that_is_a_little_behind_still_runs() -> None:
    figures = await answer(SUPERVISOR, days_later=1, period=Period(DAY.start, DAY.end - timedelta(seconds=30)))
    assert figures.team.figures.conversations == 2


async def test_a_period_to_the_end_of_all_calendars_is_one_like_others() -> None:
    assert (
        await answer(SUPERVISOR, days_later=1, period=Period(datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)))
    ).team.figures.conversations == 2


async def test_an_empty_period_is_refused() -> None:
    with pytest.raises(InvalidError, match="to: must be after"):
        await answer(SUPERVISOR, period=Period(BEGIN, BEGIN))


async def test_only_supervisors_ask_for_a_colleague() -> None:
    assert (await answer(SUPERVISOR, agent_id="budi")).team.figures.response_time.mean == timedelta(seconds=4)
    assert (await answer(ANA, agent_id="ana")).team.figures.response_time.mean == timedelta(seconds=2)
    with pytest.raises(ForbiddenError):
        await answer(ANA, agent_id="budi")


async def test_the_period_before_is_as_long_by_the_clock_and_ends_where_this_one_begins() -> None:
    tomorrow = Period(DAY.end, DAY.end + timedelta(hours=5))
    figures = await answer(SUPERVISOR, days_later=2, period=tomorrow, compare=True, time_zone="Asia/Jakarta")
    assert figures.before is not None
    assert figures.before.period == Period(DAY.start, DAY.start + timedelta(hours=5))
    assert figures.before.figures.response_time.n == 2


async def test_a_day_on_which_clocks_change_has_its_own_number_of_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    sunday = Period(datetime(2026, 3, 29, tzinfo=berlin), datetime(2026, 3, 30, tzinfo=berlin))
    figures = await answer(SUPERVISOR, days_later=5, period=sunday, step=Step.HOUR, time_zone="Europe/Berlin", compare=True)
    assert len(figures.series) == 23
    assert figures.before is not None
    assert figures.before.period.end - figures.before.period.start == timedelta(hours=24)


async def test_points_add_up_to_the_period() -> None:
    figures = await answer(SUPERVISOR, step=Step.HOUR)
    assert len(figures.series) == 24
    assert sum(point.response_time.n for _, point in figures.series) == figures.team.figures.response_time.n
    with pytest.raises(InvalidError, match="step: gives more"):
        await answer(SUPERVISOR, days_later=30, period=Period(BEGIN, BEGIN + timedelta(days=30)), step=Step.HOUR)


async def test_business_time_is_what_lies_within_the_hours() -> None:
    with pytest.raises(PreconditionError, match="no hours"):
        await answer(SUPERVISOR, business=True)
    # The example begins on a Saturday at 22:00 UTC, 05:00 on Sunday in Jakarta; open for its first three seconds.
    hours = Calendar("Asia/Jakarta", (Stretch(6, 4 * 60, 5 * 60), Stretch(0, 9 * 60, 17 * 60)), revision=1)
    figures = await answer(SUPERVISOR, business=True, calendar=hours)
    assert figures.team.figures.response_time.n == 2
    assert figures.team.figures.response_time.mean == timedelta()
    assert figures.time_zone == "Asia/Jakarta"
    hours = Calendar("Asia/Jakarta", (Stretch(6, 0, 24 * 60),), revision=1)
    assert (await answer(SUPERVISOR, business=True, calendar=hours)).team.figures.response_time.mean == timedelta(seconds=3)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../etc/passwd", "/UTC"])
async def test_a_time_zone_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(InvalidError, match="time_zone"):
        await answer(SUPERVISOR, time_zone=name)


@given(st.dictionaries(st.integers(0, 10_000_000), st.integers(1, 3), min_size=1))
def test_durations_add_up_as_stated(counts: dict[int, int]) -> None:
    cell = Cell()
    for value, count in counts.items():
        for _ in range(count):
            cell.add(Cell(1, value, lanes.one(value)))
    first, packed = lanes.pack(cell.lanes)
    assert lanes.unpack(first, packed) == cell.lanes
    durations_agree(duration_figure(cell), [value / 1000 for value, count in counts.items() for _ in range(count)])


def test_without_durations_there_is_nothing_but_n() -> None:
    figure = duration_figure(Cell())
    assert (figure.n, figure.mean, figure.median, figure.p90) == (0, None, None, None)
