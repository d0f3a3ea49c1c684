"""Nothing crosses workspaces: every id of the one is, used from the other, an id that nobody has."""

import json
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import grpc
import grpc.aio
import pytest
from baton.conversation.v1 import platform_pb2
from google.protobuf.message import Message

from tests.bad_input.conftest import Callers
from tests.bad_input.people import Side
from tests.bad_input.requests import Spot, baseline, spots
from tests.bad_input.rpcs import Reply, Rpc
from tests.harness.browser import Browser, Socket
from tests.harness.callers import Platform, refusal_of
from tests.harness.site import Site

# Filters: another's id lets nothing pass.
FILTERS = {"ListConversations", "ExportLog", "ReportPresence"}


def foreign(rpc: Rpc, here: Side, there: Side) -> list[tuple[Spot, Message]]:
    """Return the RPC's requests with one id each of the other side, all others of this one."""
    request = baseline(rpc)
    for spot in spots(request):
        if spot.name in here.ids():
            request = spot.set(request, here.ids()[spot.name])
    return [(spot, spot.set(request, there.ids()[spot.name])) for spot in spots(request) if spot.name in there.ids()]


@pytest.mark.usefixtures("unharmed")
@pytest.mark.parametrize(("near", "far"), [(0, 1), (1, 0)])
async def test_another_workspaces_ids_are_answered_as_ids_that_nobody_has(
    rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side], near: int, far: int
) -> None:
    here, there, faults, calls = sides[near], sides[far], [], 0
    for rpc in rpcs:
        if rpc.name in FILTERS:
            continue
        for spot, request in foreign(rpc, here, there):
            reply = await rpc(request.SerializeToString(), callers.of(rpc, here))
            unknown = await rpc(spot.set(request, str(uuid.uuid4())).SerializeToString(), callers.of(rpc, here))
            calls += 1
            if reply.code is not grpc.StatusCode.NOT_FOUND or _told(reply) != _told(unknown):
                faults.append(f"{rpc.service}.{rpc.name} {spot.name}: {reply} and not {unknown}")
    assert calls > 20
    assert not faults, "\n".join(faults)


def _told(reply: Reply) -> tuple[object, ...]:
    return reply.code, reply.reason, reply.message, reply.details_bytes


@pytest.mark.usefixtures("unharmed")
async def test_lists_and_figures_show_their_own_workspace_alone(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side]) -> None:
    here, there = sides
    secrets = [value.encode() for value in {*there.ids().values(), there.agent.email, there.admin.id}]
    listing = [rpc for rpc in rpcs if rpc.name.startswith(("List", "Get")) and rpc.listener != "platform" and rpc.service != "TrustService"]
    assert len(listing) > 8
    for rpc in listing:
        request: Any = rpc.request() if rpc.name != "GetFigures" else baseline(rpc)
        reply = await rpc(request.SerializeToString(), callers.of(rpc, here))
        assert not [secret for secret in secrets if secret in reply.content], rpc.name
    rows = next(rpc for rpc in rpcs if rpc.name == "ListConversations")
    for filtered in ({"agent_ids": [there.agent.id]}, {"ai_agent_ids": [there.platform_id]}, {"user_id": there.conversation_id}, {"search": there.agent.email}):
        reply = await rows(type(rows.request())(**filtered).SerializeToString(), callers.of(rows, here))
        assert not rows.response(reply.content).rows


async def test_a_platform_watches_its_own_conversations_alone(stack: Site, sides: tuple[Side, Side]) -> None:
    for side in sides:
        platform = Platform(stack.public_targets(), side.api_key, seed=1)
        request = platform_pb2.WatchRequest(consumer_name="alone", catch_up=True)
        seen = set()
        async for item in platform.stubs[0].Watch(request, metadata=platform.metadata, timeout=30):
            if item.HasField("caught_up"):
                break
            seen.add(item.conversation_id)
        await platform.close()
        assert side.conversation_id in seen
        assert not {other.conversation_id for other in sides if other is not side} & seen


async def test_a_cursor_that_was_never_given_begins_no_stream(stack: Site, sides: tuple[Side, Side]) -> None:
    platform = Platform(stack.public_targets(), sides[0].api_key, seed=1)
    watch = platform.stubs[0].Watch
    call = watch(platform_pb2.WatchRequest(consumer_name="odd"), metadata=platform.metadata, timeout=30)
    first = await call.read()
    call.cancel()
    assert isinstance(first, platform_pb2.WatchResponse)
    given = json.loads(urlsafe_b64decode(first.cursor + "=="))
    changes: list[dict[str, object]] = [{"t": "$where"}, {"o": []}, {"o": [*given["o"], 0]}, {"o": [2**63 - 1] * len(given["o"])}]
    for change in changes:
        cursor = urlsafe_b64encode(json.dumps({**given, **change}).encode()).decode().rstrip("=")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            async for _ in watch(platform_pb2.WatchRequest(consumer_name="odd", cursor=cursor), metadata=platform.metadata, timeout=15):
                pass
        assert (refused.value.code(), refusal_of(refused.value)[0]) == (grpc.StatusCode.OUT_OF_RANGE, "CURSOR_EXPIRED"), change
    await platform.close()


async def test_a_socket_is_told_nothing_of_another_workspace(stack: Site, sides: tuple[Side, Side]) -> None:
    here, there = sides
    async with (
        Browser(stack.urls()[0], here.agent.email, here.agent.password) as mine,
        Browser(stack.urls()[0], there.agent.email, there.agent.password) as theirs,
    ):
        spy, _ = await mine.watch_list()
        owner, _ = await theirs.watch_list()
        spy.send(type="conversation.open", conversation_id=there.conversation_id, after_seq=0)
        spy.send(type="typing", conversation_id=there.conversation_id, active=True)
        owner.send(type="conversation.open", conversation_id=there.conversation_id, after_seq=0)
        await owner.wait_for("subscribed", lambda frame: frame["scope"] == "conversation")
        spy.send(type="resume", cursor=(await owner.wait_for("ping", lambda frame: "cursor" in frame))["cursor"], conversations=[there.conversation_id])
        await _speak(stack, there)
        await owner.wait_for("event", lambda frame: frame["event"]["conversation_id"] == there.conversation_id)
        # What is said here afterwards comes after whatever else would have come.
        await _speak(stack, here)
        await spy.wait_for("row", lambda frame: frame["patch"]["conversation_id"] == here.conversation_id)
        assert there.conversation_id not in _frames_about(spy, here.agent.id)
        assert not [frame for frame in owner.of_type("ephemeral") if here.agent.id in str(frame)]


async def _speak(stack: Site, side: Side) -> None:
    platform = Platform(stack.public_targets(), side.api_key, seed=1)
    await platform.user_says(side.conversation_id, "Hello?")
    await platform.close()


def _frames_about(socket: Socket, own_id: str) -> set[str]:
    """Return the conversations that anything was said of, beyond that a subscription stands and what the socket's own agent does."""
    told = [frame for frame in socket.frames if frame["type"] not in {"subscribed", "resync"} and own_id not in str(frame)]
    return {str(part.get("conversation_id")) for frame in told for part in (frame, frame.get("patch", {}), frame.get("event", {}))}
