"""Delivered and shown: many reports, at most one event a second a conversation; a report is answered once it is in the log."""

import asyncio
import uuid
from dataclasses import dataclass, replace

from services.conversation.domain.commands import ReportReceipts
from services.conversation.domain.errors import TooSoonError
from services.conversation.use_cases.carry_out import CarryOut, Outcome
from services.conversation.use_cases.states import States


@dataclass(slots=True)
class _Batch:
    """Reports that will become one event."""

    command: ReportReceipts
    task: asyncio.Task[Outcome] | None = None

    def add(self, other: ReportReceipts) -> None:
        """Take in another report: receipts only ever rise."""
        mine = self.command
        delivered, shown = max(mine.delivered_seq, other.delivered_seq), max(mine.shown_seq, other.shown_seq)
        if (delivered, shown) != (mine.delivered_seq, mine.shown_seq):
            # No longer what any one report said: under the first one's id, its repeat would be other content.
            merged_id = uuid.uuid5(uuid.UUID(mine.conversation_id), f"receipts/{delivered}/{shown}")
            self.command = replace(mine, command_id=str(merged_id), delivered_seq=delivered, shown_seq=shown)


class ReportReceiptsBatched:
    """Merges the reports that come while the conversation's interval is not over yet."""

    def __init__(self, carry_out: CarryOut, states: States) -> None:
        """`states` tells, without asking the database, what a report cannot be beyond."""
        self._carry_out = carry_out
        self._states = states
        self._waiting: dict[str, _Batch] = {}

    async def __call__(self, command: ReportReceipts) -> Outcome:
        """Return when this report, or a higher one, is in the log: within about the interval (1 s)."""
        batch = self._waiting.get(command.conversation_id)
        # Another platform's report, and one beyond the log, must be refused on its own: a batch is refused as one.
        if batch is not None and batch.task is not None and batch.command.actor.id == command.actor.id and self._is_in_the_log(command):
            batch.add(command)
            return await asyncio.shield(batch.task)
        batch = _Batch(command)
        batch.task = asyncio.create_task(self._write(batch))
        return await asyncio.shield(batch.task)

    def _is_in_the_log(self, command: ReportReceipts) -> bool:
        """Tell it from memory; False is only "not known": then the report finds out for itself, and joins when it is told to wait."""
        state = self._states.get(command.conversation_id)
        return state is not None and max(command.delivered_seq, command.shown_seq) <= state.seq

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
