"""Commands on a stream: in order per conversation and once, whatever is lost, undecided, given up or stalled."""

import asyncio

import pytest
from baton_sdk import Baton, ControlLostError, Conversation, KeyInvalidError, NoAnswerError, streaming
from baton_sdk.testing import Chat, FakeBaton

from tests.harness.proxy import TcpProxy
from tests.harness.waiting import wait_until
from tests.sdk.conftest import BOT, USER

MANY = [f"message {number}" for number in range(300)]


@pytest.fixture
def streamed() -> bool:
    return True


@pytest.fixture
async def other(baton: Baton) -> Conversation:
    return await baton.start("chat-2", USER, BOT)


async def say_all(conversation: Conversation, texts: list[str] = MANY) -> None:
    """Say them without waiting for answers."""
    await asyncio.gather(*(conversation.user_says(text) for text in texts))


async def test_what_is_said_at_once_keeps_its_order_and_shares_messages(fake: FakeBaton, conversation: Conversation, other: Conversation) -> None:
    await asyncio.gather(say_all(conversation), say_all(other))
    assert fake.chat("chat-1").texts("user") == MANY
    assert fake.chat("chat-2").texts("user") == MANY


async def test_what_is_undecided_is_overtaken_by_nothing_of_its_conversation(
    fake: FakeBaton, baton: Baton, conversation: Conversation, other: Conversation
) -> None:
    fake.faults.requests_to_lose["AppendUserMessage"] = 5
    await asyncio.gather(say_all(conversation), say_all(other))
    assert fake.chat("chat-1").texts("user") == MANY
    assert fake.chat("chat-2").texts("user") == MANY
    # Undecided is the command, not the stream.
    assert baton.counters.reconnects == 0


async def test_a_stream_that_breaks_doubles_nothing_and_reorders_nothing(fake: FakeBaton, baton: Baton, conversation: Conversation, chat: Chat) -> None:
    fake.faults.answers_to_lose["AppendUserMessage"] = 3
    await say_all(conversation)
    assert chat.texts("user") == MANY
    assert baton.counters.reconnects


async def test_a_restart_in_the_middle_is_waited_for(fake: FakeBaton, conversation: Conversation, chat: Chat) -> None:
    fake.faults.hold_answers("AppendUserMessage")
    saying = asyncio.ensure_future(say_all(conversation))
    await wait_until(lambda: chat.texts("user"))
    await fake.stop()
    fake.faults.let_go("AppendUserMessage")
    await fake.start()
    await saying
    assert chat.texts("user") == MANY


async def test_who_is_given_up_holds_nobody_back(fake: FakeBaton) -> None:
    async with Baton(fake.target, fake.api_key, patience=3, streamed=True) as baton:
        conversation = await baton.start("chat-1", USER, BOT)
        fake.faults.requests_to_lose["AppendUserMessage"] = 1_000
        with pytest.raises(NoAnswerError):
            await conversation.user_says("Where is my order?")
        fake.faults.requests_to_lose["AppendUserMessage"] = 0
        await conversation.user_says("Hello?")
    assert fake.chat("chat-1").texts("user") == ["Hello?"]


async def test_who_stops_waiting_does_not_stop_the_command(fake: FakeBaton, conversation: Conversation, chat: Chat) -> None:
    fake.faults.hold_answers("AppendUserMessage")
    first = asyncio.ensure_future(conversation.user_says("one"))
    await wait_until(lambda: chat.texts("user"))
    first.cancel()
    fake.faults.let_go("AppendUserMessage")
    await conversation.user_says("two")
    assert chat.texts("user") == ["one", "two"]


async def test_a_connection_that_says_nothing_more_is_given_up(fake: FakeBaton, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "_ANSWER_SECONDS", 0.5)
    with TcpProxy(int(fake.target.rpartition(":")[2])) as proxy:
        async with Baton(f"127.0.0.1:{proxy.port}", fake.api_key, streamed=True) as baton:
            conversation = await baton.start("chat-1", USER, BOT)
            proxy.stall()
            saying = asyncio.ensure_future(conversation.user_says("Hello?"))
            await wait_until(lambda: baton.counters.reconnects, 30)
            proxy.heal()
            await saying
    assert fake.chat("chat-1").texts("user") == ["Hello?"]


async def test_a_turn_learns_from_any_answer_that_control_is_lost(conversation: Conversation, chat: Chat) -> None:
    with pytest.raises(ControlLostError):  # noqa: PT012  # the block is what ends
        async with conversation.turn() as turn:
            await turn.compose("I think that")
            chat.take_over("Budi")
            user = asyncio.create_task(conversation.user_says("And?"))
            await asyncio.Event().wait()  # a model that never answers
    await user
    await wait_until(lambda: chat.texts("draft") == ["I think that"])


async def test_a_revoked_key_is_told_to_whoever_waits_and_whoever_comes(fake: FakeBaton, conversation: Conversation, chat: Chat) -> None:
    fake.faults.hold_answers("AppendUserMessage")
    waiting = asyncio.ensure_future(conversation.user_says("Hello?"))
    await wait_until(lambda: chat.texts("user"))
    fake.revoke_key()
    with pytest.raises(KeyInvalidError):
        await waiting
    with pytest.raises(KeyInvalidError):
        await conversation.user_says("Hello?")


async def test_a_client_that_closes_leaves_nobody_waiting(fake: FakeBaton) -> None:
    async with Baton(fake.target, fake.api_key, streamed=True) as baton:
        conversation = await baton.start("chat-1", USER, BOT)
        fake.faults.hold_answers("AppendUserMessage")
        waiting = asyncio.ensure_future(conversation.user_says("Hello?"))
        await wait_until(lambda: fake.chat("chat-1").texts("user"))
    with pytest.raises(NoAnswerError):
        await waiting
    fake.faults.let_go("AppendUserMessage")
