"""A turn of the AI: one answer, written under the epoch that was current when its writing began."""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from baton_sdk import wire
from baton_sdk.command_ids import command_id, fresh_id
from baton_sdk.composing import Composing
from baton_sdk.contract import control_pb2, event_pb2, platform_pb2
from baton_sdk.errors import BatonError, ControlLostError, ConversationClosedError
from baton_sdk.transport import Transport
from baton_sdk.values import Availability, Control, Priority, Receipt

if TYPE_CHECKING:
    from baton_sdk.conversation import Conversation

Show = Callable[[str], Awaitable[None]]
ShowTyping = Callable[[bool], Awaitable[None]]


class Turn:
    """Entered while the AI may speak. When it loses control the block is cancelled and ends with ControlLostError, as `asyncio.timeout` ends with TimeoutError.

    What is under way in `say` is never cut: Baton's answer alone decides whether the words stand. What had been composed and not said (or `draft`) is left with
    Baton as a draft for the human. After the first accepted `say` nothing is cancelled any more, so that the words reach the user; the next call raises.
    """

    def __init__(self, conversation: "Conversation", transport: Transport, turns: "set[Turn]", show: Show | None, show_typing: ShowTyping | None) -> None:
        self.epoch = 0
        # What is left with Baton for the human when control is lost before anything was said. None: what had been composed; empty: nothing.
        self.draft: str | None = None
        # Set when control is lost.
        self.lost: Control | None = None
        self._conversation = conversation
        self._transport = transport
        self._turns = turns
        self._show = show
        self._show_typing = show_typing
        self._composing: Composing | None = None
        self._task: asyncio.Task[object] | None = None
        self._cancelling = 0
        self._interrupted = False
        # Words that went to Baton, whatever it said to them: they need not be left as a draft.
        self._sent = False

    @property
    def sent(self) -> bool:
        """Whether words of this turn have gone to Baton, whatever it says to them."""
        return self._sent

    async def __aenter__(self) -> Self:
        """Begin to write. ControlLostError while the AI may not speak."""
        control = self._conversation.control
        if not control.ai_may_speak:
            raise _lost(control)
        self.epoch = control.epoch
        self._task = asyncio.current_task()
        self._cancelling = self._task.cancelling() if self._task else 0
        self._turns.add(self)
        self._transport.counters.turns += 1
        self._composing = Composing(self._transport, self._conversation.id, self.epoch, self._show_typing)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End the composing; turn the cancellation that a loss caused into ControlLostError."""
        self._turns.discard(self)
        if self._composing:
            self._composing.end()
        composed = self._composing.text if self._composing else ""
        if self.lost and not self._sent and (draft := composed if self.draft is None else self.draft):
            self._transport.keep(self._leave_draft(draft))
        # Anyone else's cancellation goes on its way.
        if self._interrupted and self._task and self._task.uncancel() <= self._cancelling and kind is asyncio.CancelledError and self.lost:
            raise _lost(self.lost) from error

    def lose(self, control: Control) -> None:
        """Be told that control is lost (by the conversation): stop composing, and stop the block unless its words are already on their way."""
        if self.lost:
            return
        self.lost = control
        self._transport.counters.turns_lost += 1
        if self._composing:
            self._composing.end()
        if not self._sent and self._task and self._task is not asyncio.current_task():
            self._interrupted = True
            self._task.cancel()

    async def compose(self, text: str) -> None:
        """Let the agents see the answer grow: `text` is all that is written so far. Cheap to call for every token; may be lost. ControlLostError."""
        self._demand_control()
        if self._composing:
            self._composing.write(text)
        # A model that never waits must not keep Watch from being read.
        await asyncio.sleep(0)

    async def say(self, text: str, message_id: str = "") -> Receipt:
        """Say it. Returns once Baton has accepted it: only then may the user see it. ControlLostError when it was not; Baton keeps it as a draft for the human.

        With `message_id`, saying it again under the same epoch, even from another process, is the same message.
        """
        self._demand_control()
        self._sent = True
        name = command_id(self._conversation.id, "ai", message_id, self.epoch) if message_id else fresh_id()
        request = platform_pb2.AppendAiMessageRequest(command_id=name, conversation_id=self._conversation.id, text=text, epoch=self.epoch)
        return await asyncio.shield(self._transport.keep(self._said(request)))

    async def ask_for_human(
        self, reason: str, *, by_user: bool = False, summary: str = "", priority: Priority = Priority.NORMAL, suggested_reply: str = ""
    ) -> Availability:
        """Ask for a human, at once. The AI may go on until one comes; the answer is what may be told to the user. ControlLostError if one is there already."""
        self._demand_control()
        request = platform_pb2.RequestHumanRequest(
            command_id=fresh_id(),
            conversation_id=self._conversation.id,
            epoch=self.epoch,
            by=event_pb2.REQUESTED_BY_USER if by_user else event_pb2.REQUESTED_BY_AI,
            reason=reason,
            summary=summary,
            priority=wire.write_priority(priority),
            suggested_reply=suggested_reply,
        )
        try:
            response = await self._transport.command(self._transport.stub.RequestHuman, request)
        except (ControlLostError, ConversationClosedError) as refusal:
            raise self._refused(refusal) from None
        self._conversation.learn(wire.read_control(response.outcome.control))
        return wire.read_availability(response.availability)

    async def resolve(self) -> Receipt:
        """End the conversation: all is answered. Only under this turn's epoch, never under a human. ControlLostError."""
        self._demand_control()
        self._sent = True
        request = platform_pb2.CloseConversationRequest(
            command_id=fresh_id(), conversation_id=self._conversation.id, reason=control_pb2.CLOSE_REASON_AI_RESOLVED, epoch=self.epoch
        )
        try:
            outcome = (await self._transport.command(self._transport.stub.CloseConversation, request)).outcome
        except (ControlLostError, ConversationClosedError) as refusal:
            raise self._refused(refusal) from None
        receipt = wire.read_receipt(outcome)
        self._turns.discard(self)  # its own closing is no loss
        self._conversation.learn(receipt.control)
        return receipt

    async def _said(self, request: platform_pb2.AppendAiMessageRequest) -> Receipt:
        try:
            outcome = (await self._transport.command(self._transport.stub.AppendAiMessage, request)).outcome
        except (ControlLostError, ConversationClosedError) as refusal:
            self._transport.counters.drafts_left += 1
            raise self._refused(refusal) from None
        if self._composing:
            self._composing.end()
        receipt = wire.read_receipt(outcome)
        self._conversation.said_seq = max(self._conversation.said_seq, receipt.seq)
        self._conversation.learn(receipt.control)
        if self._show:
            await self._show(request.text)
        return receipt

    async def _leave_draft(self, text: str) -> None:
        """Give the human what the AI was about to say: under the lost epoch it can never be said."""
        request = platform_pb2.AppendAiMessageRequest(command_id=fresh_id(), conversation_id=self._conversation.id, text=text, epoch=self.epoch)
        try:
            await self._transport.command(self._transport.stub.AppendAiMessage, request)
        except BatonError:
            self._transport.counters.drafts_left += 1

    def _refused(self, refusal: ControlLostError | ConversationClosedError) -> ControlLostError:
        """Learn from a refusal: it may be sooner than Watch."""
        control = wire.lost_control(refusal.details)
        if control:
            self._conversation.learn(control)
        if not self.lost:
            self.lose(control or self._conversation.control)
        if isinstance(refusal, ControlLostError):
            return refusal
        return ControlLostError(refusal.reason, refusal.message, refusal.details)

    def _demand_control(self) -> None:
        if self.lost:
            raise _lost(self.lost)


def _lost(control: Control) -> ControlLostError:
    who = f"{control.agent} ({control.holder})" if control.agent else str(control.holder)
    return ControlLostError("CONTROL_LOST", f"the AI may not speak: {who}, epoch {control.epoch}", {"holder": control.holder, "epoch": str(control.epoch)})
