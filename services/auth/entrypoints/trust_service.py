"""TrustService: what the other services believe."""
# ruff: noqa: N802  # the methods' names are the contract's

from typing import Any

import grpc.aio
from baton.auth.v1 import auth_pb2, auth_pb2_grpc
from servicekit.caller import service_caller

from services.auth.domain.errors import KeyInvalidError
from services.auth.entrypoints import messages
from services.auth.metrics import KEYS_VERIFIED
from services.auth.ports import TokenSigner
from services.auth.use_cases.api_keys import ApiKeys
from services.auth.use_cases.trust import Trust

Context = grpc.aio.ServicerContext[Any, Any]


class TrustServicer(auth_pb2_grpc.TrustServiceServicer):
    """Decodes, calls, encodes; every service may call."""

    def __init__(self, trust: Trust, api_keys: ApiKeys, signer: TokenSigner) -> None:
        self._trust = trust
        self._api_keys = api_keys
        self._signer = signer

    async def GetJwks(self, _request: auth_pb2.GetJwksRequest, _context: Context) -> auth_pb2.GetJwksResponse:
        """Answer the public keys."""
        service_caller()
        return auth_pb2.GetJwksResponse(jwks_json=self._signer.jwks())

    async def ListRevocations(self, request: auth_pb2.ListRevocationsRequest, _context: Context) -> auth_pb2.ListRevocationsResponse:
        """Answer what is new."""
        service_caller()
        revocations, until = await self._trust.revocations_since(request.since)
        return auth_pb2.ListRevocationsResponse(revocations=[messages.revocation_message(revocation) for revocation in revocations], until=until)

    async def VerifyApiKey(self, request: auth_pb2.VerifyApiKeyRequest, _context: Context) -> auth_pb2.VerifyApiKeyResponse:
        """Answer whose key it is."""
        service_caller()
        try:
            key = await self._api_keys.verify(request.secret)
        except KeyInvalidError:
            KEYS_VERIFIED.labels("invalid").inc()
            raise
        KEYS_VERIFIED.labels("ok").inc()
        return auth_pb2.VerifyApiKeyResponse(key_id=key.id, workspace_id=key.workspace_id, platform_id=key.platform_id, platform_name=key.platform_name)

    async def GetAgent(self, request: auth_pb2.GetAgentRequest, _context: Context) -> auth_pb2.GetAgentResponse:
        """Answer who somebody is."""
        service_caller()
        agent = await self._trust.agent(request.workspace_id, request.account_id)
        return auth_pb2.GetAgentResponse(agent=messages.colleague_message(agent))
