"""Watch through the client: everything once, in order, whatever breaks; and how far was acted."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from baton_sdk import AiAgent, Baton, Closed, ControlChanged, Conversation, KeyInvalidError, MessageToShow, User, WatchReplacedError
from baton_sdk.contract import event_pb2
from baton_sdk.testing import Chat, FakeBaton
from baton_sdk.values import Told

from tests.harness.waiting import wait_until


class Reader:
    """Takes what is told until it is closed."""

    def __init__(self, baton: Baton, name: str = "test", *, catch_up: bool = False) -> None:
        self.told: list[Told] = []
        self.task = asyncio.create_task(self._read(baton, name, catch_up=catch_up))

    async def _read(self, baton: Baton, name: str, *, catch_up: bool) -> None:
        async with baton.watch(name, catch_up=catch_up) as watch:
            async for item in watch:
                self.told.append(item)

    def texts(self) -> list[str]:
        return [item.message.text for item in self.told if isinstance(item, MessageToShow)]

    async def close(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})


@pytest.fixture
async def reader(fake: FakeBaton, baton: Baton) -> AsyncIterator[Reader]:
    reader = Reader(baton)
    await wait_until(lambda: fake.feed.open_streams)
    yield reader
    await reader.close()


async def test_words_changes_and_closings_are_told_with_all_that_is_to_be_shown(reader: Reader, chat: Chat) -> None:
    chat.take_over("Budi")
    chat.say("Hello")
    chat.hand_back(event_pb2.Brief(promised="A refund"), "Goodbye")
    chat.close()
    await wait_until(lambda: len(reader.told) == 4)
    taken, said, back, closed = reader.told
    assert isinstance(taken, ControlChanged)
    assert [message.text for message in taken.messages] == ["Human agent (Budi) has taken over this conversation"]
    assert isinstance(said, MessageToShow)
    assert (said.message.text, said.message.agent) == ("Hello", "Budi")
    assert isinstance(back, ControlChanged)
    assert back.brief.as_prompt() == "Promised to the user: A refund"
    assert [message.author for message in back.messages] == ["human", "system"]
    assert isinstance(closed, Closed)
    assert closed.reason == "resolved"


async def test_each_thing_is_told_once_although_baton_tells_it_twice(fake: FakeBaton, baton: Baton, reader: Reader, chat: Chat) -> None:
    fake.feed.copies = 2
    chat.take_over()
    for number in range(5):
        chat.say(f"message {number}")
    await wait_until(lambda: baton.counters.repeats == 6)
    assert reader.texts() == [f"message {number}" for number in range(5)]


async def test_after_a_cut_nothing_is_missing_and_nothing_doubled(fake: FakeBaton, reader: Reader, chat: Chat) -> None:
    chat.take_over()
    for number in range(20):
        chat.say(f"message {number}")
        if number % 4 == 0:
            fake.feed.cut()
        await asyncio.sleep(0)
    await wait_until(lambda: len(reader.texts()) == 20)
    assert reader.texts() == [f"message {number}" for number in range(20)]


async def test_a_server_that_restarts_is_found_again(fake: FakeBaton, reader: Reader, chat: Chat) -> None:
    chat.take_over()
    await wait_until(lambda: reader.told)
    await fake.stop()
    chat.say("while it was away")
    await fake.start()
    await wait_until(lambda: reader.texts() == ["while it was away"])


async def test_an_expired_cursor_is_followed_by_a_catch_up(fake: FakeBaton, baton: Baton, reader: Reader, chat: Chat) -> None:
    chat.take_over()
    chat.say("heard")
    await wait_until(lambda: reader.texts() == ["heard"])
    chat.say("while it was away")
    fake.feed.forget()
    fake.feed.cut()
    await wait_until(lambda: baton.counters.catch_ups == 1)
    await wait_until(lambda: reader.texts() == ["heard", "while it was away"])


async def test_the_next_process_goes_on_after_what_this_one_acted_on(fake: FakeBaton, baton: Baton, conversation: Conversation, chat: Chat) -> None:
    first = Reader(baton)
    await wait_until(lambda: fake.feed.open_streams)
    chat.take_over()
    chat.say("one")
    await wait_until(lambda: first.texts() == ["one"])
    await first.close()
    assert conversation.control.agent == "Budi"
    chat.say("two")
    async with Baton(fake.target, fake.api_key) as next_process:
        second = Reader(next_process)
        await wait_until(second.texts)
        assert second.texts() == ["two"]
        await second.close()


async def test_what_is_not_acted_on_is_not_acknowledged(fake: FakeBaton, baton: Baton, chat: Chat) -> None:
    chat.take_over()
    async with baton.watch("test") as watch:
        await wait_until(lambda: fake.feed.open_streams)
        chat.say("one")
        async for item in watch:
            assert isinstance(item, MessageToShow)
            break
    async with Baton(fake.target, fake.api_key) as next_process:
        second = Reader(next_process, catch_up=not fake.feed.stored)
        await wait_until(lambda: second.texts() == ["one"])
        await second.close()


async def test_a_revoked_key_and_a_newer_stream_of_the_name_end_it(fake: FakeBaton, baton: Baton, reader: Reader) -> None:
    newer = Reader(baton)
    with pytest.raises(WatchReplacedError):
        await reader.task
    fake.revoke_key()
    with pytest.raises(KeyInvalidError):
        await newer.task


async def test_only_the_conversations_of_the_bots_asked_for_are_told_of(fake: FakeBaton, baton: Baton, chat: Chat) -> None:
    await baton.start("chat-2", User("user-2"), AiAgent("another"))
    async with baton.watch("test", ai_agent_ids=("another",)) as watch:
        await wait_until(lambda: fake.feed.open_streams)
        chat.take_over()
        fake.chat("chat-2").take_over()
        told = await anext(aiter(watch))
    assert told.conversation.chat_id == "chat-2"
