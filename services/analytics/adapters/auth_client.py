"""Signing keys, revocations and names, read from the auth service."""

from collections.abc import Mapping
from datetime import UTC

from baton.auth.v1 import auth_pb2
from baton.auth.v1.auth_pb2_grpc import AdminServiceStub, TrustServiceStub
from servicekit.access_tokens import Revocation, RevokedKind
from servicekit.grpc_client import Peer

REVOKED_KINDS = {
    auth_pb2.REVOCATION_KIND_SESSION: RevokedKind.SESSION,
    auth_pb2.REVOCATION_KIND_ACCOUNT: RevokedKind.ACCOUNT,
    auth_pb2.REVOCATION_KIND_API_KEY: RevokedKind.API_KEY,
}


class AuthClient:
    """What the token verifier polls, and the Colleagues port."""

    def __init__(self, peer: Peer) -> None:
        """The channel's end is the caller's."""
        self._peer = peer
        self._trust = TrustServiceStub(peer.channel)
        self._admin = AdminServiceStub(peer.channel)

    async def fetch_jwks(self) -> str:
        """Return the key set as JSON."""
        return (await self._peer.call(self._trust.GetJwks, auth_pb2.GetJwksRequest())).jwks_json

    async def fetch_revocations(self, since: int) -> tuple[list[Revocation], int]:
        """Return what was revoked after `since`, and the position to ask from next; a kind from the future is left out."""
        answer = await self._peer.call(self._trust.ListRevocations, auth_pb2.ListRevocationsRequest(since=since))
        revocations = [
            Revocation(REVOKED_KINDS[revoked.kind], revoked.id, revoked.at.ToDatetime(tzinfo=UTC), revoked.workspace_id, revoked.disabled)
            for revoked in answer.revocations
            if revoked.kind in REVOKED_KINDS
        ]
        return revocations, answer.until

    async def names(self, access_token: str) -> Mapping[str, str]:
        """See the Colleagues port."""
        answer = await self._peer.call(self._admin.ListColleagues, auth_pb2.ListColleaguesRequest(), access_token=access_token)
        return {colleague.id: colleague.name for colleague in answer.colleagues}
