"""One suite for the fake and the real service: what a platform may rely on, through the client."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import grpc.aio
import pytest
from baton_sdk import (
    Author,
    Baton,
    Closed,
    ControlChanged,
    ControlLostError,
    Conversation,
    ConversationClosedError,
    Holder,
    KeyInvalidError,
    MessageToShow,
    MistakeError,
    NotRequestedError,
    UnknownConversationError,
    WatchReplacedError,
)
from baton_sdk.contract import errors_pb2, platform_pb2
from baton_sdk.testing import FakeBaton
from baton_sdk.values import Told

from tests.harness.site import Site
from tests.harness.waiting import wait_until
from tests.sdk.conftest import BOT, USER
from tests.sdk.humans import FakeHumans, Humans, real_humans
from tests.sdk.test_watching import Reader

MAX_DRAFTS = 20


@pytest.fixture(params=["fake", "real"])
async def humans(request: pytest.FixtureRequest) -> AsyncIterator[Humans]:
    if request.param == "fake":
        async with FakeBaton() as fake:
            yield FakeHumans(fake)
    elif request.config.getoption("--no-servers"):
        pytest.skip("starts a stack")
    else:
        site: Site = request.getfixturevalue("stack")
        async with real_humans(site) as agent:
            yield agent


@pytest.fixture
async def baton(humans: Humans, *, streamed: bool) -> AsyncIterator[Baton]:
    async with Baton(humans.target, humans.api_key, streamed=streamed) as baton:
        yield baton


@pytest.fixture
async def conversation(baton: Baton) -> Conversation:
    return await baton.start(f"suite-{uuid.uuid4()}", USER, BOT)


@pytest.fixture
async def reader(baton: Baton, conversation: Conversation) -> AsyncIterator[Reader]:
    """A stream that has caught up, for what happens from here on."""
    reader = Reader(baton, f"suite-{uuid.uuid4()}", catch_up=True)
    await wait_until(lambda: baton.counters.catch_ups, 30)
    assert conversation.ai_may_speak
    yield reader
    await reader.close()


def of(reader: Reader, conversation: Conversation) -> list[Told]:
    """What was told of a conversation beyond how it stood in the catch-up."""
    return [told for told in reader.told if told.conversation is conversation][1:]


async def say(conversation: Conversation, text: str = "An answer.") -> None:
    async with conversation.turn() as turn:
        await turn.say(text)


async def test_after_a_takeover_nothing_is_said_until_the_hand_back(humans: Humans, conversation: Conversation) -> None:
    await say(conversation)
    await humans.take_over(conversation)
    with pytest.raises(ControlLostError) as lost:
        await say(conversation)
    assert lost.value.details == {"holder": "human", "epoch": "2"}
    await humans.hand_back(conversation)
    await conversation.refresh()
    assert (conversation.control.holder, conversation.control.epoch) == (Holder.AI, 3)
    await say(conversation)


async def test_a_command_is_one_command_and_its_id_is_not_for_another(baton: Baton, conversation: Conversation) -> None:
    first = await conversation.user_says("Where is my order?", "m1")
    again = await conversation.user_says("Where is my order?", "m1")
    assert (again.seq, again.repeated, first.repeated) == (first.seq, True, False)
    with pytest.raises(MistakeError) as mistake:
        await conversation.user_says("Something else", "m1")
    assert mistake.value.reason == "ID_REUSED"
    assert await baton.start(conversation.chat_id, USER, BOT) is conversation


async def test_only_so_many_drafts_are_kept(humans: Humans, baton: Baton, conversation: Conversation) -> None:
    await humans.take_over(conversation)
    reasons = []
    for number in range(MAX_DRAFTS + 1):
        request = platform_pb2.AppendAiMessageRequest(command_id=str(uuid.uuid4()), conversation_id=conversation.id, text=f"draft {number}", epoch=1)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await baton.stub.AppendAiMessage(request, metadata=baton.metadata, timeout=5)
        reasons.append(refused.value.code())
    assert reasons == [grpc.StatusCode.FAILED_PRECONDITION] * MAX_DRAFTS + [grpc.StatusCode.RESOURCE_EXHAUSTED]


async def test_a_user_reopens_what_was_closed_but_not_what_was_spam(humans: Humans, conversation: Conversation) -> None:
    await humans.take_over(conversation)
    await humans.close(conversation)
    await conversation.refresh()
    assert (conversation.control.holder, conversation.control.close_reason) == (Holder.CLOSED, "resolved")
    with pytest.raises(ControlLostError):
        await say(conversation)
    await conversation.user_says("One more thing")
    assert (conversation.control.holder, conversation.control.epoch) == (Holder.AI, 4)
    await humans.take_over(conversation)
    await humans.close(conversation, spam=True)
    with pytest.raises(ConversationClosedError):
        await conversation.user_says("Buy now")


async def test_a_human_is_asked_for_and_the_request_taken_back(conversation: Conversation) -> None:
    with pytest.raises(NotRequestedError):
        await conversation.withdraw_request()
    async with conversation.turn() as turn:
        await turn.ask_for_human("The user wants a person.", by_user=True, summary="No order number.")
        await turn.say("I am asking for a colleague.")
    assert (conversation.control.holder, conversation.ai_may_speak, conversation.control.epoch) == (Holder.QUEUE, True, 1)
    await conversation.withdraw_request()
    assert conversation.control.holder is Holder.AI


async def test_an_ai_ends_what_is_its_own_and_a_user_who_leaves_a_human_is_marked(humans: Humans, conversation: Conversation) -> None:
    await humans.take_over(conversation)
    await conversation.user_left()
    assert conversation.control.holder is Holder.HUMAN
    await humans.hand_back(conversation)
    await conversation.refresh()
    async with conversation.turn() as turn:
        await turn.resolve()
    assert conversation.control.close_reason == "ai_resolved"


async def test_all_that_a_user_must_see_is_told_in_order(humans: Humans, conversation: Conversation, reader: Reader) -> None:
    await humans.take_over(conversation)
    await conversation.user_says("I want my money back.")
    await humans.say(conversation, "I am looking into it.")
    await conversation.user_says("Thank you.")
    await humans.hand_back(conversation, promised="a refund", message="Goodbye!")
    await conversation.user_left()
    await wait_until(lambda: len(of(reader, conversation)) == 4, 30)
    taken, said, back, closed = of(reader, conversation)
    assert isinstance(taken, ControlChanged)
    assert [(message.author, message.code, message.text) for message in taken.messages] == [
        (Author.SYSTEM, "taken_over", f"Human agent ({humans.name}) has taken over this conversation")
    ]
    assert (taken.control.agent, taken.reply_due) == (humans.name, False)
    assert isinstance(said, MessageToShow)
    assert (said.message.author, said.message.agent, said.message.text) == (Author.HUMAN, humans.name, "I am looking into it.")
    assert isinstance(back, ControlChanged)
    assert [(message.author, message.text) for message in back.messages][:1] == [(Author.HUMAN, "Goodbye!")]
    assert (back.brief.promised, back.reply_due, back.control.epoch) == ("a refund", True, 3)
    assert isinstance(closed, Closed)
    assert (closed.reason, closed.control.holder) == ("user_left", Holder.CLOSED)


async def test_a_catch_up_tells_what_was_not_delivered_and_how_it_stands(humans: Humans, baton: Baton, conversation: Conversation) -> None:
    await humans.take_over(conversation)
    await humans.say(conversation, "one")
    await humans.say(conversation, "two")
    conversation.delivered((await _state(baton, conversation)).seq - 1)
    await conversation.settle()
    reader = Reader(baton, f"suite-{uuid.uuid4()}", catch_up=True)
    await wait_until(lambda: len([told for told in reader.told if told.conversation is conversation]) >= 2, 30)
    words, state = [told for told in reader.told if told.conversation is conversation][:2]
    assert isinstance(words, MessageToShow)
    assert words.message.text == "two"
    assert isinstance(state, ControlChanged)
    assert (state.control.holder, state.control.agent, state.reply_due) == (Holder.HUMAN, humans.name, False)
    await reader.close()


async def test_a_newer_stream_of_the_same_name_ends_the_older(baton: Baton) -> None:
    name = f"suite-{uuid.uuid4()}"
    older = Reader(baton, name, catch_up=True)
    await wait_until(lambda: baton.counters.catch_ups, 30)
    newer = Reader(baton, name, catch_up=True)
    with pytest.raises(WatchReplacedError):
        await older.task
    await newer.close()


async def test_receipts_rise_and_never_fall(humans: Humans, baton: Baton, conversation: Conversation) -> None:
    await humans.take_over(conversation)
    await humans.say(conversation, "Hello")
    seq = (await _state(baton, conversation)).seq
    conversation.delivered(seq)
    await conversation.settle()
    conversation.shown(seq - 1)
    conversation.shown(seq)
    await conversation.settle()
    state = await _state(baton, conversation)
    assert (state.delivered_seq, state.shown_seq) == (seq, seq)


@pytest.mark.parametrize(("text", "field"), [("", "text"), (" \n", "text"), ("x" * 16_385, "text"), ("a\0b", "text")])
async def test_a_text_that_is_not_taken_is_refused_by_the_name_of_its_field(conversation: Conversation, text: str, field: str) -> None:
    with pytest.raises(MistakeError) as mistake:
        await conversation.user_says(text)
    assert (mistake.value.reason, mistake.value.field) == ("INVALID", field)


async def test_a_command_that_fits_no_message_is_refused_and_disturbs_no_other(conversation: Conversation) -> None:
    saying = asyncio.ensure_future(conversation.user_says("Hello?"))
    with pytest.raises(MistakeError):
        await conversation.user_says("x" * 2_000_000)
    await saying


async def test_many_texts_of_full_size_at_once_are_all_taken(conversation: Conversation) -> None:
    said = await asyncio.gather(*(conversation.user_says(f"{number:03d}" + "x" * 16_381) for number in range(100)))
    assert len({receipt.seq for receipt in said}) == 100


async def test_strangers_are_refused(humans: Humans, baton: Baton) -> None:
    with pytest.raises(UnknownConversationError):
        await baton.conversation(str(uuid.uuid4())).user_says("Hello?")
    async with Baton(humans.target, "not-a-key") as stranger:
        with pytest.raises(KeyInvalidError):
            await stranger.start("chat", USER, BOT)


async def test_commands_on_a_stream_have_the_answers_of_single_calls(humans: Humans, baton: Baton, conversation: Conversation) -> None:
    def command(text: str) -> platform_pb2.StreamedCommand:
        request = platform_pb2.AppendAiMessageRequest(command_id=str(uuid.uuid4()), conversation_id=conversation.id, text=text, epoch=1)
        return platform_pb2.StreamedCommand(append_ai_message=request)

    stream = baton.stub.AppendStream(metadata=baton.metadata)
    said = command("Said in time.")
    await stream.write(platform_pb2.AppendStreamRequest(commands=[said]))
    accepted = (await _answers(stream, 1))[said.append_ai_message.command_id].outcome
    assert (accepted.seq, accepted.control.epoch) == (2, 1)
    await humans.take_over(conversation)
    late = command("Too late.")
    await stream.write(platform_pb2.AppendStreamRequest(commands=[late, said]))
    answers = await _answers(stream, 2)
    refusal = answers[late.append_ai_message.command_id].refusal
    assert (refusal.reason, refusal.code, dict(refusal.details)) == (errors_pb2.ERROR_REASON_CONTROL_LOST, 9, {"holder": "human", "epoch": "2"})
    repeated = answers[said.append_ai_message.command_id].outcome
    assert (repeated.seq, repeated.repeated) == (2, True)
    await stream.done_writing()


Stream = grpc.aio.StreamStreamCall[platform_pb2.AppendStreamRequest, platform_pb2.AppendStreamResponse]


async def _answers(stream: Stream, wanted: int) -> dict[str, platform_pb2.StreamedAnswer]:
    """Take so many answers, by command; several may come in one message, in any order."""
    answers: list[platform_pb2.StreamedAnswer] = []
    while len(answers) < wanted:
        response = await stream.read()
        assert isinstance(response, platform_pb2.AppendStreamResponse)
        answers.extend(response.answers)
    return {answer.command_id: answer for answer in answers}


async def _state(baton: Baton, conversation: Conversation) -> platform_pb2.GetConversationResponse:
    return await baton.stub.GetConversation(platform_pb2.GetConversationRequest(conversation_id=conversation.id), metadata=baton.metadata, timeout=5)
