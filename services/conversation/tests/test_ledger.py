"""The chain of control events: what breaks it, and what may be erased without breaking it."""

from dataclasses import replace
from typing import Any

import pytest

from services.conversation.domain.control import AgentRef, ControlCause
from services.conversation.domain.events import Brief, ConversationStarted, EndUser, Event, HandedBack, HumanRequested, TakenOver
from services.conversation.domain.ledger import Broken, is_control, verify
from services.conversation.tests.scene import SARI, Scene


def a_full_history() -> list[Event]:
    scene = Scene()
    make = scene.make
    scene.do(make.user("I need help"))
    scene.do(make.ask(summary="a refund is wanted", reason="stuck"))
    scene.do(make.take())
    scene.do(make.say(scene.seq, text="I look at it"))
    scene.do(make.transfer(scene.seq, note="your field", message="My colleague helps you"))
    scene.do(make.release(SARI, reason="lunch"))
    scene.do(make.take(SARI))
    scene.do(make.hand_back(scene.seq, SARI, brief=Brief(decided="a refund"), message="Bye"))
    scene.do(make.close(supervisor=True))
    scene.do(make.user("One more thing"))
    return scene.log


def test_a_history_as_it_was_written_verifies_whole_and_by_its_control_events_alone() -> None:
    history = a_full_history()
    assert verify(history) is None
    assert verify(event for event in history if is_control(event.body)) is None


def test_only_control_events_are_links() -> None:
    history = a_full_history()
    assert [event.type for event in history if event.ledger] == [
        "conversation_started", "human_requested", "taken_over", "transferred", "returned_to_queue", "taken_over", "handed_back", "closed", "user_message",
    ]  # fmt: skip
    assert all((event.salt != b"") == (event.ledger is not None) for event in history)


def erased(event: Event) -> Event:
    """What erasing does: words, names and the salt go, the links stay."""
    body: Any = event.body
    if isinstance(body, ConversationStarted):
        body = replace(body, user=EndUser("erased"), attributes={}, platform_conversation_id="erased")
    if isinstance(body, HumanRequested):
        body = replace(body, summary="", reason="")
    if isinstance(body, TakenOver):
        body = replace(body, agent=replace(body.agent, display_name=""))
    if isinstance(body, HandedBack):
        body = replace(body, brief=Brief(), message="")
    return replace(event, body=body, salt=b"", command_digest=b"")


def test_words_names_and_salts_can_be_erased_without_breaking_the_chain() -> None:
    assert verify([erased(event) for event in a_full_history()]) is None


@pytest.mark.parametrize(
    ("seq", "change", "reason"),
    [
        (3, lambda e: replace(e, body=replace(e.body, summary="another summary")), "its texts were changed"),
        (4, lambda e: replace(e, body=replace(e.body, cause=ControlCause.AGENT)), "its control fields were changed"),
        (4, lambda e: replace(e, actor=replace(e.actor, id="agent-else")), "its control fields were changed"),
        (4, lambda e: replace(e, at=e.at.replace(year=2020)), "its control fields were changed"),
        (6, lambda e: replace(e, body=replace(e.body, to_agent=AgentRef("agent-else", "Sari"))), "its control fields were changed"),
        (4, lambda e: replace(e, ledger=None), "a control event without its link"),
        (4, lambda e: replace(e, ledger=replace(e.ledger, prev_hash=bytes(32))), "it does not follow the control event before it"),
        (5, lambda e: replace(e, after=replace(e.after, chain_head=b"other")), "it carries another chain head"),
    ],
)
def test_what_was_changed_is_found_where_it_was_changed(seq: int, change: Any, reason: str) -> None:
    history = a_full_history()
    history[seq - 1] = change(history[seq - 1])
    assert verify(history) == Broken(history[0].conversation_id, seq, reason)


def test_what_was_taken_out_or_put_elsewhere_is_found() -> None:
    history = a_full_history()
    without = verify([event for event in history if event.seq != 4])
    assert without is not None
    assert without.seq == 5
    swapped = [*history[:3], history[4], history[3], *history[5:]]
    assert verify(swapped) is not None


def test_the_same_words_leave_no_equal_digests_behind() -> None:
    one, two = a_full_history(), a_full_history()
    again = replace(one[3], salt=b"another salt....")
    assert verify([*one[:3], again]) is not None
    assert [event.ledger for event in one if event.ledger] != [event.ledger for event in two if event.ledger]
