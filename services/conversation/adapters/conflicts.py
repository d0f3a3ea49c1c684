"""What stands against appends: the conflicts of a batch are looked up together, as their inserts went (docs/adr on what an append costs)."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

from services.conversation.adapters.event_document import event_id, to_event
from services.conversation.domain.control import State
from services.conversation.domain.errors import NotUnderstoodError
from services.conversation.domain.events import ActorKind, Event
from services.conversation.ports.event_store import Obstacle

Document = dict[str, Any]
CommandKey = tuple[str, ActorKind, str, str]

# How many seqs are looked at, from the one that was wanted. A conversation that ran further ahead than that is asked for by itself.
AHEAD = 4
# As many as a batch of appends may hold.
MAX_TOGETHER = 500


class Conflicts:
    """Looks conflicts up with one query at a time, by `_id` alone; what comes meanwhile gathers for the next, so each is read after it was asked for.

    A command that became an event further back is not seen here: decided on what is seen it conflicts once more, with nothing at its seq, and is then
    asked for by itself.
    """

    def __init__(self, majority: AsyncCollection[Document]) -> None:
        """`majority` reads from the primary with read concern majority (rule 2)."""
        self._majority = majority
        self._pending: list[tuple[Event, asyncio.Future[Obstacle]]] = []
        self._reading: asyncio.Task[None] | None = None

    async def look_up(self, event: Event) -> Obstacle:
        """Return what is seen now; nothing where nothing is visible at its seq, or more than this looks at. Raises PyMongoError."""
        future: asyncio.Future[Obstacle] = asyncio.get_running_loop().create_future()
        self._pending.append((event, future))
        if self._reading is None or self._reading.done():
            self._reading = asyncio.create_task(self._read(), name="conflicts")
        return await future

    async def _read(self) -> None:
        while self._pending:
            together, self._pending = self._pending[:MAX_TOGETHER], self._pending[MAX_TOGETHER:]
            try:
                obstacles = await self._obstacles([event for event, _ in together])
            except Exception as error:  # noqa: BLE001  # whatever it is, each of those who wait is told
                for _, future in together:
                    if not future.done():
                        future.set_exception(error)
            else:
                for (_, future), obstacle in zip(together, obstacles, strict=True):
                    if not future.done():
                        future.set_result(obstacle)

    async def _obstacles(self, events: Sequence[Event]) -> list[Obstacle]:
        ids = [event_id(event.conversation_id, event.seq + ahead) for event in events for ahead in range(AHEAD)]
        return _told_apart(events, await self._majority.find({"_id": {"$in": ids}}).to_list())


def _told_apart(events: Sequence[Event], documents: Sequence[Document]) -> list[Obstacle]:
    found: list[Event] = []
    not_understood: set[str] = set()
    for document in documents:
        try:
            found.append(to_event(document))
        except NotUnderstoodError:
            # Of another version: whoever asks for this conversation by itself is told so, and nobody else.
            not_understood.add(document["c"])
    by_command = {_command_key(event): event for event in found}
    by_seq = {(event.conversation_id, event.seq): event.state for event in found}
    return [
        Obstacle(None, None) if event.conversation_id in not_understood else Obstacle(by_command.get(_command_key(event)), _newest(event, by_seq))
        for event in events
    ]


def _newest(event: Event, by_seq: dict[tuple[str, int], State]) -> State | None:
    seen = [state for ahead in range(AHEAD) if (state := by_seq.get((event.conversation_id, event.seq + ahead)))]
    return seen[-1] if 0 < len(seen) < AHEAD else None


def _command_key(event: Event) -> CommandKey:
    return (event.conversation_id, event.actor.kind, event.actor.id, event.command_id)
