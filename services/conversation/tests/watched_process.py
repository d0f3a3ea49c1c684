"""One process of the service over a store that is watched and may misbehave, and a clock that is moved by hand."""

import asyncio
from collections.abc import Callable
from datetime import datetime

from services.conversation.adapters.memory_event_store import MemoryEventStore
from services.conversation.domain.control import State
from services.conversation.domain.events import ActorKind, Event
from services.conversation.domain.policy import DEFAULT_POLICY, Policy
from services.conversation.ports.event_store import Appended
from services.conversation.tests.scene import BEGIN, Commands
from services.conversation.use_cases.carry_out import CarryOut, Patience
from services.conversation.use_cases.states import States

IMPATIENT = Patience(total=0.2, first_pause=0.001, longest_pause=0.005)


class HandClock:
    def __init__(self) -> None:
        self.moment = BEGIN

    def now(self) -> datetime:
        return self.moment


class FixedPolicies:
    def __init__(self, policy: Policy = DEFAULT_POLICY) -> None:
        self.policy = policy

    async def of(self, _workspace_id: str) -> Policy:
        return self.policy


class WatchedStore(MemoryEventStore):
    """Counts reads, lets appends be intercepted, and may hide what a majority does not see yet."""

    def __init__(self) -> None:
        super().__init__()
        self.reads = 0
        self.appends = 0
        self.hidden: set[int] = set()
        self.before_append: Callable[[Event], Appended | None] = lambda _event: None
        self.gate: asyncio.Event | None = None

    async def append(self, event: Event) -> Appended:
        self.appends += 1
        if self.gate:
            await self.gate.wait()
        return self.before_append(event) or await super().append(event)

    async def newest(self, conversation_id: str) -> State | None:
        self.reads += 1
        seen = [event for event in self.log(conversation_id) if event.seq not in self.hidden]
        return seen[-1].state if seen else None

    async def by_command(self, conversation_id: str, kind: ActorKind, actor_id: str, command_id: str) -> Event | None:
        found = await super().by_command(conversation_id, kind, actor_id, command_id)
        return None if found and found.seq in self.hidden else found


class Process:
    """One process of the service: its own memory, over a store that others share."""

    def __init__(self, store: WatchedStore | None = None, policy: Policy = DEFAULT_POLICY, patience: Patience = IMPATIENT) -> None:
        self.store = store or WatchedStore()
        self.states = States()
        self.clock = HandClock()
        self.carry_out = CarryOut(self.store, self.states, FixedPolicies(policy), self.clock, patience)
        self.make = Commands()


async def started(patience: Patience = IMPATIENT) -> Process:
    process = Process(patience=patience)
    await process.carry_out(process.make.start())
    return process
