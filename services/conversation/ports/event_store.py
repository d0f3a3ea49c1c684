"""The log, as the use cases write and read it."""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from services.conversation.domain.control import State
from services.conversation.domain.events import ActorKind, Event


class Appended(Enum):
    """What became of an append."""

    # Majority-acknowledged and journaled.
    YES = "yes"
    # A unique key stands against it: another event has this seq, or this command was carried out before. It was not written.
    CONFLICT = "conflict"
    # A time-out, a lost connection, a write concern error: it may or may not be there, now or later (rule 4).
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What a majority sees of that which stands against an append."""

    # The event that the very command became before.
    repeated: Event | None
    # The conversation as of its newest event.
    newest: State | None


class EventStore(Protocol):
    """Reads go to the primary with read concern majority (rule 2) and raise UnavailableError when it cannot be reached."""

    async def append(self, event: Event) -> Appended:
        """Write one event if nothing has its seq. At most one undecided append per conversation at a time (rule 1)."""
        ...

    async def newest(self, conversation_id: str) -> State | None:
        """Return the conversation as of its newest event; NotUnderstoodError for one newer than this process."""
        ...

    async def by_command(self, conversation_id: str, kind: ActorKind, actor_id: str, command_id: str) -> Event | None:
        """Return the event that a command became."""
        ...

    async def obstacle_to(self, event: Event) -> Obstacle:
        """Return what stands against an append that conflicted, read after this call: `newest` from the event's seq on, or `repeated`, or nothing.

        Nothing: it is not visible yet, ask again. `repeated` may be left out while there is a `newest`: decided on that, the command conflicts again.
        """
        ...
