"""API keys on the public listener: verified once, remembered until revoked, never accepted anew while auth is away."""

import pytest
from servicekit.access_tokens import AccessTokenVerifier, Revocation, RevokedKind
from servicekit.caller import PlatformCaller, platform_caller
from servicekit.clock import SystemClock
from servicekit.errors import UnauthenticatedError, UnavailableError

from services.conversation.entrypoints.platform_authentication import PlatformAuthentication

CALLER = PlatformCaller("workspace-1", "platform-1", "Example AI", "key-1")


class Auth:
    """The auth service as it answers, is silent, and revokes."""

    def __init__(self) -> None:
        self.asked = 0
        self.away = False
        self.revoked: list[Revocation] = []

    async def verify(self, secret: str) -> PlatformCaller:
        self.asked += 1
        if self.away:
            raise UnavailableError("auth is away")
        if secret != "secret":
            raise UnauthenticatedError("KEY_INVALID", "no")
        return CALLER

    async def jwks(self) -> str:
        return '{"keys": []}'

    async def revocations(self, since: int) -> tuple[list[Revocation], int]:
        return self.revoked[since:], len(self.revoked)


@pytest.fixture
def auth() -> Auth:
    return Auth()


@pytest.fixture
def verifier(auth: Auth) -> AccessTokenVerifier:
    return AccessTokenVerifier(auth.jwks, auth.revocations, SystemClock())


@pytest.fixture
def authenticate(auth: Auth, verifier: AccessTokenVerifier) -> PlatformAuthentication:
    return PlatformAuthentication(auth.verify, verifier)


@pytest.mark.parametrize("metadata", [{}, {"authorization": ""}, {"authorization": "secret"}, {"authorization": "Basic secret"}, {"authorization": "Bearer "}])
async def test_without_a_key_nobody_comes_in_and_auth_is_not_asked(authenticate: PlatformAuthentication, auth: Auth, metadata: dict[str, str]) -> None:
    with pytest.raises(UnauthenticatedError):
        await authenticate(metadata)
    assert auth.asked == 0


async def test_a_key_is_verified_once(authenticate: PlatformAuthentication, auth: Auth) -> None:
    for _ in range(3):
        await authenticate({"authorization": "Bearer secret"})
        assert platform_caller() == CALLER
    assert auth.asked == 1
    with pytest.raises(UnauthenticatedError):
        await authenticate({"authorization": "Bearer other"})


async def test_a_revoked_key_is_out_with_the_next_poll(authenticate: PlatformAuthentication, auth: Auth, verifier: AccessTokenVerifier) -> None:
    await authenticate({"authorization": "Bearer secret"})
    auth.revoked.append(Revocation(RevokedKind.API_KEY, "key-1", SystemClock().now()))
    await verifier.poll()
    with pytest.raises(UnauthenticatedError):
        await authenticate({"authorization": "Bearer secret"})


async def test_while_auth_is_away_known_keys_go_on_and_new_ones_wait(authenticate: PlatformAuthentication, auth: Auth) -> None:
    await authenticate({"authorization": "Bearer secret"})
    auth.away = True
    await authenticate({"authorization": "Bearer secret"})
    with pytest.raises(UnavailableError):
        await authenticate({"authorization": "Bearer new"})
