"""The end user's page as the conformance kit's connector: its routes, its chats and its bot, with the kit's model in place of the coffee shop's answers."""

from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any

import httpx
from baton_sdk import Message
from baton_sdk.conformance import World

from examples.end_user.app import EndUserPage
from examples.end_user.chats import Chats
from examples.minimal_bot.kit import make_answer


class _Chats(Chats):
    """The page's chats, read along by the kit."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    async def show(self, chat_id: str, message: Message) -> None:
        await super().show(chat_id, message)
        await self._world.show(chat_id, message.author, message.text)

    async def typing(self, chat_id: str, *, active: bool) -> None:
        await super().typing(chat_id, active=active)
        await self._world.typing(chat_id, active=active)


class PageConnector:
    """One process of the page."""

    def __init__(self, world: World) -> None:
        self._page = EndUserPage(world.target, world.api_key, answer=make_answer(world), chats=_Chats(world))
        self._app = self._page.app()
        self._open = AsyncExitStack()
        self._browser = httpx.AsyncClient(transport=httpx.ASGITransport(self._app), base_url="http://page", timeout=60)

    async def start(self) -> None:
        """Let the page serve."""
        lifespan: AbstractAsyncContextManager[Any] = self._app.router.lifespan_context(self._app)
        await self._open.enter_async_context(lifespan)

    async def stop(self) -> None:
        """End at once."""
        await self._browser.aclose()
        await self._open.aclose()

    async def user_writes(self, chat_id: str, message_id: str, text: str) -> None:
        """Write as the page's browser does."""
        answer = await self._browser.post(f"/api/chats/{chat_id}/messages", json={"id": message_id, "text": text})
        answer.raise_for_status()
