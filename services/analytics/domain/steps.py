"""The hours, days, weeks or months of a period, by the clocks of a time zone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from services.analytics.domain.spans import Period

# What a chart can show, and a query can be asked for.
MAX_STEPS = 400
MONTHS = 12


class Step(StrEnum):
    """What a point of a chart covers."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def steps(period: Period, step: Step, zone: ZoneInfo) -> list[Period]:
    """Cut a period at the clock's hours or at midnights (a week begins on Monday); the first and the last may be parts. At most MAX_STEPS + 1."""
    inner = (moment for moment in _beginnings(period.start, step, zone) if moment > period.start)
    cuts = [period.start]
    for moment in islice(inner, MAX_STEPS):
        if moment >= period.end:
            break
        cuts.append(moment)
    return [Period(start, end) for start, end in pairwise([*cuts, period.end])]


def before(period: Period, zone: ZoneInfo) -> Period:
    """Return the period of the same length by the clock that ends where this one starts: yesterday as far as today has come, the seven days before."""
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    days = -((start.replace(tzinfo=None) - end.replace(tzinfo=None)) // timedelta(days=1))
    moved = timedelta(days=days)
    return Period(_shifted(start, moved, zone), min(_shifted(end, moved, zone), period.start))


def _shifted(local: datetime, by: timedelta, zone: ZoneInfo) -> datetime:
    return (local.replace(tzinfo=None) - by).replace(tzinfo=zone).astimezone(UTC)


def _beginnings(start: datetime, step: Step, zone: ZoneInfo) -> Iterator[datetime]:
    if step is Step.HOUR:
        # Hours of the clock begin at whole hours of its own; they pass one by one even where clocks change.
        local = start.astimezone(zone)
        moment = start - timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        while True:
            moment += timedelta(hours=1)
            yield moment
    day = start.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    if step is Step.WEEK:
        day -= timedelta(days=day.weekday())
    if step is Step.MONTH:
        day = day.replace(day=1)
    while True:
        day = _next(day, step)
        yield day.replace(tzinfo=zone).astimezone(UTC)


def _next(day: datetime, step: Step) -> datetime:
    if step is Step.MONTH:
        return day.replace(year=day.year + day.month // MONTHS, month=day.month % MONTHS + 1)
    return day + timedelta(days=7 if step is Step.WEEK else 1)
