"""Delivered and shown: many reports, at most one event a second a conversation; a report is answered once it is in the log."""

import asyncio
from dataclasses import dataclass, replace

from services.conversation.domain.commands import ReportReceipts
from services.conversation.domain.errors import TooSoonError
from services.conversation.use_cases.carry_out import CarryOut, Outcome


@dataclass(slots=True)
class _Batch:
    """Reports that will become one event."""

    command: ReportReceipts
    task: asyncio.Task[Outcome] | None = None

    def add(self, other: ReportReceipts) -> None:
        """Take in another report: receipts only ever rise."""
        mine = self.command
        self.command = replace(mine, delivered_seq=max(mine.delivered_seq, other.delivered_seq), shown_seq=max(mine.shown_seq, other.shown_seq))


class ReportReceiptsBatched:
    """Merges the reports that come while the conversation's interval is not over yet."""

    def __init__(self, carry_out: CarryOut) -> None:
        self._carry_out = carry_out
        self._waiting: dict[str, _Batch] = {}

    async def __call__(self, command: ReportReceipts) -> Outcome:
        """Return when this report, or a higher one, is in the log: within about the interval (1 s)."""
        batch = self._waiting.get(command.conversation_id)
        # Another platform's report must be refused on its own.
        if batch is not None and batch.task is not None and batch.command.actor.id == command.actor.id:
            batch.add(command)
            return await asyncio.shield(batch.task)
        batch = _Batch(command)
        batch.task = asyncio.create_task(self._write(batch))
        return await asyncio.shield(batch.task)

    async def _write(self, batch: _Batch) -> Outcome:
        while True:
            try:
                return await self._carry_out(batch.command)
            except TooSoonError as error:
                newer = self._waiting.get(batch.command.conversation_id)
                if newer is not None and newer.task is not None:
                    newer.add(batch.command)
                    return await asyncio.shield(newer.task)
                self._waiting[batch.command.conversation_id] = batch
                await asyncio.sleep(error.wait.total_seconds())
                del self._waiting[batch.command.conversation_id]
