"""The stage: Baton, the user's page and the model, all played by the kit, and all evidence of what a connector did between them."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from baton_sdk.conformance.connector import Connector, Factory, HandOff, Piece
from baton_sdk.conformance.violations import Rule, Violation
from baton_sdk.testing import Chat, FakeBaton

# For what must happen; a connector whose pauses between attempts grow beyond some seconds needs more.
DEADLINE_SECONDS = 10.0
# For what must not happen: nothing has moved for so long.
QUIET_SECONDS = 0.5
_LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Shown:
    """Words on the user's page."""

    chat_id: str
    author: str
    text: str


@dataclass(slots=True)
class Generation:
    """The model at work on one answer. Its mark stands in its text, so that the text is known wherever it turns up."""

    number: int
    chat_id: str
    brief: str
    # As it truly was when the model was asked.
    epoch: int
    ai_may_speak: bool
    pieces: asyncio.Queue[Piece | None] = field(default_factory=asyncio.Queue)

    @property
    def mark(self) -> str:
        """What its text begins with."""
        return f"[answer {self.number}]"

    def hand_off(self) -> HandOff:
        """Return a call of the hand-off tool that is known wherever it turns up."""
        return HandOff(f"{self.mark} wants a person")

    def write(self, *pieces: Piece) -> None:
        """Let the model produce more."""
        for piece in pieces:
            self.pieces.put_nowait(piece)

    def end(self, *pieces: Piece) -> None:
        """Let it produce these and come to its end."""
        self.write(*pieces)
        self.pieces.put_nowait(None)


async def _at_once(_: Shown) -> None:
    """Words stand as soon as they come."""


class Stage:
    """One scenario's world. Every chat on it is named by the scenario."""

    def __init__(self, factory: Factory) -> None:
        self.fake = FakeBaton(clock=self._now)
        self.shown: list[Shown] = []
        self.dots: dict[str, bool] = {}
        self.generations: list[Generation] = []
        self.violations: list[Violation] = []
        self.written: dict[str, list[str]] = {}
        # Chats whose model waits for the scenario's pieces.
        self.by_hand: set[str] = set()
        # What a page waits for before words stand on it.
        self.slow: Callable[[Shown], Awaitable[object]] = _at_once
        # A connector that is to fail, as with a revoked key, may.
        self.may_fail = False
        self.standing_still: datetime | None = None
        # What a process had shown and not yet reported when it ended may come again.
        self.restarted = False
        # Scenarios name their chats; connectors get a UUID for each, which any platform can take.
        self._ids: dict[str, str] = {}
        self._factory = factory
        self._connector: Connector | None = None
        self._numbers = itertools.count(1)
        self._writing: set[asyncio.Task[None]] = set()
        self._moves = 0
        self.fake.on_call(lambda _: self._move())

    def _now(self) -> datetime:
        return self.standing_still or datetime.now(UTC)

    # The world, as the connector sees it.

    @property
    def target(self) -> str:
        """Where Baton is."""
        return self.fake.target

    @property
    def api_key(self) -> str:
        """The key."""
        return self.fake.api_key

    async def model(self, chat_id: str, question: str, brief: str = "") -> AsyncIterator[Piece]:  # noqa: ARG002  # a real model would read the question
        """Answer; by itself, unless the scenario holds the pen."""
        name = self._name(chat_id)
        control = self.chat(name).control
        generation = Generation(next(self._numbers), name, brief, control.epoch, control.ai_may_speak)
        self.generations.append(generation)
        generation.write(generation.mark)
        if name not in self.by_hand:
            generation.end(" All", " is", " well.")
        while (piece := await generation.pieces.get()) is not None:
            self._move()
            yield piece

    async def show(self, chat_id: str, author: str, text: str) -> None:
        """Put words on the page."""
        self._move()
        shown = Shown(self._name(chat_id), author, text)
        if author == "ai" and text not in self.chat(shown.chat_id).texts("ai"):
            self.blame(Rule.SHOWN_WITHOUT_BATON, f"{shown.chat_id}: {text!r} was shown, and Baton has no such message")
        await self.slow(shown)
        self._move()
        self.shown.append(shown)

    async def typing(self, chat_id: str, *, active: bool) -> None:
        """Put dots on the page, or take them off."""
        self._move()
        self.dots[self._name(chat_id)] = active

    # What a scenario does.

    async def open(self) -> None:
        """Start Baton, then the connector, and wait until it listens."""
        await self.fake.start()
        await self.start_connector()

    async def start_connector(self) -> None:
        """Start a process of the platform."""
        self._connector = self._factory(self)
        await self._connector.start()
        await self.until(lambda: self.fake.feed.open_streams)

    async def stop_connector(self) -> None:
        """End it."""
        connector, self._connector = self._connector, None
        self.restarted = True
        if connector:
            await connector.stop()
        for task in self._writing:
            task.cancel()
        await self.until(lambda: not self.fake.feed.open_streams)

    async def close(self) -> None:
        """End everything."""
        await self.stop_connector()
        await asyncio.gather(*self._writing, return_exceptions=True)
        await self.fake.stop()

    def chat(self, chat_id: str) -> Chat:
        """Return a chat as Baton has it."""
        return self.fake.chat(self._ids[chat_id])

    def begun(self) -> list[str]:
        """Return the chats that Baton has."""
        return [name for name, chat_id in self._ids.items() if chat_id in self.fake.chats]

    def _name(self, chat_id: str) -> str:
        return next(name for name, known in self._ids.items() if known == chat_id)

    async def user_writes(self, chat_id: str, text: str) -> None:
        """Let the user write, and wait until Baton has it."""
        said = self.written.setdefault(chat_id, [])
        said.append(text)
        known = self._ids.setdefault(chat_id, str(uuid.uuid4()))
        self._write(known, f"{known}-{len(said)}", text)
        await self.until(lambda: known in self.fake.chats and text in self.chat(chat_id).texts("user"))

    def _write(self, chat_id: str, message_id: str, text: str) -> None:
        if self._connector:
            task = asyncio.create_task(self._written(self._connector, chat_id, message_id, text))
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)

    async def _written(self, connector: Connector, chat_id: str, message_id: str, text: str) -> None:
        try:
            await connector.user_writes(chat_id, message_id, text)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is the connector's
            if not self.may_fail:
                self.blame(Rule.CRASHED, f"user_writes raised {type(error).__name__}: {error}")

    async def asked(self, chat_id: str, times: int = 1) -> Generation | None:
        """Wait until the model has been asked so often in a chat; None if it never is."""
        mine: list[Generation] = []

        def enough() -> bool:
            mine[:] = [generation for generation in self.generations if generation.chat_id == chat_id]
            return len(mine) >= times

        return mine[times - 1] if await self.until(enough) else None

    async def until(self, condition: Callable[[], object], seconds: float = DEADLINE_SECONDS) -> bool:
        """Wait for something, not for ever. Return whether it came. Time is counted in looks: while the machine stands still nobody is late."""
        for _ in range(round(seconds / _LOOK_SECONDS)):
            if condition():
                return True
            await asyncio.sleep(_LOOK_SECONDS)
        return bool(condition())

    async def quiet(self, seconds: float = QUIET_SECONDS) -> None:
        """Wait until nothing has moved for a while: then what has not happened will not."""
        looks, moves = 0, self._moves

        def is_quiet() -> bool:
            nonlocal looks, moves
            looks, moves = (looks + 1 if moves == self._moves else 0), self._moves
            return looks * _LOOK_SECONDS > seconds

        await self.until(is_quiet)

    def blame(self, rule: Rule, evidence: str) -> None:
        """Note a violation."""
        self.violations.append(Violation(rule, evidence))

    def texts(self, chat_id: str, author: str) -> list[str]:
        """Return what stands on a chat's page by an author, in order."""
        return [shown.text for shown in self.shown if (shown.chat_id, shown.author) == (chat_id, author)]

    def _move(self) -> None:
        self._moves += 1
