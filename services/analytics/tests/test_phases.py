"""The definitions of docs/metrics.md, one example each."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.domain.events import Cause
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.fold import HoleError, fold
from services.analytics.domain.phases import Phase
from services.analytics.tests.histories import History

SECOND = timedelta(seconds=1)


def folded(history: History) -> tuple[Phase | None, list[Fact]]:
    phase: Phase | None = None
    facts: list[Fact] = []
    for event in history.events:
        phase, new = fold(phase, to_logged_event(event))
        facts += new
    return phase, facts


def facts_of(history: History, *kinds: FactKind) -> list[Fact]:
    return [fact for fact in folded(history)[1] if fact.kind in kinds]


def responses_of(history: History) -> list[tuple[str, timedelta | None]]:
    return [(fact.agent_id, fact.lasted) for fact in facts_of(history, FactKind.RESPONSE)]


def causes_of(history: History) -> list[tuple[str, str]]:
    return [(fact.agent_id, fact.cause) for fact in facts_of(history, FactKind.TAKEOVER)]


def test_a_takeover_from_the_ai_is_caused_by_the_agent() -> None:
    history = History()
    history.take_over("ana")
    assert causes_of(history) == [("ana", Cause.AGENT)]


def test_a_takeover_from_the_queue_is_caused_by_the_newest_request() -> None:
    history = History()
    history.request()
    history.request(by_user=True)
    history.take_over("ana")
    assert causes_of(history) == [("ana", Cause.USER_REQUEST)]


def test_a_takeover_of_what_a_colleague_let_go_of_is_returned() -> None:
    history = History()
    history.take_over("ana")
    history.release()
    history.take_over("budi")
    assert causes_of(history) == [("ana", Cause.AGENT), ("budi", Cause.RETURNED)]


def test_a_transfer_from_ai_or_queue_is_a_takeover_by_the_receiver() -> None:
    history = History()
    history.transfer("ana")
    history.hand_back()
    history.request()
    history.transfer("budi")
    assert causes_of(history) == [("ana", Cause.AGENT), ("budi", Cause.AI_REQUEST)]
    assert facts_of(history, FactKind.TRANSFER_IN, FactKind.TRANSFER_OUT) == []


@pytest.mark.parametrize("way", [History.transfer, History.take_over])
def test_control_that_passes_between_humans_is_a_transfer_and_no_takeover(way: Callable[[History, str], None]) -> None:
    history = History()
    history.take_over("ana")
    way(history, "budi")
    assert causes_of(history) == [("ana", Cause.AGENT)]
    assert [(fact.agent_id, fact.kind) for fact in facts_of(history, FactKind.TRANSFER_IN, FactKind.TRANSFER_OUT)] == [
        ("ana", FactKind.TRANSFER_OUT),
        ("budi", FactKind.TRANSFER_IN),
    ]


def test_a_response_runs_from_the_oldest_unanswered_message() -> None:
    history = History()
    history.take_over("ana")
    history.later(1_000).user()
    history.later(1_000).user()
    history.later(1_000).write()
    assert responses_of(history) == [("ana", 2 * SECOND)]


def test_waiting_before_the_phase_is_not_the_agents() -> None:
    history = History()
    history.user()
    history.later(60_000).take_over("ana")
    history.later(5_000).transfer("budi")
    history.later(3_000).write()
    assert responses_of(history) == [("budi", 3 * SECOND)]


def test_a_turn_has_one_response_and_without_a_turn_there_is_none() -> None:
    history = History()
    history.take_over("ana")
    history.later(1_000).write()
    history.later(1_000).user()
    history.later(1_000).write()
    history.later(1_000).write()
    assert responses_of(history) == [("ana", SECOND)]


def test_neither_the_ai_nor_a_note_nor_a_parting_word_ends_a_turn() -> None:
    history = History()
    history.user()
    history.ai()
    history.take_over("ana")
    history.note()
    history.later(1_000).hand_back()
    history.later(1_000).take_over("ana")
    history.later(4_000).write()
    assert responses_of(history) == [("ana", 4 * SECOND)]


def test_a_closed_case_leaves_no_turn_open() -> None:
    history = History()
    history.user()
    history.take_over("ana")
    history.close()
    phase, _ = folded(history)
    assert phase is not None
    assert phase.turn_since is None


def test_the_message_that_reopens_opens_a_turn() -> None:
    history = History()
    history.close()
    history.later(1_000).user()
    history.later(1_000).take_over("ana")
    history.later(2_000).write()
    assert responses_of(history) == [("ana", 2 * SECOND)]


def test_equal_times_are_a_response_of_no_length() -> None:
    history = History()
    history.take_over("ana")
    history.user()
    history.write()
    assert responses_of(history) == [("ana", timedelta())]


def test_a_phase_ends_with_the_next_holder_and_not_before() -> None:
    history = History()
    history.take_over("ana")
    history.later(1_000).write()
    history.later(1_000).note()
    assert facts_of(history, FactKind.HUMAN_PHASE) == []
    history.later(1_000).close()
    assert [(fact.agent_id, fact.lasted, fact.at) for fact in facts_of(history, FactKind.HUMAN_PHASE)] == [("ana", 3 * SECOND, history.now)]


def test_an_event_that_does_not_follow_is_refused() -> None:
    history = History()
    history.user()
    history.user()
    phase, _ = fold(None, to_logged_event(history.events[0]))
    with pytest.raises(HoleError):
        fold(phase, to_logged_event(history.events[2]))
    with pytest.raises(HoleError):
        fold(phase, to_logged_event(history.events[0]))
    with pytest.raises(HoleError):
        fold(None, to_logged_event(history.events[1]))
