"""Sessions: rotation of their refresh tokens, reuse of one that was used before, and one-time tickets.

A refresh token is "session id . secret". Each use gives its child, derived from the secret and a stored nonce, so that the same parent
gives the same child within the grace: two tabs that refresh at once end up with one token, and there is never more than one line of descent.
"""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from services.auth.domain.secrets import derive, digest

ACCESS_TOKEN_LIFETIME = timedelta(minutes=10)
# A refresh token that is not used for so long is void,
IDLE_LIFETIME = timedelta(days=7)
# and after so long people log in again in any case.
SESSION_LIFETIME = timedelta(days=30)
# Two requests of one browser may carry the same refresh token.
REUSE_GRACE = timedelta(seconds=10)
TICKET_LIFETIME = timedelta(seconds=30)

# Rotations within one grace that are remembered; more than that is no browser.
MAX_RECENT = 20
SEPARATOR = "."


@dataclass(frozen=True, slots=True)
class Rotation:
    """One use of a refresh token: enough to give the same child again."""

    parent: bytes
    nonce: bytes
    used_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    """One login. `current` is the digest of the one refresh token that has not been used; `recent` are the uses within the grace, oldest first."""

    id: str
    account_id: str
    workspace_id: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    user_agent: str
    current: bytes
    recent: tuple[Rotation, ...] = ()
    ended_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        """Whether it was not ended and has not run out."""
        return self.ended_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class Ticket:
    """Opens one socket for a session, once."""

    digest: bytes
    session_id: str
    expires_at: datetime


class Use(Enum):
    """What the use of a refresh token came to."""

    ROTATED = "rotated"
    REPEATED = "repeated"
    REUSED = "reused"


def expiry(created_at: datetime, now: datetime) -> datetime:
    """Return until when a session lives that is used now."""
    return min(created_at + SESSION_LIFETIME, now + IDLE_LIFETIME)


def refresh_token(session_id: str, secret: str) -> str:
    """Return the token that carries a secret."""
    return f"{session_id}{SEPARATOR}{secret}"


def split_refresh_token(token: str) -> tuple[str, str]:
    """Return session id and secret; both are empty for what is no refresh token."""
    session_id, separator, secret = token.partition(SEPARATOR)
    return (session_id, secret) if separator else ("", "")


def use(session: Session, secret: str, nonce: bytes, now: datetime) -> tuple[Use, Session, str]:
    """Use a live session's refresh token: how it went, the session after it, and the secret of the newest token.

    REUSED: the secret was used before the grace, or was never given out; the caller ends the session.
    """
    presented = digest(secret)
    recent = tuple(rotation for rotation in session.recent if now - rotation.used_at <= REUSE_GRACE)
    if hmac.compare_digest(presented, session.current):
        child = derive(secret, nonce)
        rotated = replace(
            session,
            current=digest(child),
            recent=(*recent, Rotation(presented, nonce, now))[-MAX_RECENT:],
            last_used_at=now,
            expires_at=expiry(session.created_at, now),
        )
        return Use.ROTATED, rotated, child
    newest = _follow(recent, secret)
    if newest and digest(newest) == session.current:
        return Use.REPEATED, session, newest
    return Use.REUSED, session, ""


def _follow(recent: tuple[Rotation, ...], secret: str) -> str:
    """Return the last descendant of a secret that was used within the grace; empty if it was not."""
    newest = ""
    presented = digest(secret)
    for rotation in recent:
        if rotation.parent == presented:
            newest = derive(secret, rotation.nonce)
            secret, presented = newest, digest(newest)
    return newest
