"""What auth answers: signing keys, revocations, whose an API key is, who an agent is."""

import time
from datetime import UTC

from baton.auth.v1 import auth_pb2, auth_pb2_grpc
from servicekit.access_tokens import Revocation, RevokedKind
from servicekit.caller import PlatformCaller
from servicekit.errors import NotFoundError
from servicekit.grpc_client import Peer

from services.conversation.domain.control import AgentRef

# A disabled account stops receiving transfers after this long at most.
AGENT_KEPT_SECONDS = 5.0
MAX_AGENTS = 10_000

_KINDS = {
    auth_pb2.REVOCATION_KIND_SESSION: RevokedKind.SESSION,
    auth_pb2.REVOCATION_KIND_ACCOUNT: RevokedKind.ACCOUNT,
    auth_pb2.REVOCATION_KIND_API_KEY: RevokedKind.API_KEY,
}


class AuthClient:
    """TrustService as this service uses it. Every method raises UnavailableError when auth cannot be reached."""

    def __init__(self, peer: Peer) -> None:
        """The peer carries this service's identity."""
        self._peer = peer
        self._trust = auth_pb2_grpc.TrustServiceStub(peer.channel)
        self._agents: dict[tuple[str, str], tuple[float, AgentRef | None]] = {}

    async def fetch_jwks(self) -> str:
        """Return the key set that access tokens are signed with."""
        return (await self._peer.call(self._trust.GetJwks, auth_pb2.GetJwksRequest())).jwks_json

    async def fetch_revocations(self, since: int) -> tuple[list[Revocation], int]:
        """Return what was revoked after `since`, and the next `since`. Kinds unknown here are passed over."""
        answer = await self._peer.call(self._trust.ListRevocations, auth_pb2.ListRevocationsRequest(since=since))
        revocations = [
            Revocation(_KINDS[item.kind], item.id, item.at.ToDatetime(tzinfo=UTC), item.workspace_id, item.disabled)
            for item in answer.revocations
            if item.kind in _KINDS
        ]
        return revocations, answer.until

    async def verify_api_key(self, secret: str) -> PlatformCaller:
        """Return whose key this is; UnauthenticatedError `KEY_INVALID` for an unknown or revoked one."""
        answer = await self._peer.call(self._trust.VerifyApiKey, auth_pb2.VerifyApiKeyRequest(secret=secret))
        return PlatformCaller(answer.workspace_id, answer.platform_id, answer.platform_name, answer.key_id)

    async def active_agent(self, workspace_id: str, agent_id: str) -> AgentRef | None:
        """Return an agent of this workspace who is not disabled; see the port Directory."""
        key = (workspace_id, agent_id)
        known = self._agents.get(key)
        if known is not None and time.monotonic() - known[0] < AGENT_KEPT_SECONDS:
            return known[1]
        agent = await self._fetch_agent(workspace_id, agent_id)
        if len(self._agents) >= MAX_AGENTS:
            self._agents.clear()
        self._agents[key] = (time.monotonic(), agent)
        return agent

    async def _fetch_agent(self, workspace_id: str, agent_id: str) -> AgentRef | None:
        try:
            answer = await self._peer.call(self._trust.GetAgent, auth_pb2.GetAgentRequest(workspace_id=workspace_id, account_id=agent_id))
        except NotFoundError:
            return None
        return None if answer.agent.disabled else AgentRef(answer.agent.id, answer.agent.display_name or answer.agent.name)
