"""What the other services ask: what was revoked, and who somebody is."""

from collections.abc import Sequence

from servicekit.clock import Clock

from services.auth.domain.accounts import Account
from services.auth.domain.revocations import OF_USE, Revocation
from services.auth.ports import Store
from services.auth.use_cases.accounts import account_of


class Trust:
    """The source of what every service believes."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def revocations_since(self, since: int) -> tuple[Sequence[Revocation], int]:
        """Return what was revoked after `since`, and the `since` of the next time. Nothing is ever left out: numbers follow the order of commits.

        0, or a number of the future (the database was restored to an earlier day): all that still matters to who holds nothing.
        """
        reader = self._store.reader()
        head = await reader.revocation_head()
        if head == since:
            return [], head
        if 0 < since < head:
            return await reader.revocations(since, head, None), head
        return await reader.revocations(0, head, self._clock.now() - OF_USE), head

    async def agent(self, workspace_id: str, account_id: str) -> Account:
        """Return an account of the workspace, disabled or not; AccountNotFoundError."""
        return await account_of(self._store.reader(), workspace_id, account_id)
