"""What is no longer valid, numbered in the order in which it became so."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# Longer than any service can be cut off and still hold a socket or stream that it opened before.
RETENTION = timedelta(days=7)

# A process that asks for the first time holds nothing yet: only tokens that are still alive (ten minutes) matter to it. With room for clocks.
OF_USE = timedelta(hours=1)


class RevocationKind(Enum):
    """What was revoked."""

    SESSION = "session"
    ACCOUNT = "account"
    API_KEY = "api_key"


@dataclass(frozen=True, slots=True)
class Revocation:
    """One revocation; for an account, of every token whose `auth_at` is before `at`."""

    kind: RevocationKind
    id: str
    at: datetime
    workspace_id: str
    disabled: bool = False
