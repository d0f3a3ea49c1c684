"""Tries to log in, counted in this process's memory.

Each replica counts for itself: the limit that people meet is at most the number of replicas times the setting, still far from
what guessing needs; and a login costs no write.
"""

import math
import time

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from services.auth.domain.errors import TooManyLoginsError
from services.auth.domain.secrets import digest


class MemoryLoginLimiter:
    """Counts every try before its password is looked at, and takes it back when the password was right."""

    def __init__(self, per_email: str, per_address: str) -> None:
        """The limits are in the words of the library `limits`: "10/5minutes"."""
        self._per_email = parse(per_email)
        self._per_address = parse(per_address)
        self._storage = MemoryStorage()
        self._limiter = FixedWindowRateLimiter(self._storage)

    async def enter(self, email: str, address: str) -> None:
        """Count one try; TooManyLoginsError with the time to wait. The same for e-mails that nobody has."""
        if address:
            await self._hit(self._per_address, "address", address)
        await self._hit(self._per_email, "email", email)

    async def _hit(self, limit: RateLimitItem, kind: str, value: str) -> None:
        if not await self._limiter.hit(limit, kind, _key(value)):
            window = await self._limiter.get_window_stats(limit, kind, _key(value))
            raise TooManyLoginsError(max(1, math.ceil(window.reset_time - time.time())))

    async def succeeded(self, email: str, address: str) -> None:
        """Take back."""
        await self._storage.clear(self._per_email.key_for("email", _key(email)))
        if address:
            await self._storage.decr(self._per_address.key_for("address", _key(address)))


def _key(value: str) -> str:
    """Return a key of one length, however long the text."""
    return digest(value).hex()
