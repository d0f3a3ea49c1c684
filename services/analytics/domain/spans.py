"""How a period is put together from spans that were counted before: a few large ones, smaller ones towards its edges, single facts at the edges."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# Each span has eight of the level below: a quarter of an hour, 2 hours, 16 hours, 5 1/3 days, 42 2/3 days. Every zone's clocks differ by whole quarters.
LEVELS = tuple(timedelta(minutes=15) * 8**level for level in range(5))
QUARTER = LEVELS[0]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` (inclusive) to `end` (exclusive). A measured thing belongs to the period in which it ended."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Span:
    """One of the fixed stretches of time of a level; `number` counts them from the epoch."""

    level: int
    number: int

    @property
    def period(self) -> Period:
        """When it is."""
        start = EPOCH + self.number * LEVELS[self.level]
        return Period(start, start + LEVELS[self.level])

    @property
    def children(self) -> tuple["Span", ...]:
        """The eight of the level below."""
        return tuple(Span(self.level - 1, self.number * 8 + part) for part in range(8))

    def and_those_above(self) -> tuple["Span", ...]:
        """Return it, and those of the levels above that hold it."""
        return tuple(Span(level, self.number // 8 ** (level - self.level)) for level in range(self.level, len(LEVELS)))


@dataclass(frozen=True, slots=True)
class Cover:
    """Spans and pieces between them that make up a period."""

    spans: tuple[Span, ...]
    pieces: tuple[Period, ...]


def cover(period: Period, stale: Collection[Span]) -> Cover:
    """Put a period together from the largest spans that are not stale; what is left is to be read fact by fact."""
    spans: list[Span] = []
    pieces: list[Period] = []
    for part in _parts(period, frozenset(stale)):
        if isinstance(part, Span):
            spans.append(part)
        elif pieces and pieces[-1].end == part.start:
            pieces[-1] = Period(pieces[-1].start, part.end)
        else:
            pieces.append(part)
    return Cover(tuple(spans), tuple(pieces))


def _parts(period: Period, stale: frozenset[Span]) -> Iterator[Span | Period]:
    moment = period.start
    whole_quarters = (period.end - EPOCH) // QUARTER
    while moment < period.end:
        span = _largest(moment, whole_quarters, stale)
        if span is not None:
            yield span
            moment = span.period.end
            continue
        upto = min(period.end, Span(0, (moment - EPOCH) // QUARTER).period.end)
        yield Period(moment, upto)
        moment = upto


def _largest(moment: datetime, end: int, stale: frozenset[Span]) -> Span | None:
    """Return the largest span that begins at the moment and is over when so many quarters since the epoch are."""
    quarter, rest = divmod(moment - EPOCH, QUARTER)
    found = None
    for level in range(len(LEVELS) if not rest else 0):
        quarters = 8**level
        if quarter % quarters or quarter + quarters > end:
            break
        span = Span(level, quarter // quarters)
        if span not in stale:
            found = span
    return found
