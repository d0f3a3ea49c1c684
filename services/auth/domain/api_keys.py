"""The keys that AI platforms speak with."""

from dataclasses import dataclass
from datetime import datetime, timedelta

SECRET_PREFIX = "baton_"  # noqa: S105  # what a secret scanner looks for, not a secret

# Precise enough to see whether a key is still in use, and seldom enough that verifying is no write.
LAST_USED_STEP = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of a platform; the platform keeps the name that its first key was given."""

    id: str
    workspace_id: str
    platform_id: str
    platform_name: str
    name: str
    digest: bytes
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
