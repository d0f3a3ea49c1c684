"""When the team is next open: across midnight, the week's end, and the two days a year on which clocks are changed."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conversation.domain.opening import next_opening
from services.conversation.domain.policy import OpenHours

JAKARTA = "Asia/Jakarta"
OFFICE = [OpenHours(day, 9 * 60, 17 * 60) for day in range(5)]
NIGHT = [OpenHours(4, 22 * 60, 24 * 60), OpenHours(5, 0, 6 * 60)]


def local(text: str, zone: str = JAKARTA, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


def test_where_nobody_said_when_nothing_is_said() -> None:
    assert next_opening([], "", local("2026-11-20T12:00")) is None
    assert next_opening([], JAKARTA, local("2026-11-20T12:00")) is None


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-18T08:59", "2026-11-18T09:00"),
        ("2026-11-18T09:00", None),
        ("2026-11-18T16:59", None),
        ("2026-11-18T17:00", "2026-11-19T09:00"),
        # Friday evening, and the whole weekend: Monday.
        ("2026-11-20T17:00", "2026-11-23T09:00"),
        ("2026-11-21T12:00", "2026-11-23T09:00"),
        ("2026-11-22T23:59", "2026-11-23T09:00"),
    ],
)
def test_a_week_of_office_hours(now: str, opens: str | None) -> None:
    assert next_opening(OFFICE, JAKARTA, local(now)) == (local(opens) if opens else None)


def test_it_is_the_teams_day_and_not_utcs() -> None:
    # Monday 02:00 in UTC is Monday 09:00 in Jakarta; on Sunday 20:00 in UTC it is Monday there already.
    assert next_opening(OFFICE, JAKARTA, datetime(2026, 11, 22, 20, tzinfo=UTC)) == datetime(2026, 11, 23, 2, tzinfo=UTC)
    assert next_opening(OFFICE, JAKARTA, datetime(2026, 11, 23, 2, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("now", "opens"),
    [("2026-11-20T21:59", "2026-11-20T22:00"), ("2026-11-20T23:59", None), ("2026-11-21T00:00", None), ("2026-11-21T06:00", "2026-11-27T22:00")],
)
def test_a_night_shift_of_two_stretches_is_open_over_midnight(now: str, opens: str | None) -> None:
    assert next_opening(NIGHT, JAKARTA, local(now)) == (local(opens) if opens else None)


def test_one_stretch_a_week_opens_again_a_week_later() -> None:
    assert next_opening([OpenHours(2, 0, 1)], JAKARTA, local("2026-11-18T00:01")) == local("2026-11-25T00:00")


def test_when_clocks_change_the_team_opens_by_the_clock_on_the_wall() -> None:
    berlin = "Europe/Berlin"
    sunday = [OpenHours(6, 9 * 60, 17 * 60)]
    # The night before clocks are put forward, and the one before they are put back: 9 o'clock is 7 or 8 o'clock in UTC.
    assert next_opening(sunday, berlin, local("2026-03-28T20:00", berlin)) == datetime(2026, 3, 29, 7, tzinfo=UTC)
    assert next_opening(sunday, berlin, local("2026-10-24T20:00", berlin)) == datetime(2026, 10, 25, 8, tzinfo=UTC)


def test_what_would_open_at_a_time_that_is_left_out_opens_when_clocks_are_put_forward() -> None:
    berlin, cairo = "Europe/Berlin", "Africa/Cairo"
    assert next_opening([OpenHours(6, 150, 600)], berlin, local("2026-03-29T00:00", berlin)) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    # There it is midnight itself that is left out.
    assert next_opening([OpenHours(4, 0, 600)], cairo, local("2026-04-23T20:00", cairo)) == datetime(2026, 4, 23, 22, tzinfo=UTC)


def test_a_stretch_that_is_left_out_whole_is_none() -> None:
    berlin = "Europe/Berlin"
    assert next_opening([OpenHours(6, 125, 175)], berlin, local("2026-03-29T00:00", berlin)) == local("2026-04-05T02:05", berlin)


def test_an_hour_that_comes_twice_is_open_once_and_without_a_gap() -> None:
    berlin = "Europe/Berlin"
    night = [OpenHours(6, 150, 180)]
    begins, ends = local("2026-10-25T02:30", berlin), local("2026-10-25T03:00", berlin)
    assert next_opening(night, berlin, begins - timedelta(minutes=1)) == begins.astimezone(UTC)
    moment = begins.astimezone(UTC)
    while moment < ends.astimezone(UTC):
        assert next_opening(night, berlin, moment) is None
        moment += timedelta(minutes=10)
    assert next_opening(night, berlin, ends.astimezone(UTC)) == local("2026-11-01T02:30", berlin)


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 1438), st.integers(1, 600)), min_size=1, max_size=6),
    st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001  # given its zone below
    st.sampled_from([JAKARTA, "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Pacific/Apia"]),
)
def test_at_the_moment_that_is_told_the_team_is_open_and_between_it_is_not(stretches: list[tuple[int, int, int]], now: datetime, zone: str) -> None:
    hours = [OpenHours(day, opens, min(opens + length, 1440)) for day, opens, length in stretches]
    moment = now.replace(tzinfo=UTC)
    opens = next_opening(hours, zone, moment)
    if opens is not None:
        assert moment < opens <= moment + timedelta(days=8)
        assert next_opening(hours, zone, opens) is None
        for share in (0.0, 0.25, 0.5, 0.75, 0.999):
            assert next_opening(hours, zone, moment + (opens - moment) * share) == opens
