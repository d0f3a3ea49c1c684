"""Records of the topic: what is folded, what is ignored, what goes to the dead letters, and what waits for a newer process."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from baton.conversation.v1 import control_pb2
from baton.conversation.v1.event_pb2 import Event, EventRecord, Heartbeat
from google.protobuf import json_format
from servicekit.kafka import BadRecordError, Record

from services.analytics.adapters.event_proto import UnknownEventError, to_logged_event
from services.analytics.domain.events import Holder, Kind
from services.analytics.entrypoints.events_consumer import EventsConsumer
from services.analytics.tests.fakes import FakeFactStore, FakeLog, FixedClock
from services.analytics.tests.histories import History
from services.analytics.use_cases.record_events import RecordEvents

GOLDEN = Path(__file__).parents[3] / "proto" / "golden" / "events"
EVENT_FILES = sorted(path for path in GOLDEN.glob("*.json") if path.stem != "heartbeat")


def consumer(store: FakeFactStore) -> EventsConsumer:
    return EventsConsumer(RecordEvents(store, FakeLog()), to_logged_event, FixedClock(datetime.now(UTC)))


def record(message: EventRecord | bytes) -> Record:
    value = message if isinstance(message, bytes) else message.SerializeToString()
    return Record("topic", 0, 0, b"", value)


def first_event() -> Event:
    return History().events[0]


async def test_events_are_recorded_and_heartbeats_are_not() -> None:
    store = FakeFactStore()
    event = first_event()
    await consumer(store)([record(EventRecord(heartbeat=Heartbeat())), record(EventRecord(event=event))])
    assert list(store.known) == [event.conversation_id]


@pytest.mark.parametrize("value", [b"\xff\xff", b"", EventRecord(cluster_time=1), EventRecord(event=Event(seq=1))])
async def test_what_cannot_be_understood_is_a_bad_record(value: EventRecord | bytes) -> None:
    with pytest.raises(BadRecordError):
        await consumer(FakeFactStore())([record(value)])


async def test_an_event_that_is_not_in_the_log_is_a_bad_record() -> None:
    history = History()
    history.user()
    with pytest.raises(BadRecordError, match="event 2"):
        await consumer(FakeFactStore())([record(EventRecord(event=history.events[1]))])


@pytest.mark.parametrize("field", ["version", "after.version", "holder", "body"])
async def test_an_event_of_a_newer_version_waits_for_a_newer_process(field: str) -> None:
    event = first_event()
    match field:
        case "version":
            event.version = 2
        case "after.version":
            event.after.version = 2
        case "holder":
            event.after.control.holder = control_pb2.HOLDER_UNSPECIFIED
        case _:
            event.ClearField("body")
    with pytest.raises(UnknownEventError):
        await consumer(FakeFactStore())([record(EventRecord(event=event))])


@pytest.mark.parametrize("path", EVENT_FILES, ids=lambda path: path.stem)
def test_every_golden_event_is_understood(path: Path) -> None:
    record = json_format.ParseDict(json.loads(path.read_text())["record"], EventRecord())
    event = to_logged_event(record.event)
    assert event.kind is {kind.value: kind for kind in Kind}.get(path.stem, Kind.OTHER)
    assert (event.control.agent_id != "") == (event.control.holder is Holder.HUMAN)
    assert (event.control.queue_cause is not None) == (event.control.holder is Holder.QUEUE)
    assert event.at.microsecond % 1000 == 0
