"""What a workspace may set for its conversations, with the defaults that hold where nothing was set."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of one workspace."""

    # An agent without a socket for this long loses their conversations to the queue.
    grace: timedelta = timedelta(minutes=2)
    # An agent who set themselves to away for this long does too.
    away: timedelta = timedelta(minutes=15)
    # Nobody's conversation without a message for this long closes itself.
    idle: timedelta = timedelta(hours=24)
    # Whether a user who writes to a closed conversation reopens it (never after spam).
    reopen: bool = True
    # At most one Delivered event a conversation in this time.
    receipt_interval: timedelta = timedelta(seconds=1)
    # AI messages kept as drafts in one epoch.
    max_drafts: int = 20
    # The language of system messages where the user's is not among those known.
    default_locale: str = "en"


DEFAULT_POLICY = Policy()
