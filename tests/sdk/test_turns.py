"""A turn: fenced by its epoch, told of a loss while it runs, never cut while its words are on their way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from baton_sdk import Baton, ControlLostError, Conversation, Holder, MistakeError, transport
from baton_sdk.contract import platform_pb2
from baton_sdk.testing import Chat, FakeBaton

from tests.harness.waiting import wait_until


@asynccontextmanager
async def listening(baton: Baton) -> AsyncIterator[None]:
    """Follow Watch without doing anything but learn from it."""

    async def follow() -> None:
        async with baton.watch("test") as told:
            async for _ in told:
                pass

    task = asyncio.create_task(follow())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_what_is_said_carries_the_epoch_by_itself(conversation: Conversation, chat: Chat) -> None:
    await conversation.user_says("Where is my order?")
    async with conversation.turn() as turn:
        said = await turn.say("On its way.")
    assert [(entry.kind, entry.text, entry.epoch) for entry in chat.log[1:]] == [("user", "Where is my order?", 1), ("ai", "On its way.", 1)]
    assert (said.seq, said.repeated) == (3, False)


async def test_a_turn_is_cancelled_when_a_human_takes_over_and_what_was_composed_is_left_as_a_draft(
    fake: FakeBaton, baton: Baton, conversation: Conversation, chat: Chat
) -> None:
    async with listening(baton):
        await wait_until(lambda: fake.feed.open_streams)
        with pytest.raises(ControlLostError):  # noqa: PT012  # the block is what ends
            async with conversation.turn() as turn:
                await turn.compose("I think that")
                chat.take_over("Budi")
                await asyncio.Event().wait()  # a model that never answers
        assert turn.lost is not None
        assert turn.lost.holder is Holder.HUMAN
        await wait_until(lambda: chat.texts("draft") == ["I think that"])
        assert baton.counters.turns_lost == 1


async def test_the_cancellation_of_somebody_else_goes_on_its_way(conversation: Conversation) -> None:
    begun = asyncio.Event()

    async def answer() -> None:
        async with conversation.turn():
            begun.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(answer())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_nothing_is_said_under_a_newer_epoch_than_the_turns_own(conversation: Conversation, chat: Chat) -> None:
    with pytest.raises(ControlLostError) as lost:  # noqa: PT012  # the block is what ends
        async with conversation.turn() as turn:
            chat.take_over()
            chat.hand_back()
            await turn.say("Too late.")
    assert lost.value.details == {"holder": "ai", "epoch": "3"}
    assert chat.texts("ai") == []
    assert conversation.control.epoch == 3
    async with conversation.turn() as turn:
        await turn.say("In time.")
    assert chat.texts("ai") == ["In time."]


async def test_words_that_were_refused_are_not_left_as_a_draft_twice(conversation: Conversation, chat: Chat) -> None:
    with pytest.raises(ControlLostError):  # noqa: PT012  # the block is what ends
        async with conversation.turn() as turn:
            await turn.compose("Too")
            chat.take_over()
            await turn.say("Too late.")
    assert chat.texts("draft") == ["Too late."]


async def test_a_turn_while_a_human_holds_it_does_not_begin(conversation: Conversation, chat: Chat) -> None:
    chat.take_over()
    await conversation.refresh()
    with pytest.raises(ControlLostError):
        async with conversation.turn():
            pytest.fail("the block must not be entered")


async def test_what_baton_accepted_is_shown_although_control_is_lost_meanwhile(fake: FakeBaton, baton: Baton, conversation: Conversation, chat: Chat) -> None:
    shown: list[str] = []

    async def show(text: str) -> None:
        await wait_until(lambda: not conversation.ai_may_speak)
        shown.append(text)

    async with listening(baton):
        await wait_until(lambda: fake.feed.open_streams)
        fake.faults.hold_answers("AppendAiMessage")
        async with conversation.turn(show=show) as turn:
            saying = asyncio.ensure_future(turn.say("Said in time."))
            await wait_until(lambda: chat.texts("ai"))
            chat.take_over()
            await wait_until(lambda: not conversation.ai_may_speak)
            fake.faults.let_go("AppendAiMessage")
            await saying
    assert shown == ["Said in time."]


async def test_agents_see_the_answer_grow_and_end(fake: FakeBaton, conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    # What is fleeting is sent once and lost where nobody answers soon.
    monkeypatch.setattr(transport, "FLEETING_SECONDS", 30.0)
    dots: list[bool] = []

    async def show_typing(active: bool) -> None:  # noqa: FBT001  # the hook's shape
        dots.append(active)

    def partial() -> list[tuple[str, bool]]:
        requests = [call.request for call in fake.calls if call.rpc == "ReportTyping"]
        return [(request.partial_text, request.active) for request in requests if isinstance(request, platform_pb2.ReportTypingRequest)]

    async with conversation.turn(show_typing=show_typing) as turn:
        await turn.compose("Your order")
        await wait_until(lambda: ("Your order", True) in partial())
        await turn.compose("Your order is on its way.")
        await wait_until(lambda: ("Your order is on its way.", True) in partial())
        await turn.say("Your order is on its way.")
    await wait_until(lambda: partial()[-1] == ("", False))
    assert dots == [True, False]


async def test_a_human_is_asked_for_within_a_turn_and_the_ai_may_go_on(conversation: Conversation, chat: Chat) -> None:
    async with conversation.turn() as turn:
        there = await turn.ask_for_human("The user wants a person.", by_user=True)
        await turn.say("A colleague will be here soon.")
    assert there.agents_available == 1
    assert [entry.kind for entry in chat.log[1:]] == ["requested", "ai"]
    await conversation.withdraw_request()
    assert conversation.control.holder is Holder.AI


async def test_a_hand_off_that_comes_too_late_asks_nobody(conversation: Conversation, chat: Chat) -> None:
    with pytest.raises(ControlLostError):  # noqa: PT012  # the block is what ends
        async with conversation.turn() as turn:
            chat.take_over()
            chat.hand_back()
            await turn.ask_for_human("The user wants a person.")
    assert chat.texts("requested") == []


async def test_resolving_ends_it_only_under_the_turns_epoch(conversation: Conversation, chat: Chat) -> None:
    with pytest.raises(ControlLostError):  # noqa: PT012  # the block is what ends
        async with conversation.turn() as turn:
            chat.take_over()
            await turn.resolve()
    assert chat.texts("closed") == []
    chat.hand_back()
    await conversation.refresh()
    async with conversation.turn() as turn:
        await turn.resolve()
    assert conversation.control.close_reason == "ai_resolved"


async def test_bad_input_names_its_field(conversation: Conversation) -> None:
    with pytest.raises(MistakeError) as mistake:
        await conversation.user_says(" ")
    assert mistake.value.field == "text"
