"""Count everything again from the log, while the former count is served and goes on counting."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from datetime import timedelta
from typing import NoReturn

from servicekit.errors import PreconditionError

from services.analytics.domain.events import LoggedEvent
from services.analytics.ports import ConversationLog, FactStore, Recounting
from services.analytics.use_cases.record_events import RecordEvents

# Another process may begin when nobody has renewed for this long.
LEASE = timedelta(seconds=60)
RENEWED_EVERY = 20.0
CATCH_UPS = 5


class Rebuild:
    """The log by pages, then what came meanwhile, then the switch, then what came during the switch."""

    def __init__(self, recounting: Recounting, log: ConversationLog, renewed_every: float = RENEWED_EVERY) -> None:
        """`log` is the truth; the topic keeps too little of it. The lease is renewed every so many seconds."""
        self._recounting = recounting
        self._log = log
        self._renewed_every = renewed_every
        self._begun: FactStore | None = None

    async def begin(self) -> None:
        """PreconditionError REBUILD_RUNNING where one runs already."""
        self._begun = await self._recounting.begin(LEASE)
        if self._begun is None:
            raise PreconditionError("REBUILD_RUNNING", "The figures are being counted again already.")

    async def run(self) -> int:
        """Do what was begun; return how many events were counted. What was served stays served where this fails, as with LostLeaseError."""
        assert self._begun is not None, "begin first"  # noqa: S101  # the order of calls is the caller's
        try:
            count = await self._while_renewing(self._count(RecordEvents(self._begun, self._log)))
        except BaseException:
            await self._recounting.abandon()
            raise
        await self._recounting.finish()
        return count

    async def _while_renewing(self, work: Coroutine[None, None, int]) -> int:
        """Do it as long as the lease is renewed."""
        working, renewing = asyncio.create_task(work), asyncio.create_task(self._keep_renewing())
        try:
            done, _ = await asyncio.wait([working, renewing], return_when=asyncio.FIRST_COMPLETED)
            if working not in done:
                # Renewing ends by its failure alone.
                renewing.result()
            return await working
        finally:
            working.cancel()
            renewing.cancel()
            await asyncio.wait([working, renewing])

    async def _count(self, record: RecordEvents) -> int:
        count = 0
        async for page in _unless_empty(self._log.all_events()):
            count += (await record(page)).folded
        # Each time less has come meanwhile; what comes after the last time is found after the switch.
        for _ in range(CATCH_UPS):
            caught_up = await self._catch_up(record)
            count += caught_up
            if caught_up == 0:
                break
        await self._recounting.switch()
        # Whoever recorded under the former count and has not yet looked whether it is still served will look, and record again under this one.
        return count + await self._catch_up(record)

    async def _catch_up(self, record: RecordEvents) -> int:
        count = 0
        async for conversation_id in self._recounting.behind():
            count += (await record(await self._log.events_of(conversation_id))).folded
        return count

    async def _keep_renewing(self) -> NoReturn:
        while True:
            await asyncio.sleep(self._renewed_every)
            await self._recounting.renew(LEASE)


async def _unless_empty(pages: AsyncIterator[Sequence[LoggedEvent]]) -> AsyncIterator[Sequence[LoggedEvent]]:
    async for page in pages:
        if page:
            yield page
