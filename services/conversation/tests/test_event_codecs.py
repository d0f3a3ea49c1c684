"""Every event as a document, as a message, and back: nothing lost, nothing guessed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import bson
import pytest
from baton.conversation.v1 import event_pb2
from bson.codec_options import CodecOptions

from services.conversation.adapters import event_document, event_from_proto, event_proto
from services.conversation.domain.control import AFTER_VERSION, CloseReason, Priority
from services.conversation.domain.errors import NotUnderstoodError
from services.conversation.domain.events import BODY_TYPES, EVENT_VERSION, Event
from services.conversation.tests.scene import SARI, Scene

TZ_AWARE: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True)


def every_type() -> list[Event]:
    scene = Scene()
    make = scene.make
    scene.do(make.user("👋", sent_at=datetime(2026, 3, 1, 8, 59, 59, 123000, tzinfo=UTC)))
    scene.do(make.ai())
    scene.do(make.ask(priority=Priority.URGENT, summary="s", suggested_reply="r"))
    scene.do(make.withdraw(reason="no more"))
    scene.do(make.take())
    scene.do(make.ai())
    scene.do(make.ai())
    scene.do(make.resolve(scene.seq - 1))
    scene.do(make.say(scene.seq))
    scene.do(make.note())
    scene.do(make.receipts(delivered=2, shown=1))
    scene.do(make.end(CloseReason.USER_LEFT))
    scene.do(make.transfer(scene.seq, note="n"))
    scene.do(make.release(SARI))
    scene.do(make.take(SARI))
    scene.do(make.hand_back(scene.seq, SARI))
    scene.do(make.close(supervisor=True))
    scene.do(make.user("again"))
    return scene.log


EVENTS = every_type()


def test_every_type_is_among_the_examples() -> None:
    assert {event.type for event in EVENTS} == set(BODY_TYPES)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.seq}-{event.type}")
def test_an_event_survives_the_database(event: Event) -> None:
    stored = bson.decode(bson.encode(event_document.to_document(event)), TZ_AWARE)
    assert event_document.to_event(stored) == event
    assert event_document.to_state(stored) == event.state


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.seq}-{event.type}")
def test_an_event_survives_the_topic(event: Event) -> None:
    message = event_pb2.Event.FromString(event_proto.to_proto(event).SerializeToString())
    assert message.WhichOneof("body") == event.type
    assert event_from_proto.to_event(message) == event


@pytest.mark.parametrize(
    "change", [{"t": "something_newer"}, {"v": EVENT_VERSION + 1}, {"after": {"version": AFTER_VERSION + 1}}], ids=["type", "version", "after"]
)
def test_a_document_newer_than_this_process_is_not_guessed_at(change: dict[str, Any]) -> None:
    document = event_document.to_document(EVENTS[1]) | change
    for read in (event_document.to_event, event_document.to_state):
        with pytest.raises(NotUnderstoodError):
            read(document)


def test_a_message_newer_than_this_process_is_not_guessed_at() -> None:
    newer = event_proto.to_proto(replace(EVENTS[1], version=EVENT_VERSION + 1))
    unknown_body = event_proto.to_proto(EVENTS[1])
    unknown_body.ClearField("user_message")
    unknown_value = event_proto.to_proto(EVENTS[1])
    unknown_value.after.control.holder = 99  # type: ignore[assignment]  # a number of a newer contract
    for message in (newer, unknown_body, unknown_value):
        with pytest.raises(NotUnderstoodError):
            event_from_proto.to_event(message)


def test_ids_sort_by_seq_within_a_conversation() -> None:
    conversation_id = EVENTS[0].conversation_id
    ids = [event_document.event_id(conversation_id, seq) for seq in (1, 2, 255, 256, 65536, 2**40)]
    assert ids == sorted(ids)
    assert {len(each) for each in ids} == {24}
