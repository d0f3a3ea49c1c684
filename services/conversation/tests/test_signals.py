"""Signs that the AI and a user do not get on: what counts as said again, what as anger, and when it is over."""

from datetime import timedelta

import pytest

from services.conversation.domain.anger import is_angry
from services.conversation.domain.attention import Attention, AttentionClass, attention
from services.conversation.domain.control import CloseReason
from services.conversation.domain.repetition import alike, fold, sketch, words
from services.conversation.domain.signals import AI_MESSAGES, USER_MESSAGES, Signal
from services.conversation.tests.scene import Scene


def say_the_same(one: str, other: str) -> bool:
    return alike(sketch(words(fold(one))), sketch(words(fold(other))))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is my order?", "where is my ORDER"),
        ("Where is my order?", "My order, where is it? Where is my order!"),
        ("Kapan pesanan saya sampai di rumah?", "Pesanan saya kapan sampai di rumah"),
        ("我的订单在哪里?", "我的订单在哪里"),
        ("\uff37\uff28\uff25\uff32\uff25 is my order", "where is my order"),
        (" ".join(f"word{n}" for n in range(60)), " ".join(f"word{n}" for n in range(61))),
    ],
)
def test_these_say_the_same(one: str, other: str) -> None:
    assert say_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Where is order 20417?", "Where is order 99310?"),
        ("Yes", "Yes"),
        ("ok thanks", "ok thanks"),
        ("", ""),
        ("👍👍👍", "👍👍👍"),
        ("I want to book a table for two", "I want to cancel a flight to Bali"),
        (" ".join(f"word{n}" for n in range(60)), " ".join(f"word{n}" for n in range(30, 90))),
    ],
)
def test_these_do_not(one: str, other: str) -> None:
    assert not say_the_same(one, other)


@pytest.mark.parametrize(
    "text",
    [
        "This is ridiculous.",
        "I am FED UP with this",
        "Pelayanannya payah sekali",
        "Penipu!",
        "WHY DOES NOBODY ANSWER ME",
        "hello?!",
        "hello!!!",
        "Kurang ajar",
        "まだ届かない\uff01\uff01\uff01",
    ],
)
def test_anger_is_seen(text: str) -> None:
    assert is_angry(text, fold(text), words(fold(text)))


@pytest.mark.parametrize(
    "text", ["Thank you!", "Thanks!!", "My order is ABC-DEF-12345 XYZ", "OK, NASA and IKEA", "Is it useful?", "Saya mau pesan meja", "こんにちは", "", "VISA"]
)
def test_calm_is_left_alone(text: str) -> None:
    assert not is_angry(text, fold(text), words(fold(text)))


def need(scene: Scene) -> Attention:
    return attention(scene.log[-1].after)


def test_an_ai_that_says_the_same_again_needs_somebody_since_then() -> None:
    scene = Scene()
    for _ in range(2):
        scene.do(scene.make.user("Something new this time"[: 10 + scene.seq]))
        scene.do(scene.make.ai(text="I did not quite get that."))
    assert need(scene) == Attention(AttentionClass.UNANSWERED_BY_AI, scene.log[-1].at, ("ai_repeats",))


def test_a_question_asked_again_counts_until_as_much_else_was_said() -> None:
    scene = Scene()
    scene.do(scene.make.user("Where is my parcel?"))
    scene.do(scene.make.ai(text="Let me see."))
    scene.do(scene.make.user("where is my parcel"))
    first = scene.log[-1].at
    assert need(scene) == Attention(AttentionClass.UNANSWERED_BY_AI, first, ("user_repeats", "unanswered"))
    scene.do(scene.make.ai(text="It is in Bandung."))
    assert need(scene) == Attention(AttentionClass.UNANSWERED_BY_AI, first, ("user_repeats",))
    for number in range(USER_MESSAGES - 1):
        scene.do(scene.make.user(f"thing number {number} of many{'x' * number}"))
    scene.do(scene.make.ai(text="Good."))
    assert need(scene).rank is AttentionClass.CALM
    assert need(scene).reasons == ()


def test_reasons_stand_beside_a_request_for_a_human() -> None:
    scene = Scene()
    scene.do(scene.make.user("This is ridiculous"))
    scene.do(scene.make.ask())
    assert need(scene).rank is AttentionClass.NEEDS_HUMAN
    assert need(scene).reasons == ("ai_asked", "anger", "unanswered")


def test_it_is_over_when_a_human_has_spoken() -> None:
    scene = Scene()
    scene.do(scene.make.user("This is ridiculous"))
    scene.do(scene.make.take())
    assert need(scene).reasons == ("anger", "unanswered")
    scene.do(scene.make.say(scene.seq))
    assert need(scene).reasons == ()
    scene.do(scene.make.user("Thank you"))
    assert need(scene).reasons == ("unanswered",)


def test_it_is_over_when_it_was_handed_back_or_ended() -> None:
    handed = Scene()
    handed.do(handed.make.user("This is ridiculous"))
    handed.do(handed.make.take())
    handed.do(handed.make.hand_back(handed.seq))
    assert need(handed).reasons == ("unanswered",)
    closed = Scene()
    closed.do(closed.make.user("This is ridiculous"))
    closed.do(closed.make.end(CloseReason.USER_LEFT))
    closed.do(closed.make.user("Me again"))
    assert need(closed).reasons == ("unanswered",)


def test_little_is_remembered() -> None:
    scene = Scene()
    for number in range(10):
        scene.do(scene.make.user(f"{number} " * 2_000))
        scene.do(scene.make.ai(text=f"answer {number} " + " ".join(f"w{number}{each}" for each in range(100))))
    memory = scene.log[-1].after.memory
    assert (len(memory.ai), len(memory.user)) == (AI_MESSAGES, USER_MESSAGES)
    assert max(len(said.sketch) for said in (*memory.ai, *memory.user)) <= 32
    assert memory.signals == ()
    assert memory.since is None


def test_the_moment_of_the_first_signal_stays_while_others_join() -> None:
    scene = Scene()
    scene.do(scene.make.user("This is ridiculous"))
    began = scene.log[-1].at
    scene.do(scene.make.ai(text="Please tell me more."))
    scene.do(scene.make.ai(text="Please tell me more."))
    memory = scene.log[-1].after.memory
    assert memory.signals == (Signal.ANGER, Signal.AI_REPEATS)
    assert memory.since == began < scene.log[-1].at + timedelta(microseconds=1)
