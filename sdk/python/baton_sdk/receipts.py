"""Delivered and shown: many reports, one request under way for each, the newest seq for all that came meanwhile."""

import asyncio
import logging
from collections.abc import Iterable

from baton_sdk.command_ids import command_id
from baton_sdk.contract import platform_pb2
from baton_sdk.errors import BatonError
from baton_sdk.transport import Transport

logger = logging.getLogger(__name__)


class Receipts:
    """The receipts of one conversation. Baton answers a report once it is in its log, which takes up to a second: nobody should wait for that."""

    def __init__(self, transport: Transport, conversation_id: str) -> None:
        self._transport = transport
        self._conversation_id = conversation_id
        self._wanted = {"delivered": 0, "shown": 0}
        self._sent = {"delivered": 0, "shown": 0}
        self._running: dict[str, asyncio.Task[None]] = {}

    def delivered(self, seq: int) -> None:
        """Report that human messages up to seq arrived."""
        self._want("delivered", seq)

    def shown(self, seq: int) -> None:
        """Report that the user saw what is up to seq."""
        self._want("shown", seq)

    def running(self) -> Iterable[asyncio.Task[None]]:
        """Return what is under way."""
        return tuple(task for task in self._running.values() if not task.done())

    def _want(self, what: str, seq: int) -> None:
        self._wanted[what] = max(self._wanted[what], seq)
        running = self._running.get(what)
        # Done is who has looked for the last time, whether or not asyncio has told of it yet.
        if self._wanted[what] > self._sent[what] and (running is None or running.done()):
            self._running[what] = self._transport.keep(self._report(what))

    async def _report(self, what: str) -> None:
        while (seq := self._wanted[what]) > self._sent[what]:
            name = command_id(self._conversation_id, what, seq)
            stub = self._transport.stub
            try:
                if what == "delivered":
                    delivered = platform_pb2.ReportDeliveredRequest(command_id=name, conversation_id=self._conversation_id, up_to_seq=seq)
                    await self._transport.command(stub.ReportDelivered, delivered)
                else:
                    shown = platform_pb2.ReportShownRequest(command_id=name, conversation_id=self._conversation_id, up_to_seq=seq)
                    await self._transport.command(stub.ReportShown, shown)
            except BatonError as error:
                # On a closed conversation there is nothing to report any more; anything else comes again with the next message.
                logger.debug("not reported as %s: %s", what, error)
            self._sent[what] = seq
