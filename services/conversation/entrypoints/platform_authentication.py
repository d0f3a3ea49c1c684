"""Who calls on the public listener: an AI platform, by its API key."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256

from servicekit.access_tokens import AccessTokenVerifier
from servicekit.caller import PlatformCaller, set_caller
from servicekit.errors import UnauthenticatedError

VerifyKey = Callable[[str], Awaitable[PlatformCaller]]

MAX_KEYS = 10_000
_BEARER = "Bearer "


class PlatformAuthentication:
    """Verifies each key once and remembers it until it is revoked: what was valid stays valid while auth is away, nothing new is accepted."""

    def __init__(self, verify_key: VerifyKey, revoked: AccessTokenVerifier) -> None:
        """`revoked` polls what was revoked."""
        self._verify_key = verify_key
        self._revoked = revoked
        # By digest: no key is kept in the clear.
        self._known: OrderedDict[bytes, PlatformCaller] = OrderedDict()

    async def __call__(self, metadata: Mapping[str, str]) -> None:
        """Record the platform; UnauthenticatedError `KEY_INVALID` without a valid key, UnavailableError when a new one cannot be verified."""
        header = metadata.get("authorization", "")
        secret = header.removeprefix(_BEARER)
        if not secret or secret == header:
            raise _invalid()
        digest = sha256(secret.encode()).digest()
        caller = self._known.get(digest)
        if caller is None:
            caller = await self._verify_key(secret)
            self._known[digest] = caller
            if len(self._known) > MAX_KEYS:
                self._known.popitem(last=False)
        if self._revoked.api_key_revoked(caller.key_id):
            self._known.pop(digest, None)
            raise _invalid()
        set_caller(platform=caller)


def _invalid() -> UnauthenticatedError:
    return UnauthenticatedError("KEY_INVALID", "The API key is missing, unknown or revoked.")
