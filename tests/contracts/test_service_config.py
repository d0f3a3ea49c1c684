"""The gRPC service config that clients of the public listener load: grpc takes it, it names methods that exist, and it tries again."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from baton.conversation.v1 import platform_pb2, platform_pb2_grpc

CONFIG = Path(__file__).parents[2] / "proto" / "baton" / "conversation" / "v1" / "platform.service_config.json"
SERVICE = platform_pb2.DESCRIPTOR.services_by_name["PlatformService"]


def test_it_names_methods_that_exist_and_every_method_has_a_rule() -> None:
    named = [entry for rule in json.loads(CONFIG.read_text())["methodConfig"] for entry in rule["name"]]
    assert {entry["service"] for entry in named} == {SERVICE.full_name}
    assert {entry["method"] for entry in named if "method" in entry} <= set(SERVICE.methods_by_name)
    assert {"service": SERVICE.full_name} in named


def test_streams_have_no_deadline_and_are_not_tried_again_behind_the_clients_back() -> None:
    (streams,) = [rule for rule in json.loads(CONFIG.read_text())["methodConfig"] if any(entry.get("method") == "Watch" for entry in rule["name"])]
    assert {entry["method"] for entry in streams["name"]} == {method.name for method in SERVICE.methods if method.server_streaming}
    assert streams.keys() == {"name"}


@pytest.mark.parametrize(("code", "tries"), [(grpc.StatusCode.UNAVAILABLE, 3), (grpc.StatusCode.FAILED_PRECONDITION, 1)])
async def test_a_client_that_loads_it_tries_again_what_is_safe_and_nothing_else(code: grpc.StatusCode, tries: int) -> None:
    asked: list[str] = []

    async def get(request: platform_pb2.GetConversationRequest, context: Any) -> platform_pb2.GetConversationResponse:  # grpc's own
        asked.append(request.conversation_id)
        if len(asked) < 3:
            await context.abort(code)
        return platform_pb2.GetConversationResponse(seq=7)

    async with _serving(get) as target, grpc.aio.insecure_channel(target, options=[("grpc.service_config", CONFIG.read_text())]) as channel:
        stub: Any = platform_pb2_grpc.PlatformServiceStub(channel)
        call = stub.GetConversation(platform_pb2.GetConversationRequest(conversation_id="c"))
        assert await call.code() is (grpc.StatusCode.OK if tries > 1 else code)
    assert len(asked) == tries


@asynccontextmanager
async def _serving(get: Any) -> AsyncIterator[str]:
    handler = grpc.unary_unary_rpc_method_handler(
        get,
        request_deserializer=platform_pb2.GetConversationRequest.FromString,
        response_serializer=platform_pb2.GetConversationResponse.SerializeToString,
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE.full_name, {"GetConversation": handler})])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(None)
