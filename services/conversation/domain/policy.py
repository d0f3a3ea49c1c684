"""What a workspace may set for its conversations, with the defaults that hold where nothing was set."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class OpenHours:
    """One stretch of a week in which the team is there, in the workspace's time zone."""

    # 0 is Monday, as `datetime.weekday()` counts.
    weekday: int
    # Minutes since local midnight; `closes` is exclusive and at most MINUTES_A_DAY. A night shift is two stretches.
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of one workspace."""

    # An agent without a socket for this long loses their conversations to the queue.
    grace: timedelta = timedelta(minutes=2)
    # An agent who set themselves to away for this long does too.
    away: timedelta = timedelta(minutes=15)
    # Nobody's conversation without a message for this long closes itself.
    idle: timedelta = timedelta(hours=24)
    # An agent who is there and leaves a user without an answer for this long is shown to supervisors; nothing is taken from them.
    unanswered: timedelta = timedelta(minutes=10)
    # Whether a user who writes to a closed conversation reopens it (never after spam).
    reopen: bool = True
    # At most one Delivered event a conversation in this time.
    receipt_interval: timedelta = timedelta(seconds=1)
    # AI messages kept as drafts in one epoch.
    max_drafts: int = 20
    # The language of system messages where the user's is not among those known.
    default_locale: str = "en"
    # An IANA name ("Asia/Jakarta"); empty where nobody has set it.
    time_zone: str = ""
    # When the team is there, ascending and without overlap; empty where nobody has said: then nothing is told about it.
    hours: tuple[OpenHours, ...] = ()
    # The workspace's own words for system messages, by language and code; what is absent has Baton's.
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


DEFAULT_POLICY = Policy()
