"""When the team is there, and how much of a duration lies in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MINUTES_OF_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Stretch:
    """Minutes of a local day, `closes` exclusive; weekday 0 is Monday."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """A workspace's time zone and hours; without stretches there is calendar time alone. `revision` rises with each change."""

    time_zone: str = ""
    stretches: tuple[Stretch, ...] = ()
    revision: int = 0

    def open_time(self, end: datetime, lasted: timedelta) -> timedelta:
        """Return how much of the duration that ended then lay within the hours."""
        begin = end - lasted
        total = timedelta()
        for opens, closes in self._openings(begin, end):
            total += max(timedelta(), min(end, closes) - max(begin, opens))
        return total

    def _openings(self, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        zone = ZoneInfo(self.time_zone or "UTC")
        day, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
        while day <= last:
            for stretch in self.stretches:
                if stretch.weekday == day.weekday():
                    yield _moment(day, stretch.opens, zone), _moment(day, stretch.closes, zone)
            day += timedelta(days=1)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the moment of a clock time; one that the clocks skip is the moment they jump to, of one that comes twice the first."""
    if minute >= MINUTES_OF_A_DAY:
        day, minute = day + timedelta(days=1), minute - MINUTES_OF_A_DAY
    local = datetime.combine(day, time(minute // 60, minute % 60), zone)
    return local.astimezone(UTC)
