"""The minimal bot as the conformance kit's connector: the same `Bot`, with the kit's model in place of the list of answers. Copy it for a bot of your own."""

import asyncio
from contextlib import suppress

from baton_sdk import AiAgent, Answer, Baton, BatonError, Bot, Message, Question, Turn
from baton_sdk.conformance import HandOff, Resolved, World


def make_answer(world: World) -> Answer:
    """Return an AI that says what the kit's model does."""

    async def answer(turn: Turn, question: Question) -> None:
        text, resolved = "", False
        async for piece in world.model(question.conversation.chat_id, question.text, question.brief.as_prompt()):
            if isinstance(piece, HandOff):
                await turn.ask_for_human(piece.reason)
            elif isinstance(piece, Resolved):
                resolved = True
            else:
                text += piece
                await turn.compose(text)
        await turn.say(text)
        if resolved:
            await turn.resolve()

    return answer


class MinimalConnector:
    """One process of a platform."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._baton = Baton(world.target, world.api_key)
        self._bot = Bot(self._baton, self, make_answer(world), AiAgent("kit", "Kit"))
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen to Baton."""
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        with suppress(BatonError):  # a revoked key: a real platform calls a person here
            await self._bot.run()

    async def stop(self) -> None:
        """End at once."""
        if self._listening:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        await self._baton.close()

    async def user_writes(self, chat_id: str, message_id: str, text: str) -> None:
        """Take what a user wrote."""
        await self._bot.user_says(chat_id, text, message_id)

    async def show(self, chat_id: str, message: Message) -> None:
        """Put words on the user's page."""
        await self._world.show(chat_id, message.author, message.text)

    async def typing(self, chat_id: str, *, active: bool) -> None:
        """Put dots there, or take them off."""
        await self._world.typing(chat_id, active=active)
