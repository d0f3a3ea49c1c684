"""The services behind the gateway, played in this process by one real gRPC server."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import grpc.aio
import jwt
from baton.analytics.v1 import analytics_pb2
from baton.auth.v1 import auth_pb2
from baton.conversation.v1 import agent_pb2, internal_pb2, workspace_pb2
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from jwt.algorithms import OKPAlgorithm
from servicekit.grpc_server import GrpcServer

Answer = Callable[[Any], Message]

SERVICES = [
    *auth_pb2.DESCRIPTOR.services_by_name.values(),
    *agent_pb2.DESCRIPTOR.services_by_name.values(),
    *workspace_pb2.DESCRIPTOR.services_by_name.values(),
    *internal_pb2.DESCRIPTOR.services_by_name.values(),
    *analytics_pb2.DESCRIPTOR.services_by_name.values(),
]


@dataclass
class Call:
    """One call that arrived."""

    rpc: str
    request: Any
    metadata: Mapping[str, str]


@dataclass
class FakeServices:
    """Answers by RPC name: a function of the request, which may raise a ServiceError; without one, the empty answer."""

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    signing: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    revocations: list[auth_pb2.Revocation] = field(default_factory=list)
    server: GrpcServer | None = None
    target: str = ""
    _metadata: Mapping[str, str] = field(default_factory=dict)

    async def start(self) -> None:
        self.server = GrpcServer(authenticate=self._note, add_services=[self._add], service_names=[service.full_name for service in SERVICES])
        self.target = f"127.0.0.1:{self.server.listen('127.0.0.1:0')}"
        self.forget()
        await self.server.start()

    async def stop(self) -> None:
        assert self.server is not None
        await self.server.stop(0)

    def forget(self) -> None:
        """Answer as at the start; what was revoked stays revoked."""
        self.calls.clear()
        self.answers.clear()
        self.answers["GetJwks"] = lambda _: auth_pb2.GetJwksResponse(jwks_json=self._jwks())
        self.answers["ListRevocations"] = self._list_revocations

    async def _note(self, metadata: Mapping[str, str]) -> None:
        self._metadata = metadata

    def _add(self, server: grpc.aio.Server) -> None:
        for service in SERVICES:
            handlers: dict[str, Any] = {
                method.name: grpc.unary_unary_rpc_method_handler(
                    self._handler(method.name, GetMessageClass(method.output_type)),
                    GetMessageClass(method.input_type).FromString,
                    lambda message: message.SerializeToString(),
                )
                for method in service.methods
                if not method.server_streaming
            }
            server.add_registered_method_handlers(service.full_name, handlers)

    def _handler(self, rpc: str, empty: type[Message]) -> Any:  # grpc's own handler type is not expressible
        async def handle(request: Message, _context: object) -> Message:
            self.calls.append(Call(rpc, request, self._metadata))
            answer = self.answers.get(rpc)
            return answer(request) if answer else empty()

        return handle

    def last(self, rpc: str) -> Call:
        return next(call for call in reversed(self.calls) if call.rpc == rpc)

    def _jwks(self) -> str:
        key = json.loads(OKPAlgorithm.to_jwk(self.signing.public_key()))
        return json.dumps({"keys": [{**key, "kid": "test", "alg": "EdDSA"}]})

    def _list_revocations(self, request: auth_pb2.ListRevocationsRequest) -> auth_pb2.ListRevocationsResponse:
        return auth_pb2.ListRevocationsResponse(revocations=self.revocations[max(0, request.since - 1) :], until=len(self.revocations) + 1)

    def access_token(self, *, workspace: str, account: str, session: str = "session-1", role: int = 1, name: str = "Budi Santoso") -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": "baton-auth",
            "aud": "baton",
            "sub": account,
            "sid": session,
            "ws": workspace,
            "role": role,
            "name": name,
            "dn": name,
            "iat": now,
            "exp": now + timedelta(minutes=10),
            "auth_at": now.timestamp(),
            "jti": "1",
        }
        return jwt.encode(claims, self.signing, algorithm="EdDSA", headers={"kid": "test"})


def private_key_pem() -> str:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
