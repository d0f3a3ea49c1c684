"""A command is one command however often it is sent."""

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import cast

import pytest
from baton_sdk import Baton, Conversation, KeyInvalidError, NoAnswerError, UnknownConversationError
from baton_sdk.contract import platform_pb2
from baton_sdk.receipts import Receipts
from baton_sdk.testing import Chat, FakeBaton
from baton_sdk.transport import Transport

from tests.harness.waiting import PATIENCE_SECONDS, wait_until
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
    assert (baton.counters.refusals, baton.counters.retries) == (2, 0)
    # A stream may be refused as a whole before the command on it is read.
    assert len(fake.calls) <= 2


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
    await asyncio.wait_for(conversation.settle(), PATIENCE_SECONDS)
    assert chat.shown_seq == seqs[-1]
    assert [call.rpc for call in fake.calls].count("ReportDelivered") == 2


class Reporting:
    """A transport that tells of reports, and of which the first is answered on demand."""

    def __init__(self) -> None:
        self.stub = SimpleNamespace(ReportDelivered=None)
        self.reported: list[int] = []
        self.answer = asyncio.Event()

    def keep(self, work: Coroutine[None, None, None]) -> "asyncio.Task[None]":
        return asyncio.create_task(work)

    async def command(self, _method: object, request: platform_pb2.ReportDeliveredRequest) -> None:
        self.reported.append(request.up_to_seq)
        await self.answer.wait()


async def test_a_receipt_that_comes_in_the_moment_in_which_the_last_report_ends_is_reported() -> None:
    transport = Reporting()
    receipts = Receipts(cast("Transport", transport), "c")
    receipts.delivered(1)
    await asyncio.sleep(0)

    async def after_the_report() -> None:
        await transport.answer.wait()
        receipts.delivered(2)

    later = asyncio.create_task(after_the_report())
    await asyncio.sleep(0)
    transport.answer.set()
    await later
    await asyncio.gather(*receipts.running())
    assert transport.reported == [1, 2]
