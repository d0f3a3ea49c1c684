"""The role `sweep`: a round every few seconds, and at once when an account was disabled."""

import asyncio
from contextlib import suppress

from servicekit.access_tokens import Revocation, RevokedKind
from servicekit.errors import UnavailableError
from servicekit.logs import get_logger

from services.conversation.adapters.lease import Lease
from services.conversation.use_cases.sweep import DisabledAccount, Sweep

logger = get_logger(__name__)

ROLE = "sweep"
# Short beside every grace period, long beside the work of a round.
ROUND_SECONDS = 5.0


class SweepRole:
    """Drives the use case while this process holds the lease. Every process hears of disabled accounts, so that whoever holds it next knows them."""

    def __init__(self, sweep: Sweep, *, round_seconds: float = ROUND_SECONDS) -> None:
        """Nothing is done before `run`."""
        self._sweep = sweep
        self._round_seconds = round_seconds
        self._woken = asyncio.Event()

    def on_revoked(self, revocation: Revocation) -> None:
        """Take notice of a disabled account."""
        if revocation.kind is RevokedKind.ACCOUNT and revocation.disabled:
            self._sweep.account_disabled(DisabledAccount(revocation.workspace_id, revocation.id, revocation.at))
            self._woken.set()

    async def run(self, _lease: Lease) -> None:
        """Go round until cancelled."""
        while True:
            self._woken.clear()
            try:
                await self._sweep()
            except UnavailableError as error:
                logger.warning("a round of the sweep was left out", error=error.message)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._round_seconds):
                    await self._woken.wait()
