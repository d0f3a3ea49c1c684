"""The other services as analytics sees them, behind a real gRPC server."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
import jwt
from baton.auth.v1 import auth_pb2
from baton.conversation.v1 import event_pb2, internal_pb2, workspace_pb2
from google.protobuf.message import Message
from servicekit.caller import service_caller, set_caller
from servicekit.grpc_server import GrpcServer
from servicekit.identity import METADATA_KEY, ServiceTrust

from tests.harness.keys import Key

Context = grpc.aio.ServicerContext[Any, Any]


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()


def _handler(handle: Callable[[Any, Context], Awaitable[Message]], request: type[Message]) -> "grpc.RpcMethodHandler[Any, Any]":
    return grpc.unary_unary_rpc_method_handler(handle, request.FromString, _serialize)


@dataclass
class Neighbours:
    """auth and conversation behind one listener; each refuses whom the real one would."""

    analytics: Key
    tokens: Key
    names: dict[str, str]
    log: list[event_pb2.Event] = field(default_factory=list)
    exported: list[str] = field(default_factory=list)
    # How many more exports fail.
    failing_exports: int = 0
    settings: workspace_pb2.WorkspaceSettings = field(default_factory=workspace_pb2.WorkspaceSettings)

    def server(self) -> GrpcServer:
        return GrpcServer(authenticate=self._authenticate, add_services=[self._add], service_names=[])

    async def _authenticate(self, metadata: Any) -> None:  # metadata's type is the kit's
        keys = json.dumps({"analytics": [self.analytics.jwk]})
        token = metadata.get(METADATA_KEY, "")
        audience = jwt.decode(token, options={"verify_signature": False})["aud"]
        set_caller(service=ServiceTrust(audience, keys).verify(token))

    def _add(self, server: grpc.aio.Server) -> None:
        trust = {
            "GetJwks": _handler(self._jwks, auth_pb2.GetJwksRequest),
            "ListRevocations": _handler(self._revocations, auth_pb2.ListRevocationsRequest),
        }
        admin = {"ListColleagues": _handler(self._colleagues, auth_pb2.ListColleaguesRequest)}
        workspace = {"GetWorkspaceSettings": _handler(self._workspace, workspace_pb2.GetWorkspaceSettingsRequest)}
        export = grpc.unary_stream_rpc_method_handler(self._export, internal_pb2.ExportLogRequest.FromString, _serialize)
        server.add_registered_method_handlers("baton.auth.v1.TrustService", trust)
        server.add_registered_method_handlers("baton.auth.v1.AdminService", admin)
        server.add_registered_method_handlers("baton.conversation.v1.WorkspaceService", workspace)
        server.add_registered_method_handlers("baton.conversation.v1.InternalService", {"ExportLog": export})

    async def _jwks(self, _request: auth_pb2.GetJwksRequest, _context: Context) -> auth_pb2.GetJwksResponse:
        service_caller("analytics")
        return auth_pb2.GetJwksResponse(jwks_json=json.dumps({"keys": [self.tokens.jwk]}))

    async def _revocations(self, _request: auth_pb2.ListRevocationsRequest, _context: Context) -> auth_pb2.ListRevocationsResponse:
        service_caller("analytics")
        return auth_pb2.ListRevocationsResponse(until=1)

    async def _colleagues(self, _request: auth_pb2.ListColleaguesRequest, context: Context) -> auth_pb2.ListColleaguesResponse:
        metadata = dict(context.invocation_metadata() or ())
        assert str(metadata["authorization"]).startswith("Bearer ")
        return auth_pb2.ListColleaguesResponse(colleagues=[auth_pb2.Colleague(id=key, name=name) for key, name in self.names.items()])

    async def _workspace(self, _request: workspace_pb2.GetWorkspaceSettingsRequest, context: Context) -> workspace_pb2.GetWorkspaceSettingsResponse:
        assert str(dict(context.invocation_metadata() or ())["authorization"]).startswith("Bearer ")
        return workspace_pb2.GetWorkspaceSettingsResponse(settings=self.settings)

    async def _export(self, request: internal_pb2.ExportLogRequest, context: Context) -> AsyncIterator[internal_pb2.ExportLogResponse]:
        service_caller("analytics")
        self.exported.append(request.conversation_id)
        if self.failing_exports:
            self.failing_exports -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the log is away")
        for event in self.log:
            if request.conversation_id in {"", event.conversation_id}:
                yield internal_pb2.ExportLogResponse(events=[event])
