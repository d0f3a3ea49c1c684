"""The example as the conformance kit's connector: its state machine and its player, with the kit's users and model in place of dialogues."""

import asyncio
import math
from contextlib import suppress
from functools import partial

from baton_sdk import AiAgent, Baton, Control, ControlChanged, Message, MessageToShow, RefusedError, Turn, User
from baton_sdk.conformance import HandOff, Resolved, World

from examples.ai_platform.dialogues import Exchange
from examples.ai_platform.people import HOUSEHOLD, Person
from examples.ai_platform.plan import Plan
from examples.ai_platform.player import Pace, Player
from examples.ai_platform.story import Heard, Move, Story

_PACE = Pace(thinking=0.0, patience=60.0)


class KitStory(Story):
    """A story whose user says what the kit wants, when it wants; the AI never ends it unasked."""

    def __init__(self, chat_id: str) -> None:
        super().__init__(Plan(chat_id, Person(chat_id, "", "", "en"), HOUSEHOLD, ((),)))
        self._message_ids: list[str] = []

    def user_writes(self, message_id: str, text: str) -> None:
        """Take the user's next message."""
        self._exchanges.append(Exchange(text, ""))
        self._message_ids.append(message_id)

    def next_move(self) -> Move:
        """Say what the user wrote, answer while the AI may."""
        if self.waiting and self.control.ai_may_speak:
            return Move.AI_ANSWERS
        # The script's user waits for an answer; the kit's need not.
        if self.index + self.waiting < len(self._exchanges):
            if self.waiting:
                self._answered()
            return Move.USER_SPEAKS
        return Move.WAIT

    def message_id(self) -> str:
        """Return the name of the message: the kit's own, as a platform's is its message's."""
        return self._message_ids[self.index]

    def _hear_human(self, seq: int, *, answer: bool) -> None:
        self._note_human(seq, answer=answer)


class KitPlayer(Player):
    """Plays with the kit's model, and shows the kit's page what a platform would show its user."""

    def __init__(self, chat_id: str, baton: Baton, world: World) -> None:
        self.kit_story = KitStory(chat_id)
        super().__init__(self.kit_story, baton, _PACE)
        self._world = world
        self._chat_id = chat_id
        self._brief = ""

    def user_writes(self, message_id: str, text: str) -> None:
        """Take the user's next message."""
        self.kit_story.user_writes(message_id, text)
        self._changed.set()

    async def begin_again(self) -> None:
        """Start the conversation or find it; the kit's user has no script to find a place in."""
        self._conversation = await self._baton.start(self._chat_id, User(self._chat_id), AiAgent(HOUSEHOLD.id, HOUSEHOLD.name))

    async def hear(self, told: Heard) -> None:
        """Show what Baton told, then act on it as the example does."""
        messages: tuple[Message, ...] = (told.message,) if isinstance(told, MessageToShow) else told.messages
        for message in messages:
            await self._world.show(self._chat_id, message.author, message.text)
        if isinstance(told, ControlChanged) and told.brief:
            self._brief = told.brief.as_prompt()
        await super().hear(told)

    def _learn(self, control: Control | None = None) -> None:
        """Control that comes back is believed from Watch alone, which brings the brief with it; an answer to a command may overtake that."""
        found = control or self.conversation.control
        if control is None and found.ai_may_speak and found.epoch > self.story.control.epoch > 0:
            return
        super()._learn(control)

    async def _ai_answers(self) -> None:
        exchange, name = self.story.exchange, self.story.message_id()
        show = partial(self._world.show, self._chat_id, "ai")
        async with self.conversation.turn(show=show) as turn:
            text, resolved = await self._write(turn, exchange)
            await turn.say(text, name)
            if resolved:
                await turn.resolve()
        self.story.ai_answered(exchange)

    async def _write(self, turn: Turn, exchange: Exchange) -> tuple[str, bool]:
        """Return what the model says, and whether it says that all is done."""
        text, resolved = "", False
        async for piece in self._world.model(self._chat_id, exchange.user, self._brief):
            if isinstance(piece, HandOff):
                await turn.ask_for_human(piece.reason)
            elif isinstance(piece, Resolved):
                resolved = True
            else:
                text += piece
                await turn.compose(text)
        return text, resolved


class ExampleConnector:
    """One process of the example."""

    streamed = False

    def __init__(self, world: World) -> None:
        self._world = world
        self._baton = Baton(world.target, world.api_key, patience=math.inf, streamed=self.streamed)
        self._players: dict[str, KitPlayer] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen to Baton."""
        self._keep(asyncio.create_task(self._follow()))

    async def stop(self) -> None:
        """End at once."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._baton.close()

    async def user_writes(self, chat_id: str, message_id: str, text: str) -> None:
        """Give the message to the chat's player."""
        self._player(chat_id).user_writes(message_id, text)

    async def _follow(self) -> None:
        with suppress(RefusedError):
            async with self._baton.watch("kit", catch_up=True) as watch:
                async for told in watch:
                    await self._player(told.conversation.chat_id).hear(told)

    def _player(self, chat_id: str) -> KitPlayer:
        player = self._players.get(chat_id)
        if player is None:
            player = self._players[chat_id] = KitPlayer(chat_id, self._baton, self._world)
            self._keep(asyncio.create_task(self._play(player)))
        return player

    async def _play(self, player: KitPlayer) -> None:
        with suppress(RefusedError):
            await player.begin_again()
            await player.play()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._running.add(task)
        task.add_done_callback(self._running.discard)


class StreamedConnector(ExampleConnector):
    """The same, with its commands on one stream."""

    streamed = True
