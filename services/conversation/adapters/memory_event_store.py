"""The log in memory: the fake that passes the real store's suite, for tests of what stands on the port."""

from services.conversation.domain.control import State
from services.conversation.domain.events import ActorKind, Event
from services.conversation.ports.event_store import Appended, Obstacle


class MemoryEventStore:
    """Keeps events for the life of the process."""

    def __init__(self) -> None:
        self._logs: dict[str, list[Event]] = {}
        self._commands: dict[tuple[str, ActorKind, str, str], Event] = {}

    async def append(self, event: Event) -> Appended:
        """Write one event if nothing has its seq and its command was not carried out before."""
        log = self._logs.setdefault(event.conversation_id, [])
        command = (event.conversation_id, event.actor.kind, event.actor.id, event.command_id)
        if any(other.seq == event.seq for other in log) or command in self._commands:
            return Appended.CONFLICT
        log.append(event)
        self._commands[command] = event
        return Appended.YES

    async def newest(self, conversation_id: str) -> State | None:
        """Return the conversation as of its newest event."""
        log = self._logs.get(conversation_id)
        return max(log, key=lambda event: event.seq).state if log else None

    async def by_command(self, conversation_id: str, kind: ActorKind, actor_id: str, command_id: str) -> Event | None:
        """Return the event that a command became."""
        return self._commands.get((conversation_id, kind, actor_id, command_id))

    async def obstacle_to(self, event: Event) -> Obstacle:
        """Return what stands against an append."""
        repeated = await self.by_command(event.conversation_id, event.actor.kind, event.actor.id, event.command_id)
        return Obstacle(repeated, await self.newest(event.conversation_id))

    def log(self, conversation_id: str) -> list[Event]:
        """Return a conversation's events in order of seq."""
        return sorted(self._logs.get(conversation_id, ()), key=lambda event: event.seq)
