"""Recording: what is passed over, what is fetched, and when it is tried again."""

import pytest

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.domain.events import LoggedEvent
from services.analytics.tests.fakes import FakeFactStore, FakeLog
from services.analytics.tests.histories import History
from services.analytics.use_cases.record_events import NotInLogError, RecordEvents


def conversation() -> list[LoggedEvent]:
    history = History()
    history.user()
    history.take_over("ana")
    history.later(1_000).write()
    history.close()
    return [to_logged_event(event) for event in history.events]


async def test_events_that_are_known_are_passed_over() -> None:
    events = conversation()
    store, log = FakeFactStore(), FakeLog(events)
    record = RecordEvents(store, log)
    first = await record(events)
    again = await record(events)
    assert (first.folded, first.repeated) == (5, 0)
    assert (again.folded, again.repeated, again.facts) == (0, 5, [])
    assert log.asked == []


async def test_a_jump_is_filled_from_the_log() -> None:
    events = conversation()
    store, log = FakeFactStore(), FakeLog(events)
    record = RecordEvents(store, log)
    await record(events[:1])
    after_jump = await record(events[3:4])
    assert (after_jump.folded, after_jump.fetched) == (0, 4)
    assert len(log.asked) == 1
    complete = FakeFactStore()
    await RecordEvents(complete, FakeLog())(events)
    assert store.kept == complete.kept


async def test_a_conversation_that_began_before_the_topic_is_read_from_the_log() -> None:
    events = conversation()
    store = FakeFactStore()
    recorded = await RecordEvents(store, FakeLog(events))(events[-1:])
    assert recorded.fetched == len(events)


async def test_an_event_that_the_log_does_not_have_is_refused_and_nothing_recorded() -> None:
    events = conversation()
    store = FakeFactStore()
    with pytest.raises(NotInLogError):
        await RecordEvents(store, FakeLog(events[:2]))(events[3:])
    assert store.kept == {}
    assert store.known == {}
