"""A gRPC service with one call and one stream, served by the kit's server and called by the kit's client."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio
from google.protobuf.wrappers_pb2 import StringValue
from servicekit.clock import SystemClock
from servicekit.grpc_client import Peer
from servicekit.grpc_server import Authenticate, GrpcServer
from servicekit.identity import ServiceIdentity

from tests.harness.keys import Key
from tests.harness.waiting import PATIENCE_SECONDS

SERVICE = "test.Echo"
CALLER = Key("caller")
Context = grpc.aio.ServicerContext[Any, Any]
Say = Callable[[str], Awaitable[str]]


async def anybody(_metadata: Mapping[str, str]) -> None:
    """Let everybody in."""


@dataclass
class Echo:
    """A running server, and a peer that calls it as the service "caller"."""

    server: GrpcServer
    target: str
    peer: Peer

    async def say(self, text: str, **options: Any) -> str:  # those of Peer.call
        method = self.peer.channel.unary_unary(f"/{SERVICE}/Say", StringValue.SerializeToString, StringValue.FromString)
        answer: StringValue = await self.peer.call(method, StringValue(value=text), **options)
        return answer.value

    async def spell(self, text: str) -> list[str]:
        method = self.peer.channel.unary_stream(f"/{SERVICE}/Spell", StringValue.SerializeToString, StringValue.FromString)
        return [item.value async for item in self.peer.stream(method, StringValue(value=text))]


@asynccontextmanager
async def serving(say: Say, authenticate: Authenticate = anybody, timeout_seconds: float | None = PATIENCE_SECONDS) -> AsyncIterator[Echo]:
    """Serve `say` at Say, and at Spell letter by letter, to a peer with this deadline."""

    async def handle(request: StringValue, _context: Context) -> StringValue:
        return StringValue(value=await say(request.value))

    async def stream(request: StringValue, _context: Context) -> AsyncIterator[StringValue]:
        for letter in request.value:
            yield StringValue(value=await say(letter))

    def add(server: grpc.aio.Server) -> None:
        handlers: dict[str, grpc.RpcMethodHandler[Any, Any]] = {
            "Say": grpc.unary_unary_rpc_method_handler(handle, StringValue.FromString, StringValue.SerializeToString),
            "Spell": grpc.unary_stream_rpc_method_handler(stream, StringValue.FromString, StringValue.SerializeToString),
        }
        server.add_registered_method_handlers(SERVICE, handlers)

    server = GrpcServer(authenticate=authenticate, add_services=[add], service_names=[SERVICE])
    target = f"127.0.0.1:{server.listen('127.0.0.1:0')}"
    await server.start()
    peer = Peer(target, "echo", ServiceIdentity("caller", CALLER.pem, SystemClock()), timeout_seconds=timeout_seconds)
    try:
        yield Echo(server, target, peer)
    finally:
        await peer.close()
        await server.stop(0)
