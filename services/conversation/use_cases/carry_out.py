"""Carry out a command: load, decide, append; decide again on what is now true when someone else was first. The rules are those of the design."""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime

from servicekit.clock import Clock
from servicekit.errors import ServiceError
from servicekit.logs import get_logger

from services.conversation.domain.commands import Command
from services.conversation.domain.control import ControlState, State
from services.conversation.domain.decide import decide, own
from services.conversation.domain.digest import command_digest
from services.conversation.domain.errors import ControlLostError, ConversationNotFoundError, IdReusedError, UndecidedError
from services.conversation.domain.events import AiDraftWithheld, Event
from services.conversation.ports.event_store import Appended, EventStore
from services.conversation.ports.surroundings import Policies
from services.conversation.use_cases.lanes import Lanes
from services.conversation.use_cases.states import States

logger = get_logger(__name__)

SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds, for what stands against an append to become visible to a majority."""

    total: float = 5.0
    first_pause: float = 0.002
    longest_pause: float = 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command became: its event's seq and time, and the control state as it is now.

    Where nothing had to be written (it was so already), seq and time are those of the newest event.
    """

    conversation_id: str
    seq: int
    at: datetime
    control: ControlState
    repeated: bool = False
    state: State | None = None


class CarryOut:
    """Carries out commands, each in a task that its caller's cancellation or deadline does not reach (rule 4)."""

    def __init__(self, store: EventStore, states: States, policies: Policies, clock: Clock, patience: Patience = Patience()) -> None:  # frozen
        self._store = store
        self._states = states
        self._policies = policies
        self._clock = clock
        self._patience = patience
        self._lanes = Lanes()
        self._running: set[asyncio.Task[Outcome]] = set()

    async def __call__(self, command: Command) -> Outcome:
        """Return the outcome or raise the refusal; UnavailableError when it is not known whether it was written. Idempotent by command id."""
        await self._lanes.enter(command.conversation_id)
        task = asyncio.create_task(self._in_lane(command))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_tell_nobody)
            raise

    async def drain(self) -> None:
        """Wait until nothing is under way any more; for a graceful stop, after the listeners."""
        while self._running:
            await asyncio.wait(self._running)

    async def _in_lane(self, command: Command) -> Outcome:
        try:
            return await self._until_decided(command)
        finally:
            self._lanes.leave(command.conversation_id)

    async def _until_decided(self, command: Command) -> Outcome:
        policy = await self._policies.of(command.workspace_id)
        state = self._states.get(command.conversation_id)
        # Rule 3: a refusal is given only on what was read from the database after the command arrived.
        fresh = False
        if state is None:
            state, fresh = await self._load(command.conversation_id), True
        while True:
            refusal: ServiceError | None = None
            event: Event | None = None
            try:
                event = decide(state, command, self._clock.now(), policy, secrets.token_bytes(SALT_BYTES))
            except ServiceError as error:
                refusal = error
            if event is not None:
                settled = await self._append(event, command)
                if isinstance(settled, Outcome):
                    return settled
                state, fresh = settled, True
            elif fresh:
                return await self._without_event(state, command, refusal)
            else:
                state, fresh = await self._load(command.conversation_id), True

    async def _load(self, conversation_id: str) -> State | None:
        state = await self._store.newest(conversation_id)
        if state is not None:
            self._states.put(state)
        return state

    async def _append(self, event: Event, command: Command) -> Outcome | State:
        """Return the outcome, or the state on which to decide again."""
        appended = await self._store.append(event)
        if appended is Appended.YES:
            self._states.put(event.state)
            return _outcome(event, event.state)
        self._states.evict(command.conversation_id)
        if appended is Appended.UNKNOWN:
            return await self._find_out(command)
        return await self._after_conflict(event, command)

    async def _find_out(self, command: Command) -> Outcome:
        """Rule 4: nobody said whether it was written. A majority either has it by now, or the caller is to ask again."""
        found = await self._found(command)
        if found is None:
            raise UndecidedError
        return await self._repeat(found, None, command)

    async def _after_conflict(self, event: Event, command: Command) -> Outcome | State:
        """Rules 2 and 5: wait until a majority sees what stood against it: this very command, or another's event."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._patience.total
        pause = self._patience.first_pause
        while True:
            obstacle = await self._store.obstacle_to(event)
            if obstacle.newest is not None:
                self._states.put(obstacle.newest)
            if obstacle.repeated is not None:
                return await self._repeat(obstacle.repeated, None, command)
            if obstacle.newest is not None and obstacle.newest.seq >= event.seq:
                return obstacle.newest
            if loop.time() >= until:
                raise UndecidedError
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._patience.longest_pause)

    async def _without_event(self, state: State | None, command: Command, refusal: ServiceError | None) -> Outcome:
        """Rule 5: before a refusal, or an answer that writes nothing, the id is looked up."""
        if state is None:
            # Without a log there is nothing the id could be found in.
            raise refusal or ConversationNotFoundError
        found = None if isinstance(refusal, ConversationNotFoundError) else await self._found(command)
        if found is not None:
            return await self._repeat(found, state, command)
        if refusal is not None:
            raise refusal
        return Outcome(state.conversation_id, state.seq, state.at, state.after.control, state=state)

    async def _found(self, command: Command) -> Event | None:
        return await self._store.by_command(command.conversation_id, command.actor.kind, command.actor.id, command.command_id)

    async def _repeat(self, found: Event, state: State | None, command: Command) -> Outcome:
        """Answer a command that was carried out before: that event's outcome, under the present control state."""
        own(found.state, command)
        if found.command_digest != command_digest(command):
            raise IdReusedError
        if state is None or state.seq < found.seq:
            state = await self._load(command.conversation_id) or found.state
        return _outcome(found, state, repeated=True)


def _tell_nobody(task: "asyncio.Task[Outcome]") -> None:
    """Take the end of a command whose caller has gone: a refusal was for the caller alone."""
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, ServiceError):
        logger.error("a command failed when its caller had gone", exc_info=error)


def _outcome(event: Event, state: State, *, repeated: bool = False) -> Outcome:
    """A withheld draft is an event, and to the platform a refusal, the first time as on every retry."""
    if isinstance(event.body, AiDraftWithheld):
        raise ControlLostError(state.after.control)
    return Outcome(event.conversation_id, event.seq, event.at, state.after.control, repeated, state)
