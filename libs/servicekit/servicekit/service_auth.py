"""Authentication of internal calls: the calling service's own token always, a user's access token where the call is on a user's behalf."""

from collections.abc import Mapping

from servicekit.access_tokens import AccessTokenVerifier
from servicekit.caller import set_caller
from servicekit.identity import METADATA_KEY, ServiceTrust


class InternalAuthentication:
    """Records the calling service and, if a bearer token is there, the user; refuses a call without a trusted service."""

    def __init__(self, trust: ServiceTrust, tokens: AccessTokenVerifier) -> None:
        """`tokens` verifies users' access tokens."""
        self._trust = trust
        self._tokens = tokens

    async def __call__(self, metadata: Mapping[str, str]) -> None:
        """Raise UnauthenticatedError unless both tokens that are given are valid and the service's is there."""
        service = self._trust.verify(metadata.get(METADATA_KEY, ""))
        bearer = metadata.get("authorization", "").removeprefix("Bearer ")
        user = await self._tokens.verify(bearer) if bearer else None
        set_caller(user=user, service=service)
