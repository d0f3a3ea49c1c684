"""What the AI is writing, shown while it writes: agents see it grow, the user sees typing dots; both end with the turn."""

import asyncio
from collections.abc import Awaitable, Callable

from baton_sdk.contract import platform_pb2
from baton_sdk.transport import Transport

# Agents read along at this pace; Baton drops what is not repeated within 6 s.
_EVERY_SECONDS = 0.25
_REPEAT_SECONDS = 2.0
# A partial text is cut to what Baton takes of a text, in bytes.
_MAX_BYTES = 16 * 1024


class Composing:
    """One text that grows, until `end`."""

    def __init__(self, transport: Transport, conversation_id: str, epoch: int, show_typing: Callable[[bool], Awaitable[None]] | None) -> None:
        """Begins at once."""
        self.text = ""
        self._transport = transport
        self._conversation_id = conversation_id
        self._epoch = epoch
        self._show_typing = show_typing
        self._changed = asyncio.Event()
        self._ended = asyncio.Event()
        transport.keep(self._run())

    def write(self, text: str) -> None:
        """Take the text as it is so far."""
        self.text = text
        self._changed.set()

    def end(self) -> None:
        """Stop; again, it does nothing."""
        self._ended.set()

    async def _run(self) -> None:
        dots = False
        try:
            # Who says at once what is known composes nothing: no dots for a blink of an eye.
            if await self._wait(self._ended, _EVERY_SECONDS):
                return
            dots = True
            if self._show_typing:
                await self._show_typing(True)
            while not self._ended.is_set():
                self._changed.clear()
                await self._report(active=True)
                if not await self._wait(self._ended, _EVERY_SECONDS) and not self._changed.is_set():
                    await self._wait_for_either()
        finally:
            if dots:
                if self._show_typing:
                    await self._show_typing(False)
                await self._report(active=False)

    async def _wait_for_either(self) -> None:
        """Wait for more text or the end, at most until it must be repeated."""
        waits = [asyncio.ensure_future(event.wait()) for event in (self._ended, self._changed)]
        try:
            await asyncio.wait(waits, timeout=_REPEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    @staticmethod
    async def _wait(event: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        return True

    async def _report(self, *, active: bool) -> None:
        text = self.text.encode()[:_MAX_BYTES].decode(errors="ignore") if active else ""
        request = platform_pb2.ReportTypingRequest(conversation_id=self._conversation_id, epoch=self._epoch, partial_text=text, active=active)
        await self._transport.say_typing(request)
