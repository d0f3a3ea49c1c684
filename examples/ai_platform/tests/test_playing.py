"""A conversation played against a Baton that keeps the contract, over real gRPC."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Self

import pytest
from baton_sdk import Baton, Holder, RefusedError
from baton_sdk.contract import control_pb2
from baton_sdk.testing import Chat, FakeBaton

from examples.ai_platform.crowd import Crowd, Traffic
from examples.ai_platform.dialogues import Dialogue, Exchange
from examples.ai_platform.people import LEISURE, Person
from examples.ai_platform.plan import Asking, Plan
from examples.ai_platform.player import Pace, Player
from examples.ai_platform.story import Story

SCRIPT = (Exchange("u1", "a1"), Exchange("u2", "a2"), Exchange("u3", "a3"))
QUICK = Pace(thinking=0.02, patience=0.2)
# The AI never comes to an end of its thinking within a test; what happens meanwhile is the test.
PENSIVE = Pace(thinking=600, patience=600)


@pytest.fixture
async def fake() -> AsyncIterator[FakeBaton]:
    async with FakeBaton() as fake:
        yield fake


@pytest.fixture(params=[False, True], ids=["unary", "streamed"])
async def baton(fake: FakeBaton, request: pytest.FixtureRequest) -> AsyncIterator[Baton]:
    async with Baton(fake.target, fake.api_key, streamed=request.param) as baton:
        yield baton


def plan(chapters: tuple[tuple[Exchange, ...], ...] = (SCRIPT,), *, late: bool = False, leaves_at: int | None = None, asking: Asking | None = None) -> Plan:
    return Plan("1-0", Person("user-1", "Siti", "siti@example.com", "id"), LEISURE, chapters, late=late, leaves_at=leaves_at, asking=asking)


def one(fake: FakeBaton) -> Chat:
    (chat,) = fake.chats.values()
    return chat


def requests(fake: FakeBaton, rpc: str) -> list[Any]:
    return [call.request for call in fake.calls if call.rpc == rpc]


def said(chat: Chat) -> list[tuple[str, str, int]]:
    return [(entry.kind, entry.text, entry.epoch) for entry in chat.log]


async def until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not what():  # noqa: ASYNC110  # it happens on the other side of a socket
            await asyncio.sleep(0.005)


async def first_word(fake: FakeBaton) -> Chat:
    """Return the chat once its user has written and Baton is listened to."""
    await until(lambda: fake.feed.open_streams and fake.chats and one(fake).texts("user"))
    return one(fake)


class Playing:
    """A player with its Watch stream, for the length of a test."""

    def __init__(self, baton: Baton, script: Plan, pace: Pace = QUICK) -> None:
        self.player = Player(Story(script), baton, pace)
        self._baton = baton

    async def __aenter__(self) -> Self:
        self.watching = asyncio.create_task(self._watch())
        self.playing = asyncio.create_task(self._play())
        return self

    async def _play(self) -> None:
        await self.player.begin()
        await self.player.play()

    async def _watch(self) -> None:
        async with self._baton.watch("test", catch_up=True) as watch:
            async for told in watch:
                await self.player.hear(told)

    async def __aexit__(self, *_: object) -> None:
        for task in (self.playing, self.watching):
            task.cancel()
        await asyncio.wait((self.playing, self.watching))


async def test_a_dialogue_is_played_from_first_to_last_word_and_closed(fake: FakeBaton, baton: Baton) -> None:
    async with Playing(baton, plan()) as it:
        await it.playing
    assert [(entry.kind, entry.text) for entry in one(fake).log[1:]] == [
        ("user", "u1"),
        ("ai", "a1"),
        ("user", "u2"),
        ("ai", "a2"),
        ("user", "u3"),
        ("ai", "a3"),
        ("closed", "CLOSE_REASON_AI_RESOLVED"),
    ]


async def test_an_answer_grows_while_it_is_composed_under_the_epoch_that_is_current(fake: FakeBaton, baton: Baton) -> None:
    async with Playing(baton, plan((SCRIPT[:1],)), Pace(thinking=2, patience=10)) as it:
        await it.playing
    composed = [request for request in requests(fake, "ReportTyping") if not request.user]
    # After the answer the AI may be seen to type once more: it closes the conversation. A slow report is overtaken by the answer.
    end = next(number for number, request in enumerate(composed) if not request.active)
    texts = [request.partial_text for request in composed[:end]]
    assert "a" in texts
    assert texts == sorted(texts, key=len)
    assert composed[end].partial_text == ""
    assert {request.epoch for request in composed} == {1}


async def test_after_a_takeover_the_ai_is_silent_and_the_user_goes_on_with_the_human(fake: FakeBaton, baton: Baton) -> None:
    async with Playing(baton, plan(), Pace(thinking=0.2, patience=10)):
        chat = await first_word(fake)
        chat.take_over()
        first = chat.say("Hello, this is Budi.")
        await until(lambda: chat.texts("user") == ["u1", "u2"])
        chat.say("Let me look.")
        await until(lambda: chat.texts("user") == ["u1", "u2", "u3"])
        assert chat.texts("ai") == []
        assert chat.texts("draft") == []
        # Receipts are reported in the background.
        await until(lambda: chat.shown_seq == chat.delivered_seq > first)


async def test_an_answer_that_cannot_be_called_back_is_refused_and_then_the_ai_is_silent(fake: FakeBaton, baton: Baton) -> None:
    # Time enough for the takeover to come before the answer; the turn ends when it is told of it.
    async with Playing(baton, plan(late=True), Pace(thinking=2, patience=10)) as it:
        chat = await first_word(fake)
        # Taken over before the AI has begun to write, there would be no answer at all.
        await until(lambda: baton.counters.turns)
        chat.take_over()
        it.player._pace = Pace(thinking=0.2, patience=10)
        await until(lambda: chat.texts("draft") == ["a1"])
        assert [entry.epoch for entry in chat.log if entry.kind == "draft"] == [1]
        chat.say("I am here.")
        await until(lambda: chat.texts("user") == ["u1", "u2"])
        assert chat.texts("ai") == []


@pytest.mark.parametrize("parting_words", ["", "The assistant goes on from here."])
async def test_handed_back_with_a_reply_due_the_ai_answers_at_once_under_the_new_epoch(fake: FakeBaton, baton: Baton, parting_words: str) -> None:
    async with Playing(baton, plan(), Pace(thinking=0.2, patience=10)) as it:
        chat = await first_word(fake)
        it.player._pace = PENSIVE  # from here on only an answer without thinking comes within the test
        chat.take_over()
        await until(lambda: it.player.story.control.holder is Holder.HUMAN)
        chat.hand_back(message=parting_words)
        handed_back_seq = chat.seq
        await until(lambda: ("ai", "a1", 3) in said(chat))
        await until(lambda: chat.delivered_seq == (handed_back_seq if parting_words else 0))


async def test_handed_back_the_ai_goes_on_where_the_human_left(fake: FakeBaton, baton: Baton) -> None:
    async with Playing(baton, plan(), Pace(thinking=0.2, patience=10)) as it:
        chat = await first_word(fake)
        chat.take_over()
        chat.say("Hello.")
        await until(lambda: chat.texts("user") == ["u1", "u2"])
        chat.hand_back()
        await it.playing
    assert [entry for entry in said(chat) if entry[0] == "ai"] == [("ai", "a2", 3), ("ai", "a3", 3)]
    assert chat.texts("user") == ["u1", "u2", "u3"]


@pytest.mark.parametrize("rpc", ["StartConversation", "AppendUserMessage", "AppendAiMessage", "CloseConversation"])
async def test_a_lost_answer_is_asked_for_again_with_the_same_command_id_and_nothing_is_doubled(fake: FakeBaton, baton: Baton, rpc: str) -> None:
    fake.faults.answers_to_lose[rpc] = 1
    async with Playing(baton, plan((SCRIPT[:1],))) as it:
        await it.playing
    ids = [request.command_id for request in requests(fake, rpc)]
    assert len(ids) >= 2
    assert ids[0] == ids[1]
    assert said(one(fake))[1:3] == [("user", "u1", 1), ("ai", "a1", 1)]
    assert (one(fake).texts("user"), one(fake).texts("ai")) == (["u1"], ["a1"])


async def test_what_is_told_again_changes_nothing(fake: FakeBaton, baton: Baton) -> None:
    fake.feed.copies = 2
    async with Playing(baton, plan(), Pace(thinking=0.2, patience=10)):
        chat = await first_word(fake)
        chat.take_over()
        chat.say("Hello.")
        await until(lambda: chat.texts("user") == ["u1", "u2"])
        fake.feed.cut()
        chat.say("And now?")
        await until(lambda: chat.texts("user") == ["u1", "u2", "u3"])
        await until(lambda: len(requests(fake, "ReportDelivered")) == 2)


async def test_a_restarted_platform_goes_on_after_its_last_word(fake: FakeBaton, baton: Baton) -> None:
    async with Playing(baton, plan(), Pace(thinking=0.1, patience=10)):
        await until(lambda: fake.chats and len(one(fake).texts("user")) == 2)
    async with Playing(baton, plan()) as it:
        await it.playing
    assert one(fake).texts("user") == ["u1", "u2", "u3"]
    assert one(fake).texts("ai") == ["a1", "a2", "a3"]


async def test_a_user_who_comes_back_reopens_the_conversation_unless_it_was_spam(fake: FakeBaton, baton: Baton) -> None:
    script = plan((SCRIPT[:1], (Exchange("again", "welcome back"),)))
    async with Playing(baton, script) as it:
        await it.playing
    assert one(fake).texts("user") == ["u1", "again"]
    assert one(fake).texts("ai") == ["a1", "welcome back"]
    assert len(one(fake).texts("closed")) == 2


async def test_after_spam_nobody_comes_back(fake: FakeBaton, baton: Baton) -> None:
    async with Playing(baton, plan((SCRIPT, SCRIPT)), Pace(thinking=0.2, patience=10)) as it:
        chat = await first_word(fake)
        chat.close(control_pb2.CLOSE_REASON_SPAM)
        await it.playing
    assert one(fake).texts("user") == ["u1"]


async def test_who_asked_for_a_human_and_got_none_is_served_by_the_ai_to_the_end(fake: FakeBaton, baton: Baton) -> None:
    asking = Asking(1, by_user=True, reason="The user asks for a person.", urgent=True)
    async with Playing(baton, plan(asking=asking)) as it:
        await it.playing
    kinds = [kind for kind, _, _ in said(one(fake))]
    assert kinds == ["started", "user", "ai", "user", "requested", "ai", "user", "ai", "withdrawn", "closed"]


async def test_a_user_who_leaves_is_reported(fake: FakeBaton, baton: Baton) -> None:
    async with Playing(baton, plan(leaves_at=1)) as it:
        await it.playing
    assert one(fake).texts("user") == ["u1"]
    assert one(fake).texts("closed") == ["CLOSE_REASON_USER_LEFT"]


async def test_a_crowd_plays_as_many_as_asked_for_and_acknowledges_what_it_heard(fake: FakeBaton, baton: Baton) -> None:
    dialogues = (Dialogue("d", (), SCRIPT),)
    crowd = Crowd(baton, dialogues, Traffic(seed=5, rate=6000, parallel=3, conversations=8, late_share=0), Pace(thinking=0.01, patience=0.05))
    async with asyncio.timeout(20):
        await crowd.run()
    assert sorted(fake.chats) == [f"5-{number}" for number in range(8)]
    assert all(chat.control.holder == control_pb2.HOLDER_CLOSED for chat in fake.chats.values())
    assert fake.feed.stored


async def test_a_crowd_takes_up_what_a_former_run_left_open(fake: FakeBaton, baton: Baton) -> None:
    dialogues = (Dialogue("d", (), SCRIPT),)
    left = asyncio.create_task(Crowd(baton, dialogues, Traffic(5, 6000, 3, 2, 0), PENSIVE).run())
    await until(lambda: len(fake.chats) == 2)
    left.cancel()
    await asyncio.wait({left})
    taking_up = asyncio.create_task(Crowd(baton, dialogues, Traffic(6, 0.001, 3, 0, 0), Pace(thinking=0.01, patience=0.05)).run())
    await until(lambda: len(fake.chats) == 3 and all(chat.control.holder == control_pb2.HOLDER_CLOSED for chat in fake.chats.values()))
    taking_up.cancel()
    await asyncio.wait({taking_up})


async def test_what_a_human_wrote_while_the_platform_was_away_is_delivered_and_answered(fake: FakeBaton, baton: Baton) -> None:
    dialogues = (Dialogue("d", (), SCRIPT),)
    left = asyncio.create_task(Crowd(baton, dialogues, Traffic(5, 0.001, 1, 0, 0), Pace(thinking=0.2, patience=10)).run())
    await until(lambda: fake.chats and one(fake).texts("user"))
    chat = one(fake)
    chat.take_over()
    left.cancel()
    await asyncio.wait({left})
    seq = chat.say("Hello, are you there?")
    taking_up = asyncio.create_task(Crowd(baton, dialogues, Traffic(6, 0.001, 2, 0, 0), Pace(thinking=0.01, patience=10)).run())
    await until(lambda: chat.texts("user") == ["u1", "u2"] and chat.shown_seq == seq)
    taking_up.cancel()
    await asyncio.wait({taking_up})
    assert chat.texts("ai") == []


async def test_the_same_seed_passes_over_what_was_played_and_goes_on(fake: FakeBaton, baton: Baton) -> None:
    dialogues, pace = (Dialogue("d", (), SCRIPT),), Pace(thinking=0.01, patience=0.05)
    await Crowd(baton, dialogues, Traffic(5, 6000, 3, 3, 0), pace).run()
    going_on = asyncio.create_task(Crowd(baton, dialogues, Traffic(5, 0.001, 3, 0, 0), pace).run())
    await until(lambda: "5-3" in fake.chats)
    going_on.cancel()
    await asyncio.wait({going_on})
    assert all(chat.texts("user").count("u1") == 1 for chat in fake.chats.values() if chat.chat_id != "5-3")


async def test_a_key_that_is_refused_ends_the_program_instead_of_knocking_for_ever(fake: FakeBaton, baton: Baton) -> None:
    fake.revoke_key()
    crowd = Crowd(baton, (Dialogue("d", (), SCRIPT),), Traffic(5, 6000, 3, 0, 0), QUICK)
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(30):
            await crowd.run()
    assert [error.reason for error in caught.value.exceptions if isinstance(error, RefusedError)] == ["KEY_INVALID"]
