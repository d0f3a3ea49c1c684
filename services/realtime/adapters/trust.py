"""What the gateway trusts: auth's signing keys and revocations, fetched as oneself."""

from datetime import UTC

from baton.auth.v1.auth_pb2 import GetJwksRequest, ListRevocationsRequest, RevocationKind
from baton.auth.v1.auth_pb2_grpc import TrustServiceStub
from servicekit.access_tokens import AccessTokenVerifier, Revocation, RevokedKind
from servicekit.clock import Clock
from servicekit.grpc_client import Peer

_KINDS = {
    RevocationKind.REVOCATION_KIND_SESSION: RevokedKind.SESSION,
    RevocationKind.REVOCATION_KIND_ACCOUNT: RevokedKind.ACCOUNT,
    RevocationKind.REVOCATION_KIND_API_KEY: RevokedKind.API_KEY,
}


def make_verifier(auth: Peer, clock: Clock) -> AccessTokenVerifier:
    """Return a verifier that polls auth; it accepts nothing before its first poll."""
    stub = TrustServiceStub(auth.channel)

    async def jwks() -> str:
        answer = await auth.call(stub.GetJwks, GetJwksRequest())
        return answer.jwks_json

    async def revocations(since: int) -> tuple[list[Revocation], int]:
        answer = await auth.call(stub.ListRevocations, ListRevocationsRequest(since=since))
        found = [
            Revocation(_KINDS[each.kind], each.id, each.at.ToDatetime(UTC), each.workspace_id, each.disabled)
            for each in answer.revocations
            if each.kind in _KINDS
        ]
        return found, answer.until

    return AccessTokenVerifier(jwks, revocations, clock)
