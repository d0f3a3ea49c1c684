"""Many conversations at once: begins them at a rate, hears Baton for all of them, and takes up those that a former run left open."""

import asyncio
import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from baton_sdk import Baton, Holder, RefusedError

from examples.ai_platform.dialogues import Dialogue
from examples.ai_platform.plan import conversation_id, draw, is_ours
from examples.ai_platform.player import Pace, Player
from examples.ai_platform.story import Heard, Story

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Traffic:
    """How much goes on."""

    seed: int
    # New conversations per minute.
    rate: float
    # How many are played at once; the rate waits for a free place.
    parallel: int
    # Stop after this many have begun and ended; 0 for never.
    conversations: int
    # Share of the AI's answers that are sent although control was lost while they were written.
    late_share: float


class Crowd:
    """All conversations of this platform."""

    def __init__(self, baton: Baton, dialogues: Sequence[Dialogue], traffic: Traffic, pace: Pace, consumer: str = "example") -> None:
        """Nothing is sent before `run`. `consumer` names the Watch stream."""
        self._baton = baton
        self._consumer = consumer
        self._dialogues = dialogues
        self._traffic = traffic
        self._pace = pace
        self._players: dict[str, Player] = {}
        self._left_open: asyncio.Queue[str] = asyncio.Queue()
        self._places = asyncio.Semaphore(traffic.parallel)

    async def run(self) -> None:
        """Run until cancelled, or until the conversations asked for have ended. ExceptionGroup of RefusedError when Baton will not have this platform."""
        async with asyncio.TaskGroup() as tasks:
            standing = (tasks.create_task(self._follow()), tasks.create_task(self._take_up_what_was_left()))
            await self._begin_all()
            for task in standing:
                task.cancel()

    async def _follow(self) -> None:
        # This program remembers nothing from its last run: it begins with how everything stands.
        async with self._baton.watch(self._consumer, catch_up=True) as watch:
            async for told in watch:
                await self.hear(told)

    async def hear(self, told: Heard) -> None:
        """Give it to its conversation; an open one that is not being played is one that a former run left."""
        name = told.conversation.chat_id
        if name not in self._players and is_ours(name) and told.control.holder is not Holder.CLOSED:
            self._player(name)
            self._left_open.put_nowait(name)
        if player := self._players.get(name):
            await player.hear(told)

    async def _begin_all(self) -> None:
        numbers = itertools.count() if self._traffic.conversations == 0 else range(self._traffic.conversations)
        async with asyncio.TaskGroup() as playing:
            for number in numbers:
                if await self._begin(conversation_id(self._traffic.seed, number), playing):
                    await asyncio.sleep(60 / self._traffic.rate)

    async def _take_up_what_was_left(self) -> None:
        async with asyncio.TaskGroup() as playing:
            while True:
                await self._begin(await self._left_open.get(), playing)

    async def _begin(self, name: str, playing: asyncio.TaskGroup) -> bool:
        """Begin or take up a conversation as soon as there is a place. Return False if it was there before: that costs nothing of the rate."""
        await self._places.acquire()
        player = self._player(name)
        if player.begun:
            self._places.release()
            return False
        try:
            new = await player.begin()
        except RefusedError as refusal:
            self._end(name, refusal)
            return True
        playing.create_task(self._play(name, player))
        return new

    async def _play(self, name: str, player: Player) -> None:
        try:
            await player.play()
        except RefusedError as refusal:
            self._end(name, refusal)
        else:
            self._end(name)

    def _player(self, name: str) -> Player:
        """Return who plays a conversation."""
        if name not in self._players:
            self._players[name] = Player(Story(draw(name, self._dialogues, self._traffic.late_share)), self._baton, self._pace)
        return self._players[name]

    def _end(self, name: str, refusal: RefusedError | None = None) -> None:
        """Give a conversation's place back."""
        if refusal:
            logger.warning("%s: given up: %s", name, refusal)
        del self._players[name]
        self._places.release()
