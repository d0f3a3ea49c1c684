"""Workspaces, accounts, their one-time links, and what an administrator did."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from servicekit.caller import Role

LINK_LIFETIME = timedelta(hours=48)

# MongoDB keeps milliseconds: the smallest step between two moments of revocation.
_STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Workspace:
    """A tenant."""

    id: str
    name: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Account:
    """A human agent's account. Its access tokens carry `tokens_from`, and those that carry an earlier one are revoked."""

    id: str
    workspace_id: str
    email: str
    name: str
    display_name: str
    role: Role
    created_at: datetime
    tokens_from: datetime
    password_hash: str = field(default="", repr=False)
    disabled: bool = False
    last_login_at: datetime | None = None

    @property
    def can_administer(self) -> bool:
        """Whether this is an administrator who can log in."""
        return self.role is Role.ADMINISTRATOR and not self.disabled and bool(self.password_hash)

    def logged_in(self, now: datetime) -> "Account":
        """Return the account after a login."""
        return replace(self, last_login_at=now)

    def next_tokens_from(self, now: datetime) -> datetime:
        """Return the moment that revokes every token of the account so far; always later than the former, whatever the clocks say."""
        return max(now, self.tokens_from + _STEP)


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """A one-time link that lets its owner set a password. An account has one at most."""

    account_id: str
    workspace_id: str
    digest: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One administrative act: who, when, what, to whom. `details` never holds a secret."""

    workspace_id: str
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    target_id: str
    details: dict[str, str]
