"""Dialogues, people, plans and the state machine, without a network."""

import gzip
import json
from pathlib import Path

import pytest
from baton_sdk import Author, Baton, Control, ControlChanged, Holder, Message, MessageToShow

from examples.ai_platform import dialogues
from examples.ai_platform.dialogues import Dialogue, Exchange
from examples.ai_platform.people import HOUSEHOLD, LEISURE, TRAVEL, Person, bot_for
from examples.ai_platform.plan import Asking, Plan, conversation_id, draw, is_ours
from examples.ai_platform.story import Move, Story

SCRIPT = (Exchange("u1", "a1"), Exchange("u2", "a2"))


def story() -> Story:
    begun = Story(Plan("1-0", Person("user-1", "", "", "id"), LEISURE, (SCRIPT,)))
    begun.learn(control(Holder.AI, 1))
    return begun


def control(holder: Holder, epoch: int) -> Control:
    return Control(holder, epoch, ai_may_speak=holder is Holder.AI)


async def told(seq: int, under: Control, words: str = "") -> MessageToShow | ControlChanged:
    """Return what Watch tells."""
    async with Baton("127.0.0.1:1", "key") as baton:
        conversation = baton.conversation("00000000-0000-4000-8000-000000000000", "1-0")
    if words:
        return MessageToShow(conversation, seq, under, Message(Author.HUMAN, words, agent="Budi"))
    return ControlChanged(conversation, seq, under)


async def human_says(seq: int, epoch: int) -> MessageToShow | ControlChanged:
    return await told(seq, control(Holder.HUMAN, epoch), "Hello")


def test_the_built_in_dialogues_are_there_and_small() -> None:
    read = dialogues.read(dialogues.BUILT_IN)
    assert len(read) >= 300
    assert all(exchange.user and exchange.ai for dialogue in read for exchange in dialogue.exchanges)
    assert dialogues.BUILT_IN.stat().st_size < 400_000


@pytest.mark.parametrize("name", ["mine.jsonl", "mine.jsonl.gz"])
def test_other_dialogues_of_the_same_shape_are_read_zipped_or_not(tmp_path: Path, name: str) -> None:
    row = {"id": "x", "services": [], "turns": [["user", "Hi"], ["ai", "Hello"]]}
    data = (json.dumps(row) + "\n\n").encode()
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert dialogues.read(tmp_path / name) == (Dialogue("x", (), (Exchange("Hi", "Hello"),)),)


def test_a_file_without_a_dialogue_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text('{"id": "x", "services": [], "turns": []}\n')
    with pytest.raises(ValueError, match="no dialogue"):
        dialogues.read(tmp_path / "empty.jsonl")


def test_turns_of_one_speaker_in_a_row_are_one_and_a_last_word_of_the_user_is_answered() -> None:
    turns = [["ai", "Welcome"], ["user", "Hi"], ["user", "I need a taxi"], ["ai", "Where to?"], ["user", "Home"]]
    first, last = dialogues.exchanges(turns)
    assert first == Exchange("Hi\nI need a taxi", "Where to?")
    assert last.user == "Home"
    assert last.ai


@pytest.mark.parametrize(("services", "bot"), [(["Hotels_2", "Media_1"], TRAVEL), (["Events_1"], LEISURE), (["Banks_1"], HOUSEHOLD), ([], HOUSEHOLD)])
def test_each_matter_has_its_bot(services: list[str], bot: object) -> None:
    assert bot_for(services) == bot


def test_the_same_seed_and_number_give_the_same_plan() -> None:
    read = dialogues.read(dialogues.BUILT_IN)
    plans = [draw(conversation_id(3, number), read, 0.5) for number in range(300)]
    assert plans == [draw(conversation_id(3, number), read, 0.5) for number in range(300)]
    assert is_ours(plans[7].platform_conversation_id)
    assert not is_ours("somebody-elses")


def test_among_many_plans_there_is_every_kind_of_user() -> None:
    read = dialogues.read(dialogues.BUILT_IN)
    plans = [draw(conversation_id(3, number), read, 0.5) for number in range(300)]
    assert any(plan.asking and plan.asking.by_user for plan in plans)
    assert any(plan.asking and not plan.asking.by_user for plan in plans)
    assert any(plan.leaves_at for plan in plans)
    assert any(len(plan.chapters) == 2 for plan in plans)
    assert {plan.late for plan in plans} == {True, False}
    assert {plan.person.locale for plan in plans} >= {"id", "en", ""}
    assert any(not plan.person.name and plan.person.id for plan in plans)
    assert all("@example." in plan.person.email or not plan.person.email for plan in plans)
    assert all(plan.asking.at < len(plan.chapters[0]) for plan in plans if plan.asking)


def test_an_older_control_state_never_replaces_a_newer_one() -> None:
    it = story()
    it.learn(control(Holder.HUMAN, 2))
    it.learn(control(Holder.AI, 1))
    assert it.control.holder is Holder.HUMAN
    assert not it.may_speak_under(1)


async def test_a_humans_answer_that_overtakes_the_acknowledgement_of_the_question_counts() -> None:
    it = story()
    assert it.hear(await human_says(seq=9, epoch=2))
    it.user_spoke(8)
    assert not it.waiting
    assert it.exchange.user == "u2"


async def test_a_humans_message_from_before_the_users_is_no_answer_to_it() -> None:
    it = story()
    it.user_spoke(8)
    it.hear(await human_says(seq=7, epoch=2))
    assert it.waiting
    assert it.next_move() is Move.WAIT


async def test_a_user_whose_patience_ends_while_a_human_is_silent_leaves() -> None:
    it = story()
    it.user_spoke(2)
    it.hear(await told(3, control(Holder.HUMAN, 2)))
    assert it.next_move() is Move.WAIT
    it.patient = False
    assert it.next_move() is Move.LEAVE


def test_a_user_who_asked_for_a_person_waits_for_one_and_then_goes_on_with_the_ai() -> None:
    asking = Asking(0, by_user=True, reason="", urgent=False)
    it = Story(Plan("1-0", Person("user-1", "", "", "id"), LEISURE, (SCRIPT,), asking))
    it.learn(control(Holder.AI, 1))
    it.user_spoke(2)
    assert it.next_move() is Move.ASK_FOR_HUMAN
    it.asked = True
    it.learn(Control(Holder.QUEUE, 1, ai_may_speak=True))
    assert it.next_move() is Move.AI_ANSWERS
    it.ai_answered(it.exchange)
    assert it.next_move() is Move.WAIT
    it.patient = False
    assert it.next_move() is Move.USER_SPEAKS


async def test_after_the_script_a_human_is_thanked_once() -> None:
    it = story()
    for seq in (2, 4):
        it.user_spoke(seq)
        it.ai_answered(it.exchange)
    it.learn(control(Holder.HUMAN, 2))
    it.hear(await human_says(6, 2))
    assert "Thank" in it.exchange.user
    it.user_spoke(7)
    it.hear(await human_says(8, 2))
    assert it.next_move() is Move.WAIT
