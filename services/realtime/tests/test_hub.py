"""Fleeting things, replays and what waits in an outbox."""

import orjson
import pytest
from servicekit.clock import SystemClock

from services.realtime.domain.liveness import STALE_AFTER, Liveness
from services.realtime.domain.origin import origin_of
from services.realtime.domain.outbox import Outbox
from services.realtime.domain.ring import Ring
from services.realtime.tests.events import CONVERSATION, golden
from services.realtime.tests.test_ring import WORKSPACE, Screen, record
from services.realtime.use_cases import hub as hub_module
from services.realtime.use_cases.attendance import Agent, Attendance, Present
from services.realtime.use_cases.hub import Hub

BUDI = Agent("w", "budi", "Budi")


def _hub() -> Hub:
    hub = Hub(Ring(100, 1 << 20), lambda: 0.0, lambda _kind, _answer: None)
    hub.begin("t", {0: 0})
    hub.filled()
    return hub


def _composing(epoch: int) -> dict[str, object]:
    return {**golden("ephemeral", "composing")["browser"], "type": "", "conversation_id": "c", "epoch": epoch}


def test_composing_is_told_to_the_panel_under_the_current_epoch_only() -> None:
    hub, listing, panel = _hub(), Screen(), Screen()
    hub.take_in([record(0, 0, "c", 1, 1)])
    hub.join_list(listing, 1)
    hub.open_panel(panel, "c", 1)
    listing.told = panel.told = b""
    fleeting = {name: value for name, value in _composing(1).items() if name != "type"}
    assert hub.tell_fleeting(WORKSPACE, fleeting)
    assert not hub.tell_fleeting(WORKSPACE, {**fleeting, "epoch": 2})
    assert not hub.tell_fleeting("another workspace", {**fleeting, "epoch": 0})
    assert [frame["epoch"] for frame in panel.frames()] == [1]
    assert not listing.told


def test_viewing_and_typing_are_told_to_list_and_panel_of_the_workspace() -> None:
    hub, listing, panel, stranger = _hub(), Screen(), Screen(), Screen("another workspace")
    hub.join_list(listing, 1)
    hub.join_list(stranger, 1)
    hub.open_panel(panel, CONVERSATION, 1)
    listing.told = panel.told = stranger.told = b""
    for name in ("typing", "typing_user", "viewing"):
        fleeting = {key: value for key, value in golden("ephemeral", name)["browser"].items() if key != "type"}
        assert hub.tell_fleeting(WORKSPACE, fleeting)
    assert [frame["kind"] for frame in panel.frames()] == ["typing", "typing", "viewing"]
    assert panel.told == listing.told
    assert not stranger.told


def test_a_socket_is_given_no_cursor_before_its_first_answer() -> None:
    hub, returned = _hub(), Screen()
    cursor = hub.position()
    hub.take_in([record(0, 0, "c", 1, 1)])
    assert not hub.covers(returned)
    hub.resume(returned, cursor, ["c"], with_list=True)
    assert hub.covers(returned)
    hub.remove(returned, ["c"])
    assert not hub.covers(returned)


def test_a_replay_that_is_larger_than_a_fresh_fetch_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub_module, "MAX_REPLAY_BYTES", 100)
    hub, screen = _hub(), Screen()
    hub.take_in([record(0, offset, f"c{offset}", 1, offset + 1) for offset in range(10)])
    hub.join_list(screen, 0)
    assert [(frame["type"], frame.get("reason")) for frame in screen.frames()][:1] == [("resync", "too_much")]


def test_a_slow_outbox_merges_rows_drops_fleeting_frames_and_keeps_the_rest_in_order() -> None:
    outbox = Outbox()
    outbox.slow = True
    rows = [record(0, offset, f"c{offset % 2}", offset + 1, offset + 1) for offset in range(6)]
    outbox.add(b"first")
    for each in rows:
        outbox.add_rows(each.row_frame, [each])
    outbox.add_fleeting(b"typing")
    outbox.add(b"second")
    assert not outbox.complete
    assert outbox.take() == b"firstsecond"
    outbox.slow = False
    outbox.add_rows(rows[0].row_frame, [])
    merged = outbox.take()
    assert outbox.complete
    assert merged == rows[4].row_frame + rows[5].row_frame
    assert outbox.dropped == 1


def test_rows_of_one_turn_are_joined_without_being_read() -> None:
    outbox = Outbox()
    outbox.add_rows(b"ab", [])
    outbox.add(b"c")
    assert outbox.waiting_bytes == 3
    assert outbox.take() == b"abc"
    assert outbox.take() == b""


def test_an_agent_is_here_while_one_socket_is_and_away_when_they_said_so() -> None:
    changes: list[int] = []
    attendance = Attendance(lambda: changes.append(1))
    attendance.arrive(BUDI, 1)
    attendance.arrive(BUDI, 2)
    attendance.set_presence(BUDI, "away")
    attendance.set_presence(BUDI, "away")
    assert attendance.present() == [Present(BUDI, "away", said=True)]
    assert attendance.leave(BUDI, 1) == set()
    assert attendance.sockets_of(BUDI) == 1
    attendance.leave(BUDI, 2)
    assert attendance.leave(BUDI, 2) == set()
    assert attendance.present() == [Present(BUDI, "away", said=True)], "what was said is reported yet"
    attendance.reported(attendance.present())
    assert attendance.present() == []
    assert len(changes) == 4


def test_what_an_agent_says_is_reported_once_and_what_they_are_set_to_elsewhere_is_learned() -> None:
    attendance = Attendance(lambda: None)
    attendance.arrive(BUDI, 1)
    assert attendance.known_presence(BUDI) is None
    assert attendance.learn(BUDI, "away")
    assert not attendance.learn(BUDI, "away")
    assert attendance.present() == [Present(BUDI, "away", said=False)]
    attendance.set_presence(BUDI, "available")
    assert not attendance.learn(BUDI, "away"), "an answer to a report from before they said so"
    said = attendance.present()
    attendance.set_presence(BUDI, "away")
    attendance.reported(said)
    assert attendance.present() == [Present(BUDI, "away", said=True)], "said since then"
    attendance.reported(attendance.present())
    assert attendance.present() == [Present(BUDI, "away", said=False)]
    assert attendance.known_presence(BUDI) == "away"


def test_what_an_agent_looks_at_ends_with_the_last_socket_that_shows_it() -> None:
    attendance = Attendance(lambda: None)
    for socket in (1, 2):
        attendance.arrive(BUDI, socket)
        attendance.look_at(BUDI, socket, "c")
    assert attendance.viewed() == [(BUDI, "c")]
    assert not attendance.look_away(BUDI, 1, "c")
    assert attendance.leave(BUDI, 2) == {"c"}


def test_the_topic_is_live_only_while_every_partition_beats() -> None:
    now = SystemClock().now()
    liveness = Liveness(now)
    assert liveness.stale
    liveness.begin(2)
    liveness.beat(0, now)
    assert not liveness.check(now)
    liveness.beat(1, now - STALE_AFTER / 2)
    assert liveness.check(now)
    assert not liveness.stale
    assert liveness.check(now + STALE_AFTER)
    assert liveness.stale_since == now - STALE_AFTER / 2
    liveness.beat(0, now - STALE_AFTER)
    liveness.beat(1, now + STALE_AFTER)
    liveness.beat(0, now + STALE_AFTER)
    assert liveness.check(now + STALE_AFTER)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("https://Baton.Example/", "https://baton.example"),
        ("https://baton.example:443/x", "https://baton.example"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_the_origin_is_written_as_browsers_do(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_a_row_frame_is_json_that_says_what_it_is() -> None:
    frame = record(0, 0, "c", 1, 1).row_frame
    assert orjson.loads(frame[2:])["type"] == "row"
