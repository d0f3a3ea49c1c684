"""The control table's rows for human agents and their supervisors, and for Baton itself."""

from datetime import timedelta
from typing import Any

import pytest
from servicekit.errors import InvalidError

from services.conversation.domain import events
from services.conversation.domain.commands import WithdrawRequest
from services.conversation.domain.control import CloseReason, ControlCause, Holder
from services.conversation.domain.errors import (
    AgentNotFoundError,
    AlreadyTakenError,
    ConversationClosedError,
    DraftNotFoundError,
    NotHolderError,
    UnseenMessagesError,
)
from services.conversation.domain.events import Brief, RequestedBy
from services.conversation.tests.scene import BUDI, SARI, TONO, Scene

OPEN = ["ai", "asked", "human", "silent"]


@pytest.mark.parametrize(("state", "cause"), [("ai", ControlCause.AGENT), ("asked", ControlCause.AI_REQUEST), ("silent", ControlCause.RETURNED)])
def test_any_agent_takes_over_what_no_human_holds(state: str, cause: ControlCause) -> None:
    scene = Scene().in_state(state)
    from_holder, epoch = scene.control.holder, scene.control.epoch
    body = scene.do(scene.make.take(SARI))
    assert isinstance(body, events.TakenOver)
    assert (body.agent, body.from_holder, body.from_agent, body.cause) == (SARI, from_holder, None, cause)
    assert (scene.control.holder, scene.control.agent, scene.control.epoch, scene.control.ai_may_speak) == (Holder.HUMAN, SARI, epoch + 1, False)


def test_a_takeover_of_what_the_user_asked_for_says_so() -> None:
    scene = Scene()
    scene.do(scene.make.ask(by=RequestedBy.USER))
    scene.do(scene.make.take())
    assert scene.control.cause is ControlCause.USER_REQUEST


def test_the_system_message_has_the_words_of_the_specification_with_the_display_name() -> None:
    for locale, words in (
        ("en", "Human agent (Budi Santoso) has taken over this conversation"),
        ("id-ID", "Human agent (Budi Santoso) has taken over this conversation"),
        ("fr", "Human agent (Budi Santoso) has taken over this conversation"),
    ):
        scene = Scene(locale=locale)
        body = scene.do(scene.make.take())
        assert isinstance(body, events.TakenOver)
        assert (body.system_message.text, body.system_message.params) == (words, {"agent": "Budi Santoso"})


def test_what_another_agent_holds_is_already_taken_and_says_by_whom() -> None:
    scene = Scene().in_state("human")
    with pytest.raises(AlreadyTakenError) as refusal:
        scene.do(scene.make.take(SARI))
    assert refusal.value.details == {"agent_id": BUDI.id, "agent_name": "Budi Santoso"}


def test_the_holder_taking_over_again_changes_nothing() -> None:
    scene = Scene().in_state("human")
    assert scene.do(scene.make.take(BUDI)) is None


def test_a_supervisor_takes_from_anyone_but_gives_a_reason() -> None:
    scene = Scene().in_state("human")
    with pytest.raises(InvalidError):
        scene.do(scene.make.take(SARI, supervisor=True, reason="  "))
    body = scene.do(scene.make.take(SARI, supervisor=True, reason="Budi is ill"))
    assert isinstance(body, events.TakenOver)
    assert (body.from_agent, body.cause, scene.control.agent) == (BUDI, ControlCause.AGENT, SARI)


def test_only_the_holder_writes_to_the_user() -> None:
    for state in OPEN:
        scene = Scene().in_state(state)
        with pytest.raises(NotHolderError) as refusal:
            scene.do(scene.make.say(scene.seq, SARI, supervisor=True))
        assert refusal.value.details["holder"] == scene.control.holder.value


def test_a_message_answers_the_user_and_makes_open_drafts_moot() -> None:
    scene = Scene().in_state("human")
    scene.do(scene.make.user())
    scene.do(scene.make.ai())
    assert isinstance(scene.do(scene.make.say(scene.seq)), events.HumanMessage)
    after = scene.log[-1].after
    assert (after.oldest_unanswered_at, after.open_draft_seqs, after.last_human_seq) == (None, (), scene.seq)


def test_a_users_message_after_what_was_seen_stops_the_reply() -> None:
    scene = Scene().in_state("human")
    seen = scene.seq
    scene.do(scene.make.user())
    scene.do(scene.make.user())
    for command in (scene.make.say(seen), scene.make.hand_back(seen), scene.make.transfer(seen)):
        with pytest.raises(UnseenMessagesError) as refusal:
            scene.do(command)
        assert refusal.value.details == {"first_seq": str(seen + 1), "last_seq": str(seen + 2)}
    scene.do(scene.make.say(seen + 2))


def test_another_agents_message_stops_the_reply_and_ones_own_does_not() -> None:
    scene = Scene().in_state("human")
    scene.do(scene.make.say(scene.seq, BUDI))
    by_budi = scene.seq
    scene.do(scene.make.transfer(by_budi, SARI))
    with pytest.raises(UnseenMessagesError):
        scene.do(scene.make.say(by_budi - 1, SARI))
    scene.do(scene.make.say(by_budi, SARI))
    by_sari = scene.seq
    # Sari's own second message needs nothing newer than Budi's.
    scene.do(scene.make.say(by_budi, SARI))
    scene.do(scene.make.transfer(by_budi, BUDI, SARI))
    with pytest.raises(UnseenMessagesError) as refusal:
        scene.do(scene.make.say(by_sari, BUDI))
    assert refusal.value.details["last_seq"] == str(by_sari + 1)
    # Budi writes; to him the newest foreign message stays Sari's.
    scene.do(scene.make.say(by_sari + 1, BUDI))
    with pytest.raises(UnseenMessagesError):
        scene.do(scene.make.say(by_sari, BUDI))


def test_notes_drafts_receipts_and_control_never_stop_a_reply() -> None:
    scene = Scene().in_state("human")
    scene.do(scene.make.user())
    seen = scene.seq
    scene.do(scene.make.note(SARI))
    scene.do(scene.make.ai())
    scene.do(scene.make.receipts(delivered=1))
    scene.do(scene.make.transfer(seen, SARI))
    scene.do(scene.make.take(BUDI))
    assert isinstance(scene.do(scene.make.say(seen)), events.HumanMessage)


def test_nobody_has_seen_what_is_not_written_yet() -> None:
    scene = Scene().in_state("human")
    with pytest.raises(InvalidError):
        scene.do(scene.make.say(scene.seq + 1))


@pytest.mark.parametrize("unanswered", [True, False])
def test_handing_back_lets_the_ai_speak_and_says_whether_a_reply_is_due(unanswered: bool) -> None:  # noqa: FBT001
    scene = Scene().in_state("human")
    scene.do(scene.make.user())
    if not unanswered:
        scene.do(scene.make.say(scene.seq))
    epoch = scene.control.epoch
    body = scene.do(scene.make.hand_back(scene.seq, brief=Brief(decided="a refund"), message="The assistant goes on."))
    assert isinstance(body, events.HandedBack)
    assert (body.reply_due, body.brief.decided, body.by) == (unanswered, "a refund", BUDI)
    assert (scene.control.holder, scene.control.cause, scene.control.epoch) == (Holder.AI, ControlCause.HANDED_BACK, epoch + 1)
    assert isinstance(scene.do(scene.make.ai(epoch + 1)), events.AiMessage)


@pytest.mark.parametrize(("state", "supervised"), [("ai", False), ("asked", True), ("human", True), ("silent", True)])
def test_a_supervisor_hands_back_any_human_or_queue_and_a_colleague_none(state: str, supervised: bool) -> None:  # noqa: FBT001
    scene = Scene().in_state(state)
    with pytest.raises(NotHolderError):
        scene.do(scene.make.hand_back(scene.seq, SARI))
    if supervised:
        scene.do(scene.make.hand_back(scene.seq, SARI, supervisor=True))
        assert scene.control.holder is Holder.AI
    else:
        with pytest.raises(NotHolderError):
            scene.do(scene.make.hand_back(scene.seq, SARI, supervisor=True))


@pytest.mark.parametrize("state", ["ai", "asked", "silent"])
def test_any_agent_transfers_what_no_human_holds(state: str) -> None:
    scene = Scene().in_state(state)
    epoch = scene.control.epoch
    body = scene.do(scene.make.transfer(scene.seq, SARI, TONO))
    assert isinstance(body, events.Transferred)
    assert (body.from_agent, body.to_agent) == (None, SARI)
    assert (scene.control.agent, scene.control.epoch, scene.control.cause) == (SARI, epoch + 1, ControlCause.TRANSFERRED)


def test_the_holder_and_supervisors_transfer_what_a_human_holds_and_others_do_not() -> None:
    scene = Scene().in_state("human")
    with pytest.raises(NotHolderError):
        scene.do(scene.make.transfer(scene.seq, SARI, TONO))
    scene.do(scene.make.transfer(scene.seq, SARI, BUDI))
    scene.do(scene.make.transfer(scene.seq, BUDI, TONO, supervisor=True))
    assert scene.control.agent == BUDI


def test_an_unknown_receiver_and_the_holder_as_receiver() -> None:
    scene = Scene().in_state("human")
    with pytest.raises(AgentNotFoundError):
        scene.do(scene.make.transfer(scene.seq, None))
    assert scene.do(scene.make.transfer(scene.seq, BUDI)) is None


def test_the_sender_of_a_transfer_may_take_it_back_until_the_receiver_has_written() -> None:
    scene = Scene().in_state("human")
    scene.do(scene.make.transfer(scene.seq, SARI))
    with pytest.raises(AlreadyTakenError):
        scene.do(scene.make.take(TONO))
    scene.do(scene.make.take(BUDI))
    assert scene.control.agent == BUDI
    scene.do(scene.make.transfer(scene.seq, SARI))
    scene.do(scene.make.say(scene.seq, SARI))
    with pytest.raises(AlreadyTakenError):
        scene.do(scene.make.take(BUDI))


def test_releasing_returns_it_to_a_silent_queue() -> None:
    scene = Scene().in_state("human")
    epoch = scene.control.epoch
    with pytest.raises(NotHolderError):
        scene.do(scene.make.release(SARI))
    scene.do(scene.make.release(BUDI))
    assert (scene.control.holder, scene.control.cause, scene.control.ai_may_speak, scene.control.epoch) == (
        Holder.QUEUE,
        ControlCause.RELEASED,
        False,
        epoch + 1,
    )


def test_a_supervisor_releases_any_human_and_nothing_else() -> None:
    scene = Scene().in_state("human")
    scene.do(scene.make.release(SARI, supervisor=True))
    with pytest.raises(NotHolderError):
        scene.do(scene.make.release(SARI, supervisor=True))


def test_only_the_holder_resolves_a_draft_and_only_once() -> None:
    scene = Scene().in_state("human")
    scene.do(scene.make.ai())
    draft = scene.seq
    with pytest.raises(NotHolderError):
        scene.do(scene.make.resolve(draft, SARI, supervisor=True))
    with pytest.raises(DraftNotFoundError):
        scene.do(scene.make.resolve(draft - 1))
    scene.do(scene.make.resolve(draft))
    with pytest.raises(DraftNotFoundError):
        scene.do(scene.make.resolve(draft))


@pytest.mark.parametrize("state", [*OPEN, "closed", "spam"])
def test_any_agent_adds_a_note_in_any_state(state: str) -> None:
    scene = Scene().in_state(state)
    before = scene.log[-1].after
    assert isinstance(scene.do(scene.make.note(TONO)), events.NoteAdded)
    assert scene.log[-1].after == before


def test_the_holder_and_supervisors_close_and_others_do_not() -> None:
    for state in OPEN:
        scene = Scene().in_state(state)
        with pytest.raises(NotHolderError):
            scene.do(scene.make.close(SARI))
        epoch, from_agent = scene.control.epoch, scene.control.agent
        body = scene.do(scene.make.close(SARI, supervisor=True, reason=CloseReason.NO_ANSWER))
        assert isinstance(body, events.Closed)
        assert (body.by, body.from_agent, scene.control.epoch) == (SARI, from_agent, epoch + 1)
    scene = Scene().in_state("human")
    scene.do(scene.make.close(BUDI))
    assert scene.control.holder is Holder.CLOSED


@pytest.mark.parametrize("reason", [CloseReason.AI_RESOLVED, CloseReason.USER_LEFT, CloseReason.IDLE])
def test_people_close_for_peoples_reasons(reason: CloseReason) -> None:
    scene = Scene().in_state("human")
    with pytest.raises(InvalidError):
        scene.do(scene.make.close(reason=reason))


def test_on_a_closed_conversation_agents_are_refused_everything_but_a_note() -> None:
    scene = Scene().in_state("closed")
    make, seq = scene.make, scene.seq
    commands: list[Any] = [make.take(), make.say(seq), make.hand_back(seq), make.transfer(seq), make.release(), make.resolve(1), make.close()]
    for command in commands:
        with pytest.raises(ConversationClosedError):
            scene.do(command)


@pytest.mark.parametrize("cause", [ControlCause.AGENT_AWAY, ControlCause.DISABLED])
def test_the_unattended_return_to_a_silent_queue_never_to_the_ai(cause: ControlCause) -> None:
    scene = Scene().in_state("human")
    scene.do(scene.make.unattended(BUDI, epoch=2, cause=cause))
    assert (scene.control.holder, scene.control.cause, scene.control.ai_may_speak, scene.control.epoch) == (Holder.QUEUE, cause, False, 3)


def test_letting_go_for_an_agent_who_no_longer_holds_it_changes_nothing() -> None:
    scene = Scene().in_state("human")
    assert scene.do(scene.make.unattended(SARI, epoch=2)) is None
    assert scene.do(scene.make.unattended(BUDI, epoch=1)) is None


@pytest.mark.parametrize(("state", "closes"), [("ai", True), ("asked", True), ("silent", True), ("human", False), ("closed", False)])
def test_nobodys_conversation_closes_itself_after_the_idle_time(state: str, closes: bool) -> None:  # noqa: FBT001
    scene = Scene().in_state(state)
    assert scene.do(scene.make.idle()) is None
    scene.now = scene.log[0].at + timedelta(hours=24)
    assert (scene.do(scene.make.idle()) is not None) == closes
    assert (scene.control.close_reason is CloseReason.IDLE) == closes


def test_an_agent_may_withdraw_the_request_too() -> None:
    scene = Scene().in_state("asked")
    command = scene.make.withdraw()
    scene.do(
        WithdrawRequest(
            **{name: getattr(command, name) for name in ("conversation_id", "workspace_id", "epoch")},
            command_id=command.command_id,
            actor=scene.make.note().actor,
        )
    )
    assert scene.control.holder is Holder.AI
