"""When the team is next open, from a workspace's weekly hours and its time zone."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.conversation.domain.policy import OpenHours

_MINUTE = timedelta(minutes=1)


def next_opening(hours: Sequence[OpenHours], time_zone: str, now: datetime) -> datetime | None:
    """Return the first moment after `now` at which the team opens; None while it is open, and where nobody has said when it is.

    A stretch lasts from its opening to its closing as clocks on the wall show them: it is an hour longer or shorter on a day on which they are changed.
    What would open at a time that is left out opens when clocks are put forward.
    """
    if not hours or not time_zone:
        return None
    zone = ZoneInfo(time_zone)
    # From the day before, for what is open over midnight where days are counted from elsewhere, to the same weekday of the next week.
    today = now.astimezone(zone).date()
    stretches = [stretch for days in range(-1, 9) for stretch in _of_day(today + timedelta(days), hours, zone)]
    if any(opens <= now < closes for opens, closes in stretches):
        return None
    return min((opens for opens, _ in stretches if opens > now), default=None)


def _of_day(day: date, hours: Sequence[OpenHours], zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    for one in hours:
        if one.weekday == day.weekday():
            # Where clocks show a time twice, the team opens at the first and closes at the second.
            opens, closes = _moment(day, one.opens, zone, fold=0), _moment(day, one.closes, zone, fold=1)
            # A stretch that is left out whole is none.
            if opens < closes:
                yield opens, closes


def _moment(day: date, minutes: int, zone: ZoneInfo, *, fold: int) -> datetime:
    """Return the moment at which clocks first show at least so many minutes since midnight; with `fold` 1, at which they last begin to."""
    shown = (datetime.combine(day, time()) + minutes * _MINUTE).replace(tzinfo=zone)
    first, second = (shown.replace(fold=each).astimezone(UTC) for each in (0, 1))
    if first <= second:
        return (first, second)[fold]
    # Left out: `second` is before clocks are put forward and `first` after; between them they are.
    while first - second > _MINUTE:
        middle = second + (first - second) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < shown.replace(tzinfo=None):
            second = middle
        else:
            first = middle
    return first.replace(second=0, microsecond=0)
