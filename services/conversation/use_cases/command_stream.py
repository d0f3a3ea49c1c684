"""A stream of commands: those of one conversation in order, others at once, so many under way and no more, each answered once."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from servicekit.errors import Kind, ServiceError, UnavailableError
from servicekit.logs import get_logger

from services.conversation.domain.errors import BehindUndecidedError

logger = get_logger(__name__)

Result = TypeVar("Result")

# Commands read and not yet answered: enough to fill group commits, and the bound of a stream's memory.
MAX_UNDER_WAY = 256
# As long as a unary call may take.
COMMAND_SECONDS = 10.0
UNDECIDED = (Kind.UNAVAILABLE, Kind.INTERNAL)


@dataclass(frozen=True, slots=True)
class Streamed(Generic[Result]):
    """One command. Those with a `lane` (its conversation) are carried out in the order they were put; without one, whenever.

    Without an id it gets no answer: what may be lost.
    """

    command_id: str
    work: Callable[[], Awaitable[Result]]
    lane: str = ""


@dataclass(frozen=True, slots=True)
class Answered(Generic[Result]):
    """What became of one command: a result, or the error that a unary call would have failed with."""

    command_id: str
    result: Result | None = None
    error: ServiceError | None = None


@dataclass(slots=True)
class _Lane(Generic[Result]):
    """One conversation's commands on this stream."""

    waiting: deque[Streamed[Result]] = field(default_factory=deque)
    # The command that must come again before any other is tried.
    undecided: str = ""
    running: bool = False


class CommandStream(Generic[Result]):
    """The commands of one stream; one task puts, one takes the answers."""

    def __init__(self, *, max_under_way: int = MAX_UNDER_WAY) -> None:
        self._max = max_under_way
        self._under_way = 0
        self._lanes: dict[str, _Lane[Result]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ready: list[Answered[Result]] = []
        self._room = asyncio.Event()
        self._news = asyncio.Event()
        self._ended = False

    async def put(self, streamed: Streamed[Result]) -> None:
        """Take a command in; waits while as many as may be are under way, which is what holds the sender."""
        while self._under_way >= self._max:
            self._room.clear()
            await self._room.wait()
        self._under_way += 1
        if not streamed.lane:
            self._start(self._alone(streamed))
            return
        lane = self._lanes.setdefault(streamed.lane, _Lane())
        lane.waiting.append(streamed)
        if not lane.running:
            lane.running = True
            self._start(self._in_order(streamed.lane, lane))

    def end(self) -> None:
        """Nothing more is put: the answers end when all is answered."""
        self._ended = True
        self._news.set()

    async def answers(self) -> AsyncGenerator[list[Answered[Result]], None]:
        """Yield answers as they are ready, several together when there are; what is not taken yet counts as under way."""
        try:
            while not self._ended or self._under_way:
                await self._news.wait()
                self._news.clear()
                ready, self._ready = self._ready, []
                if ready:
                    yield ready
                    self._under_way -= len(ready)
                    self._room.set()
        finally:
            # What was not begun is dropped, undecided; what was begun is carried out, and its repeat will tell (rule 4).
            for task in self._tasks:
                task.cancel()

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _alone(self, streamed: Streamed[Result]) -> None:
        answered = await _carried_out(streamed)
        if streamed.command_id:
            self._answer(answered)
        else:
            self._under_way -= 1
            self._room.set()
            self._news.set()

    async def _in_order(self, name: str, lane: _Lane[Result]) -> None:
        while lane.waiting:
            streamed = lane.waiting.popleft()
            if lane.undecided and streamed.command_id != lane.undecided:
                self._answer(Answered(streamed.command_id, error=BehindUndecidedError(lane.undecided)))
                continue
            answered = await _carried_out(streamed)
            lane.undecided = streamed.command_id if answered.error is not None and answered.error.kind in UNDECIDED else ""
            self._answer(answered)
        lane.running = False
        if not lane.undecided:
            del self._lanes[name]

    def _answer(self, answered: Answered[Result]) -> None:
        self._ready.append(answered)
        self._news.set()


async def _carried_out(streamed: Streamed[Result]) -> Answered[Result]:
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            return Answered(streamed.command_id, await streamed.work())
    except ServiceError as error:
        return Answered(streamed.command_id, error=error)
    except TimeoutError:
        return Answered(streamed.command_id, error=UnavailableError("The answer did not come in time."))
    except Exception as error:
        logger.exception("a streamed command failed")
        internal = ServiceError("INTERNAL", "Something went wrong; the log has it under the request id.")
        internal.__cause__ = error
        return Answered(streamed.command_id, error=internal)
