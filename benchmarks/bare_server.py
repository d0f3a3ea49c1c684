"""The second floor of an append: a gRPC handler that does nothing but insert one document. No log, no decision, nothing that follows from it.

`python -m benchmarks.bare_server MONGODB_URI` prints its port and serves until it is ended.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import grpc.aio
import uvloop
from baton.conversation.v1 import control_pb2, platform_pb2
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from benchmarks.documents import document, events

SERVICE = platform_pb2.DESCRIPTOR.services_by_name["PlatformService"].full_name

Insert = Callable[[platform_pb2.AppendUserMessageRequest, object], Awaitable[platform_pb2.AppendUserMessageResponse]]


def inserting(collection: AsyncCollection[dict[str, Any]]) -> Insert:
    """Return the handler. It takes what the real one takes, so that the same callers call it."""

    async def append(request: platform_pb2.AppendUserMessageRequest, _context: object) -> platform_pb2.AppendUserMessageResponse:
        await collection.insert_one(document(request.text))
        return platform_pb2.AppendUserMessageResponse(outcome=control_pb2.Outcome(conversation_id=request.conversation_id, seq=3))

    return append


async def serve(mongodb_uri: str) -> None:
    """Serve for ever."""
    async with AsyncMongoClient[dict[str, Any]](mongodb_uri, maxPoolSize=200) as client:
        server = grpc.aio.server()
        handler = grpc.unary_unary_rpc_method_handler(
            inserting(await events(client)), platform_pb2.AppendUserMessageRequest.FromString, platform_pb2.AppendUserMessageResponse.SerializeToString
        )
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, {"AppendUserMessage": handler}),))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        print(port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(sys.argv[1]))
