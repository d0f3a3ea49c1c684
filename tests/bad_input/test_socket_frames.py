"""Each inbound frame with what its fields do not take: the socket is closed with a code that says stop, and the gateway lives on."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from picows import WSError, WSMsgType, ws_connect

from deploy.local.parts import ROOT
from tests.bad_input import values
from tests.bad_input.forgeries import forged_users
from tests.bad_input.people import Side
from tests.harness.browser import Browser, Socket, closed
from tests.harness.site import Site

PROTOCOL_ERROR, NOT_AUTHENTICATED, AUTHENTICATE_AGAIN = 4500, 4502, 4003
# One golden example for each frame that browsers send; a new frame comes with its own.
GOLDEN = ROOT / "proto" / "golden" / "frames" / "client"
AT_ONCE = 10

RAW: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{'type': 'pong'}",
    "null": b"null",
    "a list": b'["pong"]',
    "not UTF-8": b'{"type": "pong\xff"}',
    "nested without end": b"[" * 60_000,
    "an unknown type": b'{"type": "$where"}',
    "a type that is an operator": b'{"type": {"$gt": ""}}',
    "no type": b'{"presence": "away"}',
    "a field beside": b'{"type": "pong", "$where": "1"}',
    "a number without end": b'{"type": "conversation.open", "after_seq": ' + b"9" * 5_000 + b"}",
}


class RawSocket(Socket):
    """A socket that sends bytes as they are."""

    def send_raw(self, payload: bytes, kind: WSMsgType = WSMsgType.TEXT, *, fin: bool = True) -> None:
        assert self._transport is not None
        self._transport.send(kind, payload, fin=fin)


async def raw_socket(url: str, headers: dict[str, str]) -> RawSocket:
    socket = RawSocket()
    await ws_connect(lambda: socket, url.replace("http", "ws", 1) + "/api/socket", extra_headers=headers)
    return socket


@pytest.fixture(scope="module", name="browser")
async def browser_fixture(stack: Site, sides: tuple[Side, Side]) -> AsyncIterator[Browser]:
    agent = sides[0].agent
    async with Browser(stack.urls()[0], agent.email, agent.password) as browser:
        yield browser


pytestmark = pytest.mark.usefixtures("browser", "unharmed")


def golden_frames() -> list[Path]:
    return sorted(GOLDEN.glob("*.json"))


def bad_frames(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the frame with each of its fields gone wrong; a value of the field's own type is left out where anything of it will do."""
    frame = json.loads(path.read_text())
    for name, good in frame.items():
        for what, value in values.JSON_VALUES.items():
            free = isinstance(good, bool) and isinstance(value, bool)
            ticket = name == "ticket" and isinstance(value, str) and "surrogate" not in what
            counted = name == "after_seq" and value == 7
            listed = name == "conversations" and value is None
            if not (free or ticket or counted or listed):
                yield f"{path.stem} {name} is {what}", {**frame, name: value}
        if name not in {"list", "conversations"}:
            yield f"{path.stem} without {name}", {key: value for key, value in frame.items() if key != name}


async def end_of(browser: Browser, payload: bytes) -> tuple[int | None, list[str]]:
    """Return how a socket ends that sent this, and what it was told beside its greeting and what all are told."""
    socket = await raw_socket(browser.url, browser.socket_headers())
    await socket.wait_for("hello", deadline_seconds=30)
    socket.send_raw(payload)
    code = await closed(socket)
    return code, [frame["type"] for frame in socket.frames if frame["type"] not in {"hello", "presence", "ping", "live", "stale"}]


async def ends_of(browser: Browser, payloads: dict[str, bytes]) -> dict[str, tuple[int | None, list[str]]]:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(payload: bytes) -> tuple[int | None, list[str]]:
        async with places:
            return await end_of(browser, payload)

    return dict(zip(payloads, await asyncio.gather(*map(one, payloads.values())), strict=True))


async def test_a_frame_with_a_bad_field_ends_its_socket_and_does_nothing(browser: Browser) -> None:
    payloads = {what: json.dumps(frame).encode() for path in golden_frames() for what, frame in bad_frames(path)}
    assert len(payloads) > 200
    ends = await ends_of(browser, payloads)
    assert {what: end for what, end in ends.items() if end != (PROTOCOL_ERROR, [])} == {}


async def test_what_is_no_frame_at_all_ends_its_socket(browser: Browser) -> None:
    ends = await ends_of(browser, RAW)
    assert {what: end for what, end in ends.items() if end != (PROTOCOL_ERROR, [])} == {}


async def test_binary_fragments_out_of_order_and_too_much_end_the_socket(browser: Browser) -> None:
    socket = await raw_socket(browser.url, browser.socket_headers())
    await socket.wait_for("hello")
    socket.send_raw(b'{"type": "pong"}', WSMsgType.BINARY)
    assert await closed(socket) == PROTOCOL_ERROR

    socket = await raw_socket(browser.url, browser.socket_headers())
    await socket.wait_for("hello")
    socket.send_raw(b'"pong"}', WSMsgType.CONTINUATION)
    assert await closed(socket) is not None

    socket = await raw_socket(browser.url, browser.socket_headers())
    await socket.wait_for("hello")
    for number in range(3):
        socket.send_raw(b" " * 30_000, WSMsgType.TEXT if number == 0 else WSMsgType.CONTINUATION, fin=False)
    assert await closed(socket) == PROTOCOL_ERROR

    socket = await raw_socket(browser.url, browser.socket_headers())
    await socket.wait_for("hello")
    socket.send_raw(b'{"type": "authenticate", "ticket": "' + b"x" * 1024 * 1024 + b'"}')
    await closed(socket)


async def test_odd_but_possible_frames_are_borne(browser: Browser) -> None:
    socket = await browser.open_socket()
    unknown = "00000000-0000-4000-8000-000000000000"
    socket.send(type="list.subscribe", projected_at="9" * 20)
    socket.send(type="list.subscribe", projected_at="0")
    socket.send(type="conversation.open", conversation_id=unknown, after_seq=2**53 - 1)
    socket.send(type="conversation.close", conversation_id=unknown)
    socket.send(type="typing", conversation_id=unknown, active=False)
    socket.send(type="authenticate", ticket='{"$gt": ""}')
    socket.send(type="resume", cursor="eyJ0IjoiJHdoZXJlIiwibyI6WzkyMjMzNzIwMzY4NTQ3NzU4MDddfQ", conversations=[unknown])
    await socket.wait_for("resync")
    pings = len(socket.of_type("ping"))
    await socket.wait_for("ping", lambda _: len(socket.of_type("ping")) > pings, deadline_seconds=30)
    assert not socket.is_over


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", ""])
async def test_no_other_page_opens_a_socket(browser: Browser, origin: str) -> None:
    with pytest.raises(WSError):
        await raw_socket(browser.url, {**browser.socket_headers(), "Origin": origin})


async def test_who_is_not_known_is_not_greeted(browser: Browser, stack: Site, sides: tuple[Side, Side]) -> None:
    async def come(token: str = "", ticket: object = None) -> tuple[int | None, list[dict[str, Any]]]:
        socket = await raw_socket(browser.url, {"Origin": browser.url, **({"Cookie": f"baton_access={token}"} if token else {})})
        socket.send(type="list.subscribe", projected_at="0")
        if ticket is not None:
            socket.send(type="authenticate", ticket=ticket)
        return await closed(socket, 30), socket.frames

    cookies = forged_users(stack, sides[0])
    ends = await asyncio.gather(*(come(token) for token in cookies.values()))
    assert dict(zip(cookies, ends, strict=True)) == dict.fromkeys(cookies, (AUTHENTICATE_AGAIN, []))
    tickets = ["x", '{"$gt": ""}', "a\0b", "\u202e", "x" * 1_024, sides[0].agent.token[:1_000], sides[0].api_key]
    assert await asyncio.gather(*(come(ticket=ticket) for ticket in tickets)) == [(NOT_AUTHENTICATED, [])] * len(tickets)
    assert await come() == (AUTHENTICATE_AGAIN, [])
