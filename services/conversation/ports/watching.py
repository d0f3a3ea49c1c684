"""What Watch needs: the topic as it comes and as it was, the log to catch up from, and where each consumer is."""

from collections.abc import AsyncGenerator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.conversation.domain.control import ControlState
from services.conversation.domain.cursor import Cursor
from services.conversation.domain.watch_items import Item


@dataclass(frozen=True, slots=True)
class Told:
    """What a platform is told of a conversation at one seq."""

    conversation_id: str
    seq: int
    at: datetime
    control: ControlState
    item: Item


@dataclass(frozen=True, slots=True)
class Entry:
    """One event on the topic that concerns its platform."""

    partition: int
    offset: int
    workspace_id: str
    platform_id: str
    ai_agent_id: str
    # None: an event newer than this process; a stream that meets it must end, and go on at a newer process.
    told: Told | None


@dataclass(frozen=True, slots=True)
class Taken:
    """Entries in order per partition, and the cursor after them and everything that concerned nobody."""

    entries: list[Entry]
    cursor: Cursor


class EventFeed(Protocol):
    """The topic. One reader serves all streams of the process; what it no longer remembers is read again."""

    async def end(self) -> Cursor:
        """Return the topic's end; UnavailableError while it cannot be reached."""
        ...

    async def check(self, cursor: Cursor) -> None:
        """Raise ExpiredError `CURSOR_EXPIRED` unless the topic has everything from the cursor on, and had what is before it."""
        ...

    def take(self, cursor: Cursor) -> Taken | None:
        """Return some of what is remembered from the cursor on; None when it reaches further back."""
        ...

    def catch_up(self, cursor: Cursor) -> AsyncGenerator[Taken, None]:
        """Yield what came from the cursor on, until what is remembered reaches back far enough; ExpiredError as for `check`."""
        ...

    async def wait(self, cursor: Cursor, seconds: float) -> None:
        """Return when there is something from the cursor on, or after so long."""
        ...


class Backlog(Protocol):
    """What a platform may have missed, from the log."""

    def of_platform(self, workspace_id: str, platform_id: str, ai_agent_ids: Collection[str]) -> AsyncGenerator[Told, None]:
        """Yield, for all that was acknowledged before the call, undelivered human messages and the control state of each open conversation."""
        ...

    async def platform_conversation_id(self, conversation_id: str) -> str:
        """Return the platform's own id of a conversation."""
        ...


@dataclass(frozen=True, slots=True)
class Consumer:
    """A named consumer of a platform."""

    workspace_id: str
    platform_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Watcher:
    """A consumer as it is seen from outside."""

    consumer: Consumer
    # Empty: all of the platform's.
    ai_agent_ids: tuple[str, ...]
    seen_at: datetime
    # How long ago that was, by the database's clock.
    unseen_seconds: float


class Watchers(Protocol):
    """Who watches."""

    async def of_workspace(self, workspace_id: str) -> list[Watcher]:
        """Return the workspace's consumers that have had a stream, by platform and name."""
        ...


class Consumers(Protocol):
    """Where consumers are, and which stream of each is the newest."""

    async def open(self, consumer: Consumer, stream_id: str, ai_agent_ids: Collection[str]) -> str:
        """Make this the consumer's one stream and return its stored cursor ("" if it has none)."""
        ...

    async def newest(self, consumers: Collection[Consumer]) -> dict[Consumer, str]:
        """Return each consumer's newest stream."""
        ...

    async def saw(self, streams: Collection[tuple[Consumer, str]]) -> None:
        """Note that these streams are open now."""
        ...

    async def ack(self, consumer: Consumer, cursor: str) -> None:
        """Store a consumer's cursor."""
        ...
