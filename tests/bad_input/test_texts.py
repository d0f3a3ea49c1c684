"""Texts: to the byte at the limit, exact through every store and wire, and in no log."""

import json
import secrets
from collections.abc import AsyncIterator
from typing import Any

import pytest
from baton.conversation.v1 import control_pb2, event_pb2, platform_pb2
from pymongo import MongoClient

from tests.bad_input.evidence import Processes
from tests.bad_input.people import Side
from tests.harness.browser import Browser, Socket
from tests.harness.callers import Platform, new_id
from tests.harness.site import Site

LIMIT = 16 * 1024
# Of one, two, three and four bytes each; the limit counts bytes.
LETTERS = ["x", "é", "한", "🙂"]
EXACT = [
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏿 🇮🇩",
    "e\u0301 is not \u00e9, \u212b is not \u00c5, \ufb01 is not fi",
    "a" + "\u0316\u0301" * 50,
    "\u202eعربى\u202c \u2066\u05e2\u05d1\u05e8\u05d9\u05ea\u2069 \u200f",
    "Zażółć gęślą jaźń \U0001d11e 漢字 ไทย",
    " lead, trail \t\r\n and\u2028lines\u0085 ",
    '{"$gt": ""} $where <script>alert(1)</script> \\u0000 %00 \ufeff\ufffd\uffff',
    "\x01\x1b[31m\x7f",
]


@pytest.fixture(name="platform")
async def platform_fixture(stack: Site, sides: tuple[Side, Side]) -> AsyncIterator[Platform]:
    platform = Platform(stack.public_targets(), sides[0].api_key, seed=1)
    yield platform
    await platform.close()


@pytest.fixture(name="agent")
async def agent_fixture(stack: Site, sides: tuple[Side, Side]) -> AsyncIterator[Browser]:
    async with Browser(stack.urls()[0], sides[0].agent.email, sides[0].agent.password) as browser:
        yield browser


async def opened(agent: Browser, conversation_id: str) -> Socket:
    socket = await agent.open_socket()
    socket.send(type="conversation.open", conversation_id=conversation_id, after_seq=0)
    return socket


@pytest.mark.parametrize("letter", LETTERS)
async def test_sixteen_kibibytes_are_taken_and_one_more_byte_is_not(platform: Platform, agent: Browser, letter: str) -> None:
    full = letter * (LIMIT // len(letter.encode()))
    full += "x" * (LIMIT - len(full.encode()))
    started = await platform.start(new_id())
    conversation = started.conversation_id
    for said in (await platform.user_says(conversation, full), await platform.ai_says(conversation, full, started.epoch)):
        assert not said.refusal
    for said in (await platform.user_says(conversation, full + "x"), await platform.ai_says(conversation, full + "x", started.epoch)):
        assert said.refusal == "INVALID"
    taken = await agent.command(conversation, "take-over")
    await agent.command(conversation, "messages", text=full, seen_seq=taken["seq"])
    noted = await agent.command(conversation, "notes", text=full)
    seen: dict[str, Any] = {"seen_seq": noted["seq"]}
    assert await agent.refusal(conversation, "messages", text=full + "x", **seen) == (422, "INVALID")
    assert await agent.refusal(conversation, "notes", text=full + "x") == (422, "INVALID")
    assert await agent.refusal(conversation, "hand-back", message=full + "x", **seen) == (422, "INVALID")
    assert await agent.refusal(conversation, "hand-back", brief={"summary": full + "x"}, **seen) == (422, "INVALID")
    await agent.command(conversation, "hand-back", brief={"summary": full}, **seen)
    page = await agent.get(f"/api/conversations/{conversation}/events", after_seq=0)
    assert [event["body"]["text"] == full for event in page["events"] if event["type"].endswith("_message")] == [True] * 3


async def test_texts_are_exact_from_grpc_through_mongodb_to_rest_socket_and_watch(stack: Site, platform: Platform, agent: Browser) -> None:
    started = await platform.start(new_id())
    conversation = started.conversation_id
    watch = platform.stubs[0].Watch(platform_pb2.WatchRequest(consumer_name=new_id(), catch_up=True), metadata=platform.metadata, timeout=60)
    socket = await opened(agent, conversation)
    for text in EXACT:
        assert not (await platform.user_says(conversation, text)).refusal
    taken = await agent.command(conversation, "take-over")
    for text in EXACT:
        last = await agent.command(conversation, "messages", text=text, seen_seq=taken["seq"])

    await socket.wait_for("event", lambda frame: frame["event"]["seq"] == last["seq"])
    framed = [frame["event"] for frame in socket.of_type("event")]
    listed = (await agent.get(f"/api/conversations/{conversation}/events", after_seq=0))["events"]
    with MongoClient[dict[str, Any]](stack.mongodb_uri) as client:
        kept = list(client["baton_conversation"]["events"].find({"c": conversation}).sort("s"))
    for kind in ("user_message", "human_message"):
        assert [event["body"]["text"] for event in framed if event["type"] == kind] == EXACT
        assert [event["body"]["text"] for event in listed if event["type"] == kind] == EXACT
        assert [document["body"]["text"].encode() for document in kept if document["t"] == kind] == [text.encode() for text in EXACT]
    # At least once: what it caught up with may come again.
    watched: dict[int, bytes] = {}
    async for item in watch:
        if item.conversation_id == conversation and item.HasField("message"):
            watched[item.seq] = item.message.text.encode()
        if len(watched) == len(EXACT):
            break
    watch.cancel()
    assert list(watched.values()) == [text.encode() for text in EXACT]


async def test_what_people_write_is_in_no_log(stack: Site, sides: tuple[Side, Side], platform: Platform, agent: Browser) -> None:
    processes, mark = Processes(stack), f"secret-{secrets.token_hex(8)}"

    async def send(route: str, body: dict[str, Any]) -> None:
        method, _, path = route.partition(" ")
        await agent.send(method, path, content=json.dumps(body), headers={"Content-Type": "application/json"})

    request = platform_pb2.StartConversationRequest(
        command_id=new_id(),
        platform_conversation_id=new_id(),
        user=event_pb2.EndUser(id=mark, name=mark, email=f"{mark}@mail.example", locale="en"),
        ai_agent=control_pb2.AiAgentRef(id="bot", name="Bot"),
        attributes={"order": mark},
    )
    started = await platform.command([platform.stubs[0].StartConversation], request, platform.metadata)
    conversation, epoch = started.conversation_id, started.epoch
    bad = [f"{mark}\0", mark + "x" * LIMIT]
    for text in (mark, *bad):
        await platform.user_says(conversation, text)
        await platform.ai_says(conversation, text, epoch)
        asked = platform_pb2.RequestHumanRequest(
            command_id=new_id(), conversation_id=conversation, epoch=epoch, by=event_pb2.REQUESTED_BY_AI, reason=text, summary=text, suggested_reply=text
        )
        await platform.command([platform.stubs[0].RequestHuman], asked, platform.metadata)
    typing = platform_pb2.ReportTypingRequest(conversation_id=conversation, epoch=epoch, partial_text=mark, active=True)
    await platform.stubs[0].ReportTyping(typing, metadata=platform.metadata)
    taken = await agent.command(conversation, "take-over")
    # Late: it becomes a draft.
    await platform.ai_says(conversation, mark, epoch)
    seen = {"seen_seq": taken["seq"] + 1}
    for text in (mark, *bad, f"{mark}\ud800"):
        for name, body in (("messages", {"text": text, **seen}), ("notes", {"text": text}), ("transfer", {"note": text, "to_agent_id": new_id(), **seen})):
            await send(f"POST /api/conversations/{conversation}/{name}", {"command_id": new_id(), **body})
        for body in ({"name": mark, "text": text}, {"name": text, "text": mark}):
            await send("PUT /api/templates", body)
        await agent.send("GET", "/api/conversations", params={"search": text.encode(errors="replace").decode(), "page_token": mark})
        await send("POST /api/session/login", {"email": f"{mark}@mail.example", "password": text})
        await send("POST /api/session/set-password", {"link_token": mark, "password": text})
    socket = await agent.open_socket()
    socket.send(type="authenticate", ticket=mark)
    socket.send(type=mark)
    newest = (await agent.get(f"/api/conversations/{conversation}"))["seq"]
    await agent.command(conversation, "hand-back", seen_seq=newest, message=mark, brief={"summary": mark, "promised": mark})

    logs = processes.logs()
    assert [service for service, text in logs.items() if mark in text] == []
    assert [service for service, text in logs.items() for secret in (sides[0].api_key, sides[0].agent.token, sides[0].agent.password) if secret in text] == []
    assert processes.complaints() == []
