"""Verification of access tokens in the service that knows first what was revoked."""

from servicekit.access_tokens import AccessTokenVerifier, Revocation, RevokedKind
from servicekit.caller import UserCaller
from servicekit.clock import Clock

from services.auth.ports import TokenSigner
from services.auth.use_cases.trust import Trust


class OwnTokenVerifier(AccessTokenVerifier):
    """Looks for new revocations before each token, by whichever replica: one indexed read when there are none."""

    def __init__(self, trust: Trust, signer: TokenSigner, clock: Clock) -> None:
        async def fetch_jwks() -> str:
            return signer.jwks()

        async def fetch_revocations(since: int) -> tuple[list[Revocation], int]:
            revocations, until = await trust.revocations_since(since)
            return [Revocation(RevokedKind(one.kind.value), one.id, one.at, one.workspace_id, one.disabled) for one in revocations], until

        super().__init__(fetch_jwks, fetch_revocations, clock)

    async def verify(self, token: str) -> UserCaller:
        """Return who the token speaks for; UnauthenticatedError, UnavailableError when revocations cannot be read."""
        await self.poll()
        return await super().verify(token)
