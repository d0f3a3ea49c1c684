"""The socket through a real server, with a real client."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from baton.auth.v1 import auth_pb2
from baton.conversation.v1 import agent_pb2, internal_pb2
from baton.conversation.v1.event_pb2 import EventRecord
from picows import WSHandshakeError
from servicekit.errors import UnauthenticatedError

from services.realtime.adapters import presence_reports
from services.realtime.domain.close_codes import CloseCode
from services.realtime.entrypoints.socket import conversing
from services.realtime.tests.conftest import BUDI, WORKSPACE, GatewayUnderTest
from services.realtime.tests.events import CONVERSATION, message
from tests.harness.waiting import wait_until

OTHER_WORKSPACE = "ffffffff-6d0b-4a35-9d0e-6f4b9a1f2c11"
OTHER_CONVERSATION = "aaaaaaaa-7a0e-5f5e-8b1d-2f6f6a9f0d21"


async def test_a_cookie_opens_a_socket_and_says_who_it_is(gateway: GatewayUnderTest) -> None:
    browser = await gateway.browser()
    hello = await browser.next_of("hello")
    assert hello["session"] == {"account_id": BUDI, "workspace_id": WORKSPACE, "name": "Budi Santoso", "display_name": "Budi Santoso", "role": "agent"}
    assert hello["stale"] is True


@pytest.mark.parametrize("origin", ["http://evil.test", "null", "https://baton.test"])
async def test_another_origin_is_refused_before_the_upgrade(gateway: GatewayUnderTest, origin: str) -> None:
    with pytest.raises(WSHandshakeError) as refused:
        await gateway.connect(origin=origin, cookie=gateway.cookie())
    assert refused.value.response is not None
    assert int(refused.value.response.status) == 403


async def test_a_token_that_is_not_valid_is_told_to_refresh_and_come_back(gateway: GatewayUnderTest) -> None:
    browser = await gateway.connect(cookie="baton_access=nonsense")
    assert await browser.closed() == CloseCode.AUTHENTICATE_AGAIN


async def test_a_ticket_opens_a_socket_without_cookies_and_frames_sent_at_once_are_kept(gateway: GatewayUnderTest) -> None:
    gateway.services.answers["RedeemTicket"] = lambda _: auth_pb2.RedeemTicketResponse(
        workspace_id=WORKSPACE, account_id=BUDI, session_id="s", role=auth_pb2.ROLE_SUPERVISOR, name="Budi", display_name="B"
    )
    gateway.begin()
    browser = await gateway.connect()
    browser.send("authenticate", ticket="once")
    browser.send("list.subscribe", projected_at="0")
    assert (await browser.next_of("hello"))["session"]["role"] == "supervisor"
    await browser.next_of("subscribed")


async def test_a_bad_ticket_ends_the_socket_for_good(gateway: GatewayUnderTest) -> None:
    def refuse(_: object) -> auth_pb2.RedeemTicketResponse:
        raise UnauthenticatedError("TICKET_INVALID", "No.")

    gateway.services.answers["RedeemTicket"] = refuse
    browser = await gateway.connect()
    browser.send("authenticate", ticket="twice")
    assert await browser.closed() == CloseCode.NOT_AUTHENTICATED


async def test_who_shows_nothing_is_to_refresh_the_session_and_come_back(gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversing, "AUTHENTICATE_SECONDS", 0.05)
    browser = await gateway.connect()
    assert await browser.closed() == CloseCode.AUTHENTICATE_AGAIN


async def test_a_user_has_so_many_sockets_and_no_more(gateway: GatewayUnderTest) -> None:
    browsers = [await gateway.browser() for _ in range(3)]
    fourth = await gateway.connect(cookie=gateway.cookie())
    assert await fourth.closed() == CloseCode.TOO_MANY_SOCKETS
    browsers[0].leave()
    await browsers[0].closed()
    assert (await gateway.browser()).close_code is None


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"{",
        b"[]",
        b"\xff",
        b'{"type":"nothing"}',
        b'{"type":"typing","conversation_id":{"$gt":""},"active":true}',
        b'{"type":"resume","cursor":"%%"}',
        b'{"type":"list.subscribe","projected_at":1}',
        b'{"type":"list.subscribe","projected_at":"1","more":1}',
    ],
)
async def test_a_frame_that_the_contract_does_not_know_ends_the_socket(gateway: GatewayUnderTest, payload: bytes) -> None:
    browser = await gateway.browser()
    browser.send_raw(payload)
    assert await browser.closed() == CloseCode.PROTOCOL_ERROR


async def test_a_frame_above_64_kib_is_not_read(gateway: GatewayUnderTest) -> None:
    browser = await gateway.browser()
    browser.send_raw(b" " * (64 * 1024 + 1))
    assert await browser.closed() == 1009


async def test_more_frames_than_a_person_causes_end_the_socket(gateway: GatewayUnderTest) -> None:
    browser = await gateway.browser()
    for _ in range(250):
        browser.send("pong")
    assert await browser.closed() == CloseCode.TOO_MANY_FRAMES


async def test_the_list_gets_patches_and_a_panel_gets_every_event_in_one_write_a_turn(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    browser = await gateway.browser()
    browser.send("list.subscribe", projected_at="0")
    browser.send("conversation.open", conversation_id=CONVERSATION, after_seq=0)
    await browser.next_of("subscribed", 2)
    gateway.happen(*[message(seq) for seq in range(1, 6)])
    gateway.happen(message(1, conversation=OTHER_CONVERSATION, cluster_time=9), partition=1)
    await browser.next_of("row", 6)
    assert [frame["event"]["seq"] for frame in browser.of("event")] == [1, 2, 3, 4, 5]
    assert [frame["patch"]["seq"] for frame in browser.of("row")] == [1, 2, 3, 4, 5, 1]


async def test_nothing_crosses_a_workspace(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    stranger = await gateway.browser(workspace=OTHER_WORKSPACE, account="other")
    gateway.happen(message(1))
    stranger.send("list.subscribe", projected_at="0")
    stranger.send("conversation.open", conversation_id=CONVERSATION, after_seq=0)
    await stranger.next_of("subscribed", 2)
    gateway.happen(message(2), message(1, workspace=OTHER_WORKSPACE, conversation=OTHER_CONVERSATION, cluster_time=3))
    await stranger.next_of("row")
    stranger.send("resume", cursor=stranger.of("cursor")[0]["cursor"], conversations=[CONVERSATION])
    await stranger.next_of("subscribed", 4)
    assert {frame["patch"]["conversation_id"] for frame in stranger.of("row")} == {OTHER_CONVERSATION}
    assert not stranger.of("event")


async def test_a_join_replays_exactly_what_is_newer_than_the_snapshot(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    gateway.happen(*[message(seq, conversation=f"{seq:08x}-7a0e-5f5e-8b1d-2f6f6a9f0d21") for seq in range(1, 10)])
    browser = await gateway.browser()
    browser.send("list.subscribe", projected_at="6")
    await browser.next_of("subscribed")
    assert [frame["patch"]["seq"] for frame in browser.of("row")] == [7, 8, 9]


async def test_a_join_that_the_ring_does_not_reach_back_to_is_told_to_reload(gateway: GatewayUnderTest) -> None:
    gateway.begin(starts={0: 100, 1: 0})
    gateway.happen(message(50))
    browser = await gateway.browser()
    browser.send("list.subscribe", projected_at="49")
    assert (await browser.next_of("resync")) == {"type": "resync", "scope": "list", "reason": "too_old"}
    browser.send("list.subscribe", projected_at="50")
    await browser.next_of("subscribed")


async def test_a_socket_that_comes_back_gets_what_it_missed_on_another_gateway_too(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    browser = await gateway.browser()
    browser.send("list.subscribe", projected_at="0")
    browser.send("conversation.open", conversation_id=CONVERSATION, after_seq=0)
    await browser.next_of("subscribed", 2)
    gateway.happen(message(1), message(2))
    # A ping that was on its way before them leads to before them.
    cursor = gateway.running.hub.position().encode()
    await wait_until(lambda: cursor in [ping.get("cursor") for ping in browser.of("ping")], 30, what="a ping with both")
    browser.leave()
    gateway.happen(message(3), message(4))
    gateway.happen(message(1, conversation=OTHER_CONVERSATION, cluster_time=5), partition=1)
    # Another replica has read the same topic: the cursor is all that the browser brings.
    gateway.begin()
    gateway.happen(message(1), message(2), message(3), message(4))
    gateway.happen(message(1, conversation=OTHER_CONVERSATION, cluster_time=5), partition=1)
    back = await gateway.browser()
    back.send("resume", cursor=cursor, conversations=[CONVERSATION])
    await back.next_of("subscribed", 2)
    assert [frame["event"]["seq"] for frame in back.of("event")] == [3, 4]
    assert {(frame["patch"]["conversation_id"], frame["patch"]["seq"]) for frame in back.of("row")} == {(CONVERSATION, 4), (OTHER_CONVERSATION, 1)}
    gateway.happen(message(5))
    await back.next_of("event", 3)


async def test_a_cursor_ahead_of_this_gateway_waits_until_it_has_caught_up(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    gateway.happen(message(1), message(2), message(3))
    cursor = gateway.running.hub.position().encode()
    gateway.begin()
    gateway.happen(message(1))
    browser = await gateway.browser()
    browser.send("resume", cursor=cursor, conversations=[CONVERSATION])
    browser.send("presence", presence="away")
    gateway.happen(message(2))
    gateway.happen(message(3), message(4))
    await browser.next_of("subscribed", 2)
    assert [frame["event"]["seq"] for frame in browser.of("event")] == [4]


async def test_a_cursor_beyond_the_end_and_one_of_another_topic_are_told_to_reload(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    gateway.happen(message(1), message(2))
    beyond = gateway.running.hub.position().encode()
    gateway.begin("another topic")
    other = gateway.running.hub.position().encode()
    gateway.begin()
    for cursor, reason in ((beyond, "beyond_end"), (other, "other_topic")):
        browser = await gateway.browser()
        browser.send("resume", cursor=cursor, conversations=[CONVERSATION])
        assert (await browser.next_of("resync"))["reason"] == reason
        assert (await browser.next_of("resync", 2))["conversation_id"] == CONVERSATION


async def test_a_topic_that_starts_over_tells_everybody_to_reload(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    browser = await gateway.browser()
    browser.send("list.subscribe", projected_at="0")
    browser.send("conversation.open", conversation_id=CONVERSATION, after_seq=0)
    await browser.next_of("subscribed", 2)
    gateway.begin("made anew")
    assert {(frame["scope"], frame["reason"]) for frame in [await browser.next_of("resync", number) for number in (1, 2)]} == {
        ("list", "restarted"),
        ("conversation", "restarted"),
    }


async def test_a_join_before_the_ring_is_filled_waits_for_it(gateway: GatewayUnderTest) -> None:
    browser = await gateway.browser()
    browser.send("list.subscribe", projected_at="0")
    await browser.next_of("ping")
    assert not browser.of("subscribed")
    assert "cursor" not in browser.of("ping")[0]
    gateway.begin()
    await browser.next_of("subscribed")


async def test_a_slow_browser_is_bounded_told_to_come_back_and_others_do_not_notice(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    quick, slow = await gateway.browser(), await gateway.browser()
    for browser in (quick, slow):
        browser.send("conversation.open", conversation_id=CONVERSATION, after_seq=0)
        await browser.next_of("subscribed")
    assert slow.transport is not None
    slow.transport.underlying_transport.pause_reading()
    text = "x" * 16_000
    seq, worst = 0, 0
    while len(gateway.running.sockets.admitted()) == 2:
        seq += 10
        gateway.happen(*[message(number, text=text) for number in range(seq - 9, seq + 1)])
        await quick.next_of("event", seq)
        worst = max([worst, *(connection.unsent_bytes for connection in gateway.running.sockets.admitted())])
        assert seq < 5_000, "the slow socket was never closed"
    assert worst < 2 * 1024 * 1024
    slow.transport.underlying_transport.resume_reading()
    assert await slow.closed() in {CloseCode.TOO_SLOW, 1006}
    assert quick.close_code is None


async def test_a_slow_list_gets_the_newest_of_each_row_once_it_reads_again(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    slow = await gateway.browser()
    slow.send("list.subscribe", projected_at="0")
    await slow.next_of("subscribed")
    assert slow.transport is not None
    slow.transport.underlying_transport.pause_reading()
    (connection,) = gateway.running.sockets.admitted()
    total = 0
    while connection.complete:
        gateway.happen(*[message(total + seq, text="y" * 200) for seq in range(1, 101)])
        total += 100
        await asyncio.sleep(0)
        assert total < 50_000, "the socket was never slow"
    assert connection.unsent_bytes < 2 * 1024 * 1024
    slow.transport.underlying_transport.resume_reading()
    await slow.until(lambda: bool(slow.of("row")) and slow.of("row")[-1]["patch"]["seq"] == total, "the newest row")
    assert len(slow.of("row")) < total
    await slow.until(lambda: "cursor" in slow.of("ping")[-1] if slow.of("ping") else False, "a cursor")


async def test_a_revoked_session_is_closed_for_good_and_a_changed_account_comes_back(gateway: GatewayUnderTest) -> None:
    mine, other_session = await gateway.browser(session="revoked"), await gateway.browser(session="session-2")
    revocation = auth_pb2.Revocation(kind=auth_pb2.REVOCATION_KIND_SESSION, id="revoked")
    revocation.at.GetCurrentTime()
    gateway.services.revocations.append(revocation)
    assert await mine.closed() == CloseCode.SESSION_ENDED
    assert other_session.close_code is None
    changed = auth_pb2.Revocation(kind=auth_pb2.REVOCATION_KIND_ACCOUNT, id=BUDI)
    changed.at.GetCurrentTime()
    gateway.services.revocations.append(changed)
    assert await other_session.closed() == CloseCode.AUTHENTICATE_AGAIN


async def test_presence_is_reported_at_once_with_everybody_who_is_here(gateway: GatewayUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def reported() -> list[tuple[str, int]]:
        calls = [call for call in gateway.services.calls if call.rpc == "ReportPresence"]
        return [(agent.agent_id, agent.presence) for agent in calls[-1].request.agents] if calls else []

    async def until(expected: list[tuple[str, int]]) -> None:
        await wait_until(lambda: reported() == expected, 30, what=f"{expected} are reported")

    monkeypatch.setattr(presence_reports, "REPORT_SECONDS", 60.0)
    browser = await gateway.browser()
    await until([(BUDI, 1)])
    browser.send("presence", presence="away")
    await until([(BUDI, 2)])
    browser.leave()
    await until([])


async def test_all_browsers_of_an_agent_learn_what_they_are_set_to(gateway: GatewayUnderTest) -> None:
    def set_to_away(request: internal_pb2.ReportPresenceRequest) -> internal_pb2.ReportPresenceResponse:
        agents = [
            internal_pb2.ReportedAgent(workspace_id=each.workspace_id, agent_id=each.agent_id, presence=agent_pb2.PRESENCE_AWAY) for each in request.agents
        ]
        return internal_pb2.ReportPresenceResponse(agents=agents)

    gateway.services.answers["ReportPresence"] = set_to_away
    first = await gateway.browser()
    assert (await first.next_of("presence"))["presence"] == "away"
    second = await gateway.browser()
    assert (await second.next_of("presence"))["presence"] == "away"
    del gateway.services.answers["ReportPresence"]
    second.send("presence", presence="available")
    for browser in (first, second):
        assert (await browser.next_of("presence", 2))["presence"] == "available"


async def test_a_gateway_that_ends_sends_everybody_elsewhere(gateway: GatewayUnderTest) -> None:
    browsers = [await gateway.browser() for _ in range(3)]
    await gateway.running.sockets.drain(5)
    assert [await browser.closed() for browser in browsers] == [CloseCode.MOVING] * 3


async def test_without_kafka_the_process_stays_and_says_so(gateway: GatewayUnderTest) -> None:
    assert "Kafka" in gateway.running.events.problem or "not read" in gateway.running.events.problem
    browser = await gateway.browser()
    assert browser.of("hello")[0]["stale"] is True


async def test_silence_of_the_relay_is_told_and_so_is_its_end(gateway: GatewayUnderTest) -> None:
    browser = await gateway.browser()
    gateway.begin()
    beat = EventRecord()
    for seconds_ago, word in ((0, "live"), (60, "stale")):
        gateway.running.liveness.begin(0)
        gateway.running.liveness.begin(2)
        beat.heartbeat.at.FromDatetime(datetime.now(UTC) - timedelta(seconds=seconds_ago))
        for partition in (0, 1):
            gateway.happen(beat, partition=partition)
        await browser.next_of(word)


async def test_a_record_that_cannot_be_read_stops_nothing(gateway: GatewayUnderTest) -> None:
    gateway.begin()
    browser = await gateway.browser()
    browser.send("conversation.open", conversation_id=CONVERSATION, after_seq=0)
    await browser.next_of("subscribed")
    impossible = message(1)
    impossible.event.at.seconds = -(2**40)
    strange = message(2)
    strange.event.after.control.cause = 99  # type: ignore[assignment]  # of a newer contract
    gateway.happen(impossible, EventRecord(), strange)
    assert (await browser.next_of("event"))["event"]["control"]["cause"] == "unknown"
