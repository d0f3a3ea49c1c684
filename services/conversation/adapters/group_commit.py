"""Group commit: what different conversations append at the same time goes to the database as one write (docs/adr on group commit)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from servicekit.logs import get_logger

from services.conversation.metrics import APPEND_BATCH
from services.conversation.ports.event_store import Appended

logger = get_logger(__name__)

Document = dict[str, Any]
# Writes documents together and says of each, in order, what became of it. Never raises what the database may cause.
Write = Callable[[Sequence[Document]], Awaitable[list[Appended]]]

# A batch is far below MongoDB's 48 MB even if every text is as long as allowed.
MAX_BATCH = 500
# While one write is on its way the next gathers; more at once only make the batches smaller.
MAX_WRITES = 2


class GroupCommit:
    """Gathers appends while a write is under way. Each batch runs in a task that no caller's cancellation or deadline reaches (rule 4)."""

    def __init__(self, write: Write) -> None:
        """`write` is the one call that reaches the database."""
        self._write = write
        self._pending: dict[bytes, tuple[Document, asyncio.Future[Appended]]] = {}
        # Conversations with an undecided append, pending or on its way.
        self._undecided: set[bytes] = set()
        self._writes: set[asyncio.Task[None]] = set()

    def submit(self, conversation: bytes, document: Document) -> asyncio.Future[Appended]:
        """Return what will be known of this append. RuntimeError when the conversation has an undecided one (rule 1: an unordered batch must not hold two)."""
        if conversation in self._undecided:
            msg = "a conversation has at most one undecided append"
            raise RuntimeError(msg)
        self._undecided.add(conversation)
        future: asyncio.Future[Appended] = asyncio.get_running_loop().create_future()
        self._pending[conversation] = (document, future)
        # Who has ended is counted as ended at once, and not when asyncio tells of it: between the two nobody would write this.
        if sum(not write.done() for write in self._writes) < MAX_WRITES:
            task = asyncio.create_task(self._run(), name="group-commit")
            self._writes.add(task)
            task.add_done_callback(self._writes.discard)
        return future

    async def _run(self) -> None:
        while self._pending:
            keys = list(self._pending)[:MAX_BATCH]
            await self._flush(keys, [self._pending.pop(key) for key in keys])

    async def _flush(self, keys: list[bytes], batch: list[tuple[Document, asyncio.Future[Appended]]]) -> None:
        APPEND_BATCH.observe(len(batch))
        try:
            results = await self._write([document for document, _ in batch])
        except Exception:
            logger.exception("a batch of appends failed in an unknown way", size=len(batch))
            results = [Appended.UNKNOWN] * len(batch)
        for key, (_, future), result in zip(keys, batch, results, strict=True):
            self._undecided.discard(key)
            if not future.done():
                future.set_result(result)

    async def drain(self) -> None:
        """Wait until every write has come back."""
        while self._writes:
            await asyncio.wait(self._writes)
