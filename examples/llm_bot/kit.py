"""The LLM bot as the conformance kit's connector: the kit's model answers behind a stub of the endpoint, so that the whole bot is under test, HTTP included."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from baton_sdk import Baton, BatonError, Message
from baton_sdk.conformance import HandOff, Resolved, World

from examples.llm_bot.bot import INSTRUCTIONS, LlmBot
from examples.llm_bot.model import ASK_FOR_HUMAN, END_CONVERSATION, Model, ToolCall
from examples.llm_bot.stub import StubEndpoint


class LlmConnector:
    """One process of the LLM bot, in the kit's world."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._endpoint = StubEndpoint(self._reply)
        self._baton = Baton(world.target, world.api_key)
        self._model: Model | None = None
        self._desk: LlmBot | None = None
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the endpoint, then the bot."""
        await self._endpoint.__aenter__()
        self._model = Model(self._endpoint.url, "kit", "kit")
        self._desk = LlmBot(self._baton, self._model, self)
        self._listening = asyncio.create_task(self._listen(self._desk))

    async def _listen(self, desk: LlmBot) -> None:
        with suppress(BatonError):  # a revoked key: a real platform calls a person here
            await desk.bot.run()

    async def stop(self) -> None:
        """End at once."""
        if self._listening:
            self._listening.cancel()
            await asyncio.wait({self._listening})
        await self._baton.close()
        if self._model:
            await self._model.close()
        await self._endpoint.__aexit__(None, None, None)

    async def user_writes(self, chat_id: str, message_id: str, text: str) -> None:
        """Take what a user wrote."""
        if self._desk:
            await self._desk.user_says(chat_id, text, message_id)

    async def show(self, chat_id: str, message: Message) -> None:
        """Put words on the user's page."""
        await self._world.show(chat_id, message.author, message.text)

    async def typing(self, chat_id: str, *, active: bool) -> None:
        """Put dots there, or take them off."""
        await self._world.typing(chat_id, active=active)

    async def _reply(self, body: dict[str, Any]) -> AsyncIterator[str | ToolCall]:
        question, brief = body["messages"][-1]["content"], body["messages"][0]["content"].removeprefix(INSTRUCTIONS)
        async for piece in self._world.model(body["user"], question, brief):
            if isinstance(piece, HandOff):
                yield ToolCall(ASK_FOR_HUMAN, json.dumps({"reason": piece.reason}))
            elif isinstance(piece, Resolved):
                yield ToolCall(END_CONVERSATION)
            else:
                yield piece
