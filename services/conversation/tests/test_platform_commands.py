"""The control table's rows for AI platforms."""

from datetime import timedelta
from typing import Any

import pytest
from servicekit.errors import InvalidError

from services.conversation.domain import events
from services.conversation.domain.control import CloseReason, ControlCause, Holder, Priority
from services.conversation.domain.errors import (
    ControlLostError,
    ConversationClosedError,
    ConversationNotFoundError,
    NotRequestedError,
    TooManyDraftsError,
    TooSoonError,
)
from services.conversation.domain.events import Actor, ActorKind, RequestedBy
from services.conversation.domain.policy import Policy
from services.conversation.tests.scene import SARI, Commands, Scene

OPEN = ["ai", "asked", "human", "silent"]
SILENT = ["human", "silent"]


def test_a_conversation_starts_under_the_ai_with_epoch_1() -> None:
    scene = Scene()
    assert (scene.control.holder, scene.control.epoch, scene.control.ai_may_speak, scene.seq) == (Holder.AI, 1, True, 1)


def test_starting_what_has_started_writes_nothing() -> None:
    scene = Scene()
    assert scene.do(scene.make.start()) is None


@pytest.mark.parametrize("state", OPEN)
def test_a_users_message_is_always_recorded_and_changes_no_control(state: str) -> None:
    scene = Scene().in_state(state)
    before = scene.control
    assert isinstance(scene.do(scene.make.user()), events.UserMessage)
    assert scene.control == before
    assert scene.log[-1].after.oldest_unanswered_at == scene.log[-1].at


def test_a_users_message_reopens_a_closed_conversation_to_the_ai() -> None:
    scene = Scene().in_state("closed")
    epoch = scene.control.epoch
    body = scene.do(scene.make.user())
    assert isinstance(body, events.UserMessage)
    assert body.reopened
    assert (scene.control.holder, scene.control.cause, scene.control.epoch) == (Holder.AI, ControlCause.REOPENED, epoch + 1)


def test_after_spam_or_where_the_workspace_does_not_want_it_nothing_reopens() -> None:
    for scene in (Scene().in_state("spam"), Scene(Policy(reopen=False)).in_state("closed")):
        with pytest.raises(ConversationClosedError):
            scene.do(scene.make.user())


@pytest.mark.parametrize("state", ["ai", "asked"])
def test_the_ai_speaks_under_the_current_epoch_and_answers_the_user(state: str) -> None:
    scene = Scene().in_state(state)
    scene.do(scene.make.user())
    assert isinstance(scene.do(scene.make.ai(epoch=1)), events.AiMessage)
    assert scene.log[-1].after.oldest_unanswered_at is None


@pytest.mark.parametrize("epoch", [0, 2])
@pytest.mark.parametrize("state", ["ai", "asked"])
def test_under_another_epoch_the_ai_is_refused_and_nothing_is_kept(state: str, epoch: int) -> None:
    scene = Scene().in_state(state)
    with pytest.raises(ControlLostError) as refusal:
        scene.do(scene.make.ai(epoch=epoch))
    assert refusal.value.details == {"holder": scene.control.holder.value, "epoch": "1"}


@pytest.mark.parametrize("epoch", [1, 2, 3])
@pytest.mark.parametrize("state", SILENT)
def test_where_no_ai_may_speak_its_text_is_kept_as_a_draft(state: str, epoch: int) -> None:
    scene = Scene().in_state(state)
    scene.do(scene.make.user())
    body = scene.do(scene.make.ai(epoch=epoch, text="I was about to say"))
    assert body == events.AiDraftWithheld("I was about to say", epoch, scene.log[-1].after.ai_agent, last_user_seq=scene.seq - 1)
    assert scene.log[-1].after.open_draft_seqs == (scene.seq,)


@pytest.mark.parametrize("state", SILENT)
def test_no_more_than_so_many_drafts_are_kept_in_one_epoch(state: str) -> None:
    scene = Scene(Policy(max_drafts=2)).in_state(state)
    for _ in range(2):
        scene.do(scene.make.ai())
    with pytest.raises(TooManyDraftsError):
        scene.do(scene.make.ai())
    scene.do(scene.make.take(SARI, supervisor=True, reason="help"))
    assert isinstance(scene.do(scene.make.ai()), events.AiDraftWithheld)


def test_asking_for_a_human_queues_under_the_same_epoch_while_the_ai_may_speak() -> None:
    for by, cause in ((RequestedBy.AI, ControlCause.AI_REQUEST), (RequestedBy.USER, ControlCause.USER_REQUEST)):
        scene = Scene()
        scene.do(scene.make.ask(by=by, priority=Priority.HIGH))
        assert (scene.control.holder, scene.control.cause, scene.control.epoch, scene.control.ai_may_speak) == (Holder.QUEUE, cause, 1, True)
        assert scene.log[-1].after.priority is Priority.HIGH


def test_asking_again_updates_the_request_and_keeps_its_place() -> None:
    scene = Scene().in_state("asked")
    since = scene.control.since
    scene.do(scene.make.ask(summary="now with a summary", priority=Priority.URGENT))
    assert (scene.control.since, scene.log[-1].after.priority) == (since, Priority.URGENT)


@pytest.mark.parametrize(("state", "epoch"), [("ai", 2), ("asked", 0), ("human", 2), ("human", 1), ("silent", 3)])
def test_asking_without_control_is_refused(state: str, epoch: int) -> None:
    scene = Scene().in_state(state)
    with pytest.raises(ControlLostError):
        scene.do(scene.make.ask(epoch=epoch))


def test_a_request_can_be_withdrawn_under_the_same_epoch() -> None:
    scene = Scene().in_state("asked")
    scene.do(scene.make.withdraw())
    assert (scene.control.holder, scene.control.cause, scene.control.epoch) == (Holder.AI, ControlCause.REQUEST_WITHDRAWN, 1)
    assert scene.log[-1].after.priority is None


@pytest.mark.parametrize(("state", "refusal"), [("ai", NotRequestedError), ("human", ControlLostError), ("silent", ControlLostError)])
def test_what_was_not_asked_cannot_be_withdrawn(state: str, refusal: type[Exception]) -> None:
    scene = Scene().in_state(state)
    with pytest.raises(refusal):
        scene.do(scene.make.withdraw(epoch=scene.control.epoch))


def test_withdrawing_under_a_stale_epoch_is_refused() -> None:
    scene = Scene().in_state("asked")
    with pytest.raises(ControlLostError):
        scene.do(scene.make.withdraw(epoch=0))


def test_receipts_only_rise_and_shown_means_delivered() -> None:
    scene = Scene()
    scene.do(scene.make.user())
    assert scene.do(scene.make.receipts(shown=2)) == events.Delivered(2, 2)
    assert scene.do(scene.make.receipts(delivered=1)) is None


def test_a_receipt_beyond_the_log_is_bad_input() -> None:
    scene = Scene()
    with pytest.raises(InvalidError):
        scene.do(scene.make.receipts(delivered=2))


def test_receipts_are_written_once_a_second() -> None:
    scene = Scene()
    scene.do(scene.make.user())
    scene.do(scene.make.receipts(delivered=1))
    scene.now -= timedelta(milliseconds=300)
    with pytest.raises(TooSoonError) as refusal:
        scene.do(scene.make.receipts(delivered=2))
    assert refusal.value.wait == timedelta(milliseconds=300)
    scene.now += refusal.value.wait
    assert scene.do(scene.make.receipts(delivered=2)) == events.Delivered(2, 0)


@pytest.mark.parametrize("state", ["ai", "asked"])
def test_the_ai_may_close_what_it_resolved_under_its_epoch(state: str) -> None:
    scene = Scene().in_state(state)
    scene.do(scene.make.end(CloseReason.AI_RESOLVED, epoch=1))
    assert (scene.control.holder, scene.control.close_reason, scene.control.epoch) == (Holder.CLOSED, CloseReason.AI_RESOLVED, 2)


@pytest.mark.parametrize(("state", "epoch"), [("ai", 0), ("asked", 2), ("human", 2), ("silent", 3)])
def test_the_ai_closes_nothing_it_does_not_control(state: str, epoch: int) -> None:
    scene = Scene().in_state(state)
    with pytest.raises(ControlLostError):
        scene.do(scene.make.end(CloseReason.AI_RESOLVED, epoch=epoch))


@pytest.mark.parametrize("state", ["ai", "asked", "silent"])
def test_a_user_who_left_closes_what_no_human_holds(state: str) -> None:
    scene = Scene().in_state(state)
    scene.do(scene.make.end(CloseReason.USER_LEFT, epoch=0))
    assert scene.control.close_reason is CloseReason.USER_LEFT


def test_while_a_human_holds_it_a_user_who_left_is_only_marked() -> None:
    scene = Scene().in_state("human")
    before = scene.control
    assert isinstance(scene.do(scene.make.end(CloseReason.USER_LEFT, epoch=0)), events.UserLeft)
    assert (scene.control, scene.log[-1].after.user_left) == (before, True)
    assert scene.do(scene.make.end(CloseReason.USER_LEFT, epoch=0)) is None
    scene.do(scene.make.user())
    assert not scene.log[-1].after.user_left


def test_a_platform_closes_for_no_other_reason() -> None:
    scene = Scene()
    with pytest.raises(InvalidError):
        scene.do(scene.make.end(CloseReason.RESOLVED))


def test_on_a_closed_conversation_the_platform_is_refused_everything_but_the_users_words() -> None:
    scene = Scene().in_state("closed")
    make = scene.make
    commands: list[Any] = [make.ai(2), make.ask(2), make.withdraw(2), make.receipts(delivered=1), make.end(epoch=2), make.end(CloseReason.USER_LEFT)]
    for command in commands:
        with pytest.raises(ConversationClosedError) as refusal:
            scene.do(command)
        assert refusal.value.details == {"close_reason": "resolved"}


def test_without_a_start_and_across_platforms_and_workspaces_there_is_nothing() -> None:
    scene = Scene()
    foreign_platform = Commands(scene.make.conversation_id, Actor(ActorKind.PLATFORM, "platform-2", "Other"))
    foreign_workspace = Commands(scene.make.conversation_id, workspace_id="workspace-2")
    foreign: list[Any] = [foreign_platform.user(), foreign_platform.start(), foreign_workspace.user(), foreign_workspace.take(), foreign_workspace.note()]
    for command in foreign:
        with pytest.raises(ConversationNotFoundError):
            scene.do(command)
    scene.state = None
    unstarted: list[Any] = [scene.make.user(), scene.make.take(), scene.make.idle()]
    for command in unstarted:
        with pytest.raises(ConversationNotFoundError):
            scene.do(command)
