"""The end user's page over real HTTP, against the SDK's fake Baton: what the user sees of AI and human, live and when coming back."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from baton_sdk.testing import FakeBaton

from examples.end_user.app import EndUserPage, with_headers
from tests.harness.waiting import wait_until

Event = dict[str, Any]


@dataclass
class Page:
    """One open page."""

    http: httpx.AsyncClient
    chat_id: str
    events: list[Event] = field(default_factory=list)

    async def follow(self, after: int = 0) -> None:
        async with self.http.stream("GET", f"/api/chats/{self.chat_id}/events", headers={"last-event-id": str(after)}, timeout=None) as stream:
            async for line in stream.aiter_lines():
                if line.startswith("data: "):
                    self.events.append(json.loads(line.removeprefix("data: ")))

    async def say(self, text: str, message_id: str) -> httpx.Response:
        return await self.http.post(f"/api/chats/{self.chat_id}/messages", json={"text": text, "id": message_id})

    def said(self, author: str) -> list[str]:
        return [event["text"] for event in self.events if event["type"] == "message" and event["author"] == author]

    async def sees(self, author: str, part: str) -> None:
        await wait_until(lambda: any(part in text for text in self.said(author)), 20, what=f"{author} says {part}")


@dataclass
class Shop:
    """The page's server and the Baton behind it."""

    fake: FakeBaton
    http: httpx.AsyncClient

    @asynccontextmanager
    async def page(self, chat_id: str = "", after: int = 0) -> AsyncIterator[Page]:
        if not chat_id:
            chat_id = (await self.http.post("/api/chats", json={"name": "Siti", "locale": "en"})).json()["chat_id"]
        page = Page(self.http, chat_id)
        following = asyncio.create_task(page.follow(after))
        yield page
        following.cancel()
        await asyncio.wait([following])


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with FakeBaton() as fake:
        app = with_headers(EndUserPage(fake.target, fake.api_key, word_seconds=0.005).app())
        listening = socket.create_server(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve([listening]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listening.getsockname()[1]}", timeout=20) as http:
            await wait_until(lambda: server.started, 20, what="the page is served")
            yield Shop(fake, http)
        server.should_exit = True
        await serving
        listening.close()


async def test_the_ai_answers_until_a_human_takes_over_whose_words_come_live(shop: Shop) -> None:
    async with shop.page() as page:
        assert (await page.say("What coffee do you have?", "m1")).status_code == 204
        await page.sees("ai", "Gayo")
        chat = shop.fake.chat(page.chat_id)
        chat.take_over("Budi Santoso")
        await page.sees("system", "Budi Santoso")
        chat.say("Hello, this is Budi.")
        await page.sees("human", "this is Budi")
        await page.http.post(f"/api/chats/{page.chat_id}/seen", json={})
        await wait_until(lambda: chat.shown_seq > 0, 20, what="Baton is told that it was shown")
        await page.say("And the menu?", "m2")
        await page.sees("user", "And the menu?")
        assert len(page.said("ai")) == 1


async def test_a_page_that_comes_back_reads_on_where_it_was_and_a_message_sent_twice_is_there_once(shop: Shop) -> None:
    async with shop.page() as page:
        for _ in range(2):
            assert (await page.say("hello", "m1")).status_code == 204
        await page.sees("ai", "assistant")
        chat_id, seen = page.chat_id, max(event["n"] for event in page.events if "n" in event)
    await shop.http.post(f"/api/chats/{chat_id}/messages", json={"text": "When are you open?", "id": "m2"})
    async with shop.page(chat_id, after=seen) as again, shop.page(chat_id) as other:
        await again.sees("ai", "eight")
        await other.sees("ai", "eight")
        assert again.said("user") == ["When are you open?"]
        assert other.said("user") == ["hello", "When are you open?"]


async def test_who_asks_for_a_person_is_told_the_truth_about_waiting(shop: Shop) -> None:
    async with shop.page() as page:
        await page.say("I want to talk to a human", "m1")
        await page.sees("ai", "I am asking a colleague to come.")


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/chats/none/messages", b'{"text": "x"}', 404),
        ("/api/chats/6f1c2f0e-0000-4000-8000-000000000000/messages", b'{"text": " "}', 422),
        ("/api/chats/6f1c2f0e-0000-4000-8000-000000000000/messages", b'{"text": 7}', 422),
        ("/api/chats/6f1c2f0e-0000-4000-8000-000000000000/messages", b"[]", 422),
        ("/api/chats/6f1c2f0e-0000-4000-8000-000000000000/messages", b"{", 422),
        ("/api/chats/6f1c2f0e-0000-4000-8000-000000000000/messages", b'{"text": "' + b"x" * 70_000, 413),
    ],
)
async def test_nonsense_is_refused(shop: Shop, path: str, body: bytes, status: int) -> None:
    assert (await shop.http.post(path, content=body)).status_code == status


async def test_the_pages_files_come_with_their_security_headers(shop: Shop) -> None:
    for path in ("/", "/chat.css", "/chat.js"):
        answer = await shop.http.get(path)
        assert answer.status_code == 200
        assert "default-src 'self'" in answer.headers["content-security-policy"]
