"""Passwords hashed with argon2id in a few threads, so that logins cannot take all processors and memory."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from servicekit.errors import UnavailableError

from services.auth.metrics import HASH_SECONDS, HASHES_WAITING

T = TypeVar("T")

# At some 50 ms each and two threads the last of these waits less than a second.
MAX_WAITING = 32


class Argon2Hasher:
    """Hashes with the parameters of RFC 9106 for limited memory (64 MiB), unless given others."""

    def __init__(self, threads: int, hasher: PasswordHasher | None = None) -> None:
        """Makes the hash that stands in for accounts that do not exist, so it takes as long as one login."""
        self._hasher = hasher or PasswordHasher()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Return a salted hash with its parameters."""
        return await self._in_pool(lambda: self._hasher.hash(password.encode("utf-8", "surrogatepass")))

    async def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether the hash is of the password; an empty hash costs the same and matches nothing."""
        return await self._in_pool(lambda: self._matches(password_hash or self._nobodys, password)) and bool(password_hash)

    def _matches(self, password_hash: str, password: str) -> bool:
        with contextlib.suppress(VerificationError, InvalidHashError):
            return self._hasher.verify(password_hash, password.encode("utf-8", "surrogatepass"))
        return False

    async def _in_pool(self, work: Callable[[], T]) -> T:
        if self._waiting >= MAX_WAITING:
            raise UnavailableError("Too many people log in at this moment: try again.")
        self._waiting += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        # Counted until it is done, not until its caller gives up: a cancelled call's work goes on.
        future.add_done_callback(self._done)
        HASHES_WAITING.set(self._waiting)
        with HASH_SECONDS.time():
            return await asyncio.shield(future)

    def _done(self, _future: object) -> None:
        self._waiting -= 1
        HASHES_WAITING.set(self._waiting)

    def close(self) -> None:
        """Let go of the threads."""
        self._pool.shutdown(wait=False, cancel_futures=True)
