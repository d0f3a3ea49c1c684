"""A conversation played against a Baton that keeps the contract, over real gRPC."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Self

import pytest
from baton.conversation.v1 import control_pb2, platform_pb2

from examples.ai_platform.connector import Connector, RefusedError
from examples.ai_platform.conversation import Conversation
from examples.ai_platform.crowd import Crowd, Traffic
from examples.ai_platform.dialogues import Dialogue, Exchange
from examples.ai_platform.people import LEISURE, Person
from examples.ai_platform.plan import Asking, Plan
from examples.ai_platform.player import Pace, Player
from examples.ai_platform.tests.fake_baton import FakeBaton

SCRIPT = (Exchange("u1", "a1"), Exchange("u2", "a2"), Exchange("u3", "a3"))
QUICK = Pace(thinking=0.02, patience=0.2)
# The AI never comes to an end of its thinking within a test; what happens meanwhile is the test.
PENSIVE = Pace(thinking=600, patience=600)


@pytest.fixture
async def baton() -> AsyncIterator[FakeBaton]:
    fake = FakeBaton()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.fixture
async def connector(baton: FakeBaton) -> AsyncIterator[Connector]:
    connector = Connector(baton.target, "key", "test")
    yield connector
    await connector.close()


def plan(chapters: tuple[tuple[Exchange, ...], ...] = (SCRIPT,), *, late: bool = False, leaves_at: int | None = None, asking: Asking | None = None) -> Plan:
    return Plan("1-0", Person("user-1", "Siti", "siti@example.com", "id"), LEISURE, chapters, late=late, leaves_at=leaves_at, asking=asking)


async def until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not what():  # noqa: ASYNC110  # it happens on the other side of a socket
            await asyncio.sleep(0.005)


class Playing:
    """A player with its Watch stream, for the length of a test."""

    def __init__(self, connector: Connector, script: Plan, pace: Pace = QUICK) -> None:
        self.player = Player(Conversation(script), connector, pace)
        self._connector = connector

    async def __aenter__(self) -> Self:
        self.watching = asyncio.create_task(self._connector.follow(self._hear))
        self.playing = asyncio.create_task(self._play())
        return self

    async def _play(self) -> None:
        await self.player.begin()
        await self.player.play()

    async def _hear(self, item: platform_pb2.WatchResponse) -> None:
        if not item.HasField("caught_up"):
            await self.player.hear(item)

    async def __aexit__(self, *_: object) -> None:
        for task in (self.playing, self.watching):
            task.cancel()
        await asyncio.wait((self.playing, self.watching))


async def test_a_dialogue_is_played_from_first_to_last_word_and_closed(baton: FakeBaton, connector: Connector) -> None:
    async with Playing(connector, plan()) as it:
        await it.playing
    assert [entry[:2] for entry in baton.one().log[1:]] == [
        ("user", "u1"),
        ("ai", "a1"),
        ("user", "u2"),
        ("ai", "a2"),
        ("user", "u3"),
        ("ai", "a3"),
        ("closed", "CLOSE_REASON_AI_RESOLVED"),
    ]


async def test_an_answer_grows_while_it_is_composed_under_the_epoch_that_is_current(baton: FakeBaton, connector: Connector) -> None:
    async with Playing(connector, plan((SCRIPT[:1],))) as it:
        await it.playing
    composed = [request for request in baton.typing if not request.user]
    assert [request.partial_text for request in composed] == ["", "a", "a", "a1"]
    assert {request.epoch for request in composed} == {1}


async def test_after_a_takeover_the_ai_is_silent_and_the_user_goes_on_with_the_human(baton: FakeBaton, connector: Connector) -> None:
    async with Playing(connector, plan(), Pace(thinking=0.2, patience=10)):
        await until(lambda: baton.watching and baton.kept and baton.one().said_by("user"))
        kept = baton.one()
        baton.take_over(kept)
        first = baton.say(kept, "Hello, this is Budi.")
        await until(lambda: kept.said_by("user") == ["u1", "u2"])
        baton.say(kept, "Let me look.")
        await until(lambda: kept.said_by("user") == ["u1", "u2", "u3"])
        assert kept.said_by("ai") == []
        assert kept.said_by("draft") == []
        assert kept.delivered_seq > first
        assert kept.shown_seq == kept.delivered_seq


async def test_an_answer_that_cannot_be_called_back_is_refused_and_then_the_ai_is_silent(baton: FakeBaton, connector: Connector) -> None:
    async with Playing(connector, plan(late=True), Pace(thinking=0.2, patience=10)):
        await until(lambda: baton.watching and any(not request.user for request in baton.typing))
        kept = baton.one()
        baton.take_over(kept)
        await until(lambda: kept.said_by("draft"))
        assert ("draft", "a1", 1) in kept.log
        baton.say(kept, "I am here.")
        await until(lambda: kept.said_by("user") == ["u1", "u2"])
        assert kept.said_by("ai") == []


@pytest.mark.parametrize("parting_words", ["", "The assistant goes on from here."])
async def test_handed_back_with_a_reply_due_the_ai_answers_at_once_under_the_new_epoch(baton: FakeBaton, connector: Connector, parting_words: str) -> None:
    async with Playing(connector, plan(), Pace(thinking=0.2, patience=10)) as it:
        await until(lambda: baton.watching and baton.kept and baton.one().said_by("user"))
        it.player._pace = PENSIVE  # from here on only an answer without thinking comes within the test
        kept = baton.one()
        baton.take_over(kept)
        await until(lambda: it.player.conversation.control.holder == control_pb2.HOLDER_HUMAN)
        baton.hand_back(kept, parting_words)
        handed_back_seq = len(kept.log)
        await until(lambda: ("ai", "a1", 3) in kept.log)
        await until(lambda: kept.delivered_seq == (handed_back_seq if parting_words else 0))


async def test_handed_back_the_ai_goes_on_where_the_human_left(baton: FakeBaton, connector: Connector) -> None:
    async with Playing(connector, plan(), Pace(thinking=0.2, patience=10)) as it:
        await until(lambda: baton.watching and baton.kept and baton.one().said_by("user"))
        kept = baton.one()
        baton.take_over(kept)
        baton.say(kept, "Hello.")
        await until(lambda: kept.said_by("user") == ["u1", "u2"])
        baton.hand_back(kept)
        await it.playing
    assert [entry for entry in kept.log if entry[0] == "ai"] == [("ai", "a2", 3), ("ai", "a3", 3)]
    assert kept.said_by("user") == ["u1", "u2", "u3"]


@pytest.mark.parametrize("rpc", ["StartConversation", "AppendUserMessage", "AppendAiMessage", "CloseConversation"])
async def test_a_lost_answer_is_asked_for_again_with_the_same_command_id_and_nothing_is_doubled(baton: FakeBaton, connector: Connector, rpc: str) -> None:
    baton.answers_lost[rpc] = 1
    async with Playing(connector, plan((SCRIPT[:1],))) as it:
        await it.playing
    ids = [command_id for name, command_id in baton.calls if name == rpc]
    assert len(ids) >= 2
    assert ids[0] == ids[1]
    assert [entry[:2] for entry in baton.one().log[1:3]] == [("user", "u1"), ("ai", "a1")]


async def test_what_is_sent_again_changes_nothing(baton: FakeBaton, connector: Connector) -> None:
    async with Playing(connector, plan(), Pace(thinking=0.2, patience=10)):
        await until(lambda: baton.watching and baton.kept and baton.one().said_by("user"))
        kept = baton.one()
        baton.take_over(kept)
        baton.say(kept, "Hello.")
        await until(lambda: kept.said_by("user") == ["u1", "u2"])
        baton.send_again()
        baton.break_streams()
        await until(lambda: baton.watching == 2)
        baton.say(kept, "And now?")
        await until(lambda: kept.said_by("user") == ["u1", "u2", "u3"])
        assert len([name for name, _ in baton.calls if name == "ReportDelivered"]) == 2


async def test_a_restarted_platform_goes_on_after_its_last_word(baton: FakeBaton, connector: Connector) -> None:
    async with Playing(connector, plan(), Pace(thinking=0.1, patience=10)):
        await until(lambda: baton.kept and len(baton.one().said_by("user")) == 2)
    async with Playing(connector, plan()) as it:
        await it.playing
    assert baton.one().said_by("user") == ["u1", "u2", "u3"]
    assert baton.one().said_by("ai") == ["a1", "a2", "a3"]


async def test_a_user_who_comes_back_reopens_the_conversation_unless_it_was_spam(baton: FakeBaton, connector: Connector) -> None:
    script = plan((SCRIPT[:1], (Exchange("again", "welcome back"),)))
    async with Playing(connector, script) as it:
        await it.playing
    assert baton.one().said_by("user") == ["u1", "again"]
    assert baton.one().said_by("ai") == ["a1", "welcome back"]
    assert len(baton.one().said_by("closed")) == 2


async def test_after_spam_nobody_comes_back(baton: FakeBaton, connector: Connector) -> None:
    async with Playing(connector, plan((SCRIPT, SCRIPT)), Pace(thinking=0.2, patience=10)) as it:
        await until(lambda: baton.watching and baton.kept and baton.one().said_by("user"))
        baton.close_by_human(baton.one(), control_pb2.CLOSE_REASON_SPAM)
        await it.playing
    assert baton.one().said_by("user") == ["u1"]


async def test_who_asked_for_a_human_and_got_none_is_served_by_the_ai_to_the_end(baton: FakeBaton, connector: Connector) -> None:
    asking = Asking(1, by_user=True, reason="The user asks for a person.", urgent=True)
    async with Playing(connector, plan(asking=asking)) as it:
        await it.playing
    kinds = [entry[0] for entry in baton.one().log]
    assert kinds == ["started", "user", "ai", "user", "asked", "ai", "user", "ai", "withdrawn", "closed"]


async def test_a_user_who_leaves_is_reported(baton: FakeBaton, connector: Connector) -> None:
    async with Playing(connector, plan(leaves_at=1)) as it:
        await it.playing
    assert baton.one().said_by("user") == ["u1"]
    assert baton.one().said_by("closed") == ["CLOSE_REASON_USER_LEFT"]


async def test_a_crowd_plays_as_many_as_asked_for_and_acknowledges_what_it_heard(baton: FakeBaton, connector: Connector) -> None:
    dialogues = (Dialogue("d", (), SCRIPT),)
    crowd = Crowd(connector, dialogues, Traffic(seed=5, rate=6000, parallel=3, conversations=8, late_share=0), Pace(thinking=0.01, patience=0.05))
    async with asyncio.timeout(20):
        await crowd.run()
    assert sorted(baton.kept) == [f"5-{number}" for number in range(8)]
    assert all(kept.control.holder == control_pb2.HOLDER_CLOSED for kept in baton.kept.values())
    assert baton.acknowledged


async def test_a_crowd_takes_up_what_a_former_run_left_open(baton: FakeBaton, connector: Connector) -> None:
    dialogues = (Dialogue("d", (), SCRIPT),)
    left = asyncio.create_task(Crowd(connector, dialogues, Traffic(5, 6000, 3, 2, 0), PENSIVE).run())
    await until(lambda: len(baton.kept) == 2)
    left.cancel()
    await asyncio.wait({left})
    taking_up = asyncio.create_task(Crowd(connector, dialogues, Traffic(6, 0.001, 3, 0, 0), Pace(thinking=0.01, patience=0.05)).run())
    await until(lambda: len(baton.kept) == 3 and all(kept.control.holder == control_pb2.HOLDER_CLOSED for kept in baton.kept.values()))
    taking_up.cancel()
    await asyncio.wait({taking_up})


async def test_what_a_human_wrote_while_the_platform_was_away_is_delivered_and_answered(baton: FakeBaton, connector: Connector) -> None:
    dialogues = (Dialogue("d", (), SCRIPT),)
    left = asyncio.create_task(Crowd(connector, dialogues, Traffic(5, 0.001, 1, 0, 0), Pace(thinking=0.2, patience=10)).run())
    await until(lambda: baton.kept and baton.one().said_by("user"))
    kept = baton.one()
    baton.take_over(kept)
    left.cancel()
    await asyncio.wait({left})
    seq = baton.say(kept, "Hello, are you there?")
    taking_up = asyncio.create_task(Crowd(connector, dialogues, Traffic(6, 0.001, 2, 0, 0), Pace(thinking=0.01, patience=10)).run())
    await until(lambda: kept.said_by("user") == ["u1", "u2"] and kept.shown_seq == seq)
    taking_up.cancel()
    await asyncio.wait({taking_up})
    assert kept.said_by("ai") == []


async def test_the_same_seed_passes_over_what_was_played_and_goes_on(baton: FakeBaton, connector: Connector) -> None:
    dialogues, pace = (Dialogue("d", (), SCRIPT),), Pace(thinking=0.01, patience=0.05)
    await Crowd(connector, dialogues, Traffic(5, 6000, 3, 3, 0), pace).run()
    going_on = asyncio.create_task(Crowd(connector, dialogues, Traffic(5, 0.001, 3, 0, 0), pace).run())
    await until(lambda: "5-3" in baton.kept)
    going_on.cancel()
    await asyncio.wait({going_on})
    assert all(kept.log.count(("user", "u1", 1)) == 1 for kept in baton.kept.values() if kept.name != "5-3")


async def test_a_key_that_is_refused_ends_the_program_instead_of_knocking_for_ever(baton: FakeBaton, connector: Connector) -> None:
    baton.refuse_key = True
    crowd = Crowd(connector, (Dialogue("d", (), SCRIPT),), Traffic(5, 6000, 3, 0, 0), QUICK)
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(10):
            await crowd.run()
    assert [error.reason for error in caught.value.exceptions if isinstance(error, RefusedError)] == ["KEY_INVALID"]
