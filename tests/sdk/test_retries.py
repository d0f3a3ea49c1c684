"""A command is one command however often it is sent."""

import asyncio

import pytest
from baton_sdk import Baton, Conversation, KeyInvalidError, NoAnswerError, UnknownConversationError
from baton_sdk.testing import Chat, FakeBaton

from tests.harness.waiting import wait_until
from tests.sdk.conftest import BOT, USER


@pytest.mark.parametrize("lost", ["requests_to_lose", "answers_to_lose"])
async def test_what_gets_lost_on_the_way_is_sent_again_under_its_id(fake: FakeBaton, baton: Baton, conversation: Conversation, chat: Chat, lost: str) -> None:
    getattr(fake.faults, lost)["AppendUserMessage"] = 2
    getattr(fake.faults, lost)["AppendAiMessage"] = 2
    await conversation.user_says("Where is my order?")
    async with conversation.turn() as turn:
        await turn.say("On its way.")
    assert (chat.texts("user"), chat.texts("ai")) == (["Where is my order?"], ["On its way."])
    assert baton.counters.retries == 4


async def test_a_named_message_is_one_message_in_every_process(fake: FakeBaton, conversation: Conversation, chat: Chat) -> None:
    first = await conversation.user_says("Where is my order?", "m1")
    async with Baton(fake.target, fake.api_key) as other:
        again = await (await other.start("chat-1", USER, BOT)).user_says("Where is my order?", "m1")
    assert (again.seq, again.repeated) == (first.seq, True)
    assert chat.texts("user") == ["Where is my order?"]


async def test_patience_ends_with_an_error_that_says_that_nothing_is_known(fake: FakeBaton) -> None:
    async with Baton(fake.target, fake.api_key, patience=0.3) as baton:
        conversation = await baton.start("chat-1", USER, BOT)
        fake.faults.answers_to_lose["AppendUserMessage"] = 100
        with pytest.raises(NoAnswerError):
            await conversation.user_says("Where is my order?", "m1")
        fake.faults.answers_to_lose["AppendUserMessage"] = 0
        assert (await conversation.user_says("Where is my order?", "m1")).repeated


async def test_a_refusal_is_not_tried_again(fake: FakeBaton, baton: Baton) -> None:
    with pytest.raises(UnknownConversationError):
        await baton.conversation("00000000-0000-4000-8000-000000000000").user_says("Hello?")
    fake.revoke_key()
    with pytest.raises(KeyInvalidError):
        await baton.start("chat-1", USER, BOT)
    assert (len(fake.calls), baton.counters.refusals) == (2, 2)


async def test_receipts_are_reported_in_the_background_the_newest_for_all(fake: FakeBaton, conversation: Conversation, chat: Chat) -> None:
    chat.take_over()
    seqs = [chat.say(f"message {number}") for number in range(10)]
    fake.faults.hold_answers("ReportDelivered")
    conversation.delivered(seqs[0])
    await wait_until(lambda: chat.delivered_seq == seqs[0])
    for seq in seqs[1:]:
        conversation.delivered(seq)
    fake.faults.let_go("ReportDelivered")
    await wait_until(lambda: chat.delivered_seq == seqs[-1])
    conversation.shown(seqs[-1])
    await asyncio.wait_for(conversation.settle(), 5)
    assert chat.shown_seq == seqs[-1]
    assert [call.rpc for call in fake.calls].count("ReportDelivered") == 2
