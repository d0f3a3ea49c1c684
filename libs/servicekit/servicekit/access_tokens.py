"""Verifying access tokens without a call: key set and revocations are polled, each token is checked here."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import jwt
from prometheus_client import Gauge

from servicekit.caller import Role, UserCaller
from servicekit.clock import Clock
from servicekit.errors import ServiceError, UnauthenticatedError, UnavailableError
from servicekit.logs import get_logger

logger = get_logger(__name__)

# A revocation closes sockets and streams within five seconds: two polls and a slow answer.
POLL_SECONDS = 2.0
POLLED = Gauge("baton_revocations_polled_timestamp_seconds", "When keys and revocations were last fetched, in Unix time.")

ISSUER = "baton-auth"
AUDIENCE = "baton"


class RevokedKind(Enum):
    """What was revoked."""

    SESSION = "session"
    ACCOUNT = "account"
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Revocation:
    """One thing that is no longer valid; for an account, every token issued before `at`."""

    kind: RevokedKind
    id: str
    at: datetime
    workspace_id: str = ""
    disabled: bool = False


FetchJwks = Callable[[], Awaitable[str]]
FetchRevocations = Callable[[int], Awaitable[tuple[list[Revocation], int]]]
OnRevoked = Callable[[Revocation], None]


class AccessTokenVerifier:
    """Knows the signing keys and what was revoked.

    While the issuer cannot be reached what was valid stays valid; nothing new is accepted before the first poll.
    """

    def __init__(self, fetch_jwks: FetchJwks, fetch_revocations: FetchRevocations, clock: Clock) -> None:
        """The two fetches are the caller's RPCs to the issuer."""
        self._fetch_jwks = fetch_jwks
        self._fetch_revocations = fetch_revocations
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._since = 0
        self._sessions: set[str] = set()
        self._accounts: dict[str, datetime] = {}
        self._api_keys: set[str] = set()
        self._on_revoked: list[OnRevoked] = []
        self._may_look_for_key = False
        self.last_poll: datetime | None = None

    def on_revoked(self, listener: OnRevoked) -> None:
        """Call `listener` for each new revocation: to close sockets and streams."""
        self._on_revoked.append(listener)

    async def keep_polling(self) -> None:
        """Poll for ever; while the issuer cannot be reached, say so once and go on."""
        reached = True
        while True:
            try:
                await self.poll()
            except ServiceError as error:
                if reached:
                    logger.warning("keys and revocations cannot be fetched", error=error.message)
                reached = False
            else:
                reached = True
            await asyncio.sleep(POLL_SECONDS)

    def problem(self) -> str:
        """Say in words why nobody can be let in, for readiness; empty when that is not so."""
        return "" if self.last_poll else "the keys of access tokens were not fetched yet"

    async def poll(self) -> None:
        """Fetch the keys and what was revoked since; errors of the fetches pass through."""
        await self._refresh_keys()
        revocations, until = await self._fetch_revocations(self._since)
        for revocation in revocations:
            self._apply(revocation)
        self._since = until
        self.last_poll = self._clock.now()
        self._may_look_for_key = True
        POLLED.set(self.last_poll.timestamp())

    async def _refresh_keys(self) -> None:
        document: dict[str, Any] = json.loads(await self._fetch_jwks())
        self._keys = {key["kid"]: jwt.PyJWK(key, "EdDSA") for key in document["keys"]}

    def _apply(self, revocation: Revocation) -> None:
        match revocation.kind:
            case RevokedKind.SESSION:
                self._sessions.add(revocation.id)
            case RevokedKind.API_KEY:
                self._api_keys.add(revocation.id)
            case RevokedKind.ACCOUNT:
                self._accounts[revocation.id] = max(revocation.at, self._accounts.get(revocation.id, revocation.at))
        for listener in self._on_revoked:
            listener(revocation)

    def api_key_revoked(self, key_id: str) -> bool:
        """Tell whether a key that was once verified has been revoked since."""
        return key_id in self._api_keys

    def session_revoked(self, session_id: str, account_id: str, issued_at: datetime) -> bool:
        """Tell whether a session, or everything of its account issued before a moment, was revoked."""
        cut = self._accounts.get(account_id)
        return session_id in self._sessions or (cut is not None and issued_at < cut)

    async def verify(self, token: str) -> UserCaller:
        """Return who the token speaks for; UnauthenticatedError if it is not valid now, UnavailableError while nothing was polled yet."""
        if self.last_poll is None:
            raise UnavailableError("Who calls cannot be told yet: the keys of access tokens have not been fetched.")
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
            if kid not in self._keys and self._may_look_for_key:
                # A key made since the last poll; one that stays unknown costs one call a poll at most.
                self._may_look_for_key = False
                await self._refresh_keys()
            claims = jwt.decode(token, self._keys[kid], algorithms=["EdDSA"], audience=AUDIENCE, issuer=ISSUER, options={"require": ["exp"]})
            caller = _to_caller(claims, token)
            # A fraction of a second matters here: a password changed within the second of the login ends that login.
            authenticated_at = datetime.fromtimestamp(float(claims["auth_at"]), UTC)
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, RecursionError):
            raise UnauthenticatedError("TOKEN_INVALID", "Log in again: the access token is missing, expired or revoked.") from None
        if self.session_revoked(caller.session_id, caller.account_id, authenticated_at):
            raise UnauthenticatedError("TOKEN_INVALID", "Log in again: the access token is missing, expired or revoked.")
        return caller


def _to_caller(claims: dict[str, Any], token: str) -> UserCaller:
    """KeyError or ValueError if a claim is missing or none that the issuer writes."""
    return UserCaller(
        workspace_id=claims["ws"],
        account_id=claims["sub"],
        session_id=claims["sid"],
        role=Role(claims["role"]),
        name=claims["name"],
        display_name=claims["dn"],
        access_token=token,
    )
