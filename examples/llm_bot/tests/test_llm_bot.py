"""The LLM bot against a stub of its endpoint and the SDK's fake of Baton."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from baton_sdk import Baton, Message
from baton_sdk.contract import event_pb2
from baton_sdk.testing import FakeBaton

from examples.llm_bot.bot import LlmBot
from examples.llm_bot.model import ASK_FOR_HUMAN, END_CONVERSATION, Model, ToolCall
from examples.llm_bot.stub import StubEndpoint
from tests.harness.waiting import wait_until


class Page:
    def __init__(self) -> None:
        self.words: list[tuple[str, str]] = []

    async def show(self, chat_id: str, message: Message) -> None:  # noqa: ARG002  # one chat
        self.words.append((message.author, message.text))

    async def typing(self, chat_id: str, *, active: bool) -> None:
        """No dots."""


class Scene:
    """A model that answers with what the test wrote down, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answers: list[list[str | ToolCall]] = []
        self.asked: list[dict[str, Any]] = []
        self.page = Page()

    async def reply(self, body: dict[str, Any]) -> AsyncIterator[str | ToolCall]:
        self.asked.append(body)
        for piece in self.answers.pop(0):
            yield piece


@asynccontextmanager
async def served(scene: Scene) -> AsyncIterator[tuple[FakeBaton, LlmBot]]:
    async with FakeBaton() as fake, StubEndpoint(scene.reply) as endpoint, Baton(fake.target, fake.api_key) as baton:
        model = Model(endpoint.url, "secret", "any-model")
        desk = LlmBot(baton, model, scene.page)
        listening = asyncio.create_task(desk.bot.run())
        await wait_until(lambda: fake.feed.open_streams)
        yield fake, desk
        assert set(endpoint.keys) == {"bearer secret"}
        listening.cancel()
        await asyncio.wait({listening})
        await model.close()


async def test_the_models_pieces_become_one_answer() -> None:
    scene = Scene()
    scene.answers = [["On ", "its ", "way."]]
    async with served(scene) as (fake, desk):
        await desk.user_says("chat", "Where is my order?")
        await wait_until(lambda: scene.page.words == [("ai", "On its way.")])
        assert fake.chat("chat").texts("ai") == ["On its way."]


async def test_who_asks_for_a_person_gets_one_whatever_the_model_thinks() -> None:
    scene = Scene()
    scene.answers = [["I can help you myself!"]]
    async with served(scene) as (fake, desk):
        await desk.user_says("chat", "Saya mau bicara dengan manusia")
        await wait_until(lambda: fake.chat("chat").texts("ai"))
        assert fake.chat("chat").texts("requested") == ["The user asks for a person."]


async def test_the_models_tools_call_a_human_and_end_the_conversation() -> None:
    scene = Scene()
    scene.answers = [[ToolCall(ASK_FOR_HUMAN, '{"reason": "refund above my limit"}'), "A colleague will come."], ["Goodbye!", ToolCall(END_CONVERSATION)]]
    async with served(scene) as (fake, desk):
        await desk.user_says("chat", "I want 500 euros back.")
        await wait_until(lambda: fake.chat("chat").texts("ai"))
        assert fake.chat("chat").texts("requested") == ["refund above my limit"]
        await desk.user_says("chat", "Forget it, thank you.")
        await wait_until(lambda: fake.chat("chat").texts("closed") == ["CLOSE_REASON_AI_RESOLVED"])


async def test_an_endpoint_that_fails_calls_a_human() -> None:
    async with FakeBaton() as fake, Baton(fake.target, fake.api_key) as baton:
        model = Model("http://127.0.0.1:9/v1", "secret", "any-model")  # nobody listens there
        desk = LlmBot(baton, model, Page())
        await desk.user_says("chat", "Hello?")
        await wait_until(lambda: fake.chat("chat").texts("requested") == ["The AI failed to answer."])
        await model.close()


async def test_after_a_hand_back_the_model_knows_what_the_human_said_and_promised() -> None:
    scene = Scene()
    scene.answers = [["Hello!"], ["As my colleague said."]]
    async with served(scene) as (fake, desk):
        await desk.user_says("chat", "Hi")
        await wait_until(lambda: len(scene.page.words) == 1)
        chat = fake.chat("chat")
        chat.take_over("Budi")
        chat.say("You will get a refund.")
        await wait_until(lambda: ("human", "You will get a refund.") in scene.page.words)
        await desk.user_says("chat", "When?")
        chat.hand_back(event_pb2.Brief(promised="by Friday"))
        await wait_until(lambda: len(scene.asked) == 2)
        messages = scene.asked[1]["messages"]
        assert "Promised to the user: by Friday" in messages[0]["content"]
        assert [message["content"] for message in messages[1:]] == ["Hi", "Hello!", "You will get a refund.", "When?"]
