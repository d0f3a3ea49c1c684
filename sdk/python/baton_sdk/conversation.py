"""One conversation as its platform sees it: what the user wrote, who may speak, and turns for the AI."""

import asyncio
from collections.abc import Awaitable, Callable

from baton_sdk import wire
from baton_sdk.command_ids import command_id, fresh_id
from baton_sdk.contract import control_pb2, platform_pb2
from baton_sdk.receipts import Receipts
from baton_sdk.transport import Transport
from baton_sdk.turn import Turn
from baton_sdk.values import Control, Holder, Receipt, Standing

Show = Callable[[str], Awaitable[None]]
ShowTyping = Callable[[bool], Awaitable[None]]


class Conversation:
    """Made by `Baton.start`, `Baton.conversation` or Watch; one object per conversation and client, which is what tells its turns of a takeover."""

    def __init__(self, transport: Transport, conversation_id: str, chat_id: str) -> None:
        """`chat_id` is the platform's own id; empty where it is not known."""
        self._transport = transport
        self.id = conversation_id
        self.chat_id = chat_id
        # Nothing is known yet, so the AI is silent.
        self.control = Control(Holder.QUEUE, 0, ai_may_speak=False)
        # The newest words of the AI that stand.
        self.said_seq = 0
        self._turns: set[Turn] = set()
        self._receipts = Receipts(transport, conversation_id)

    @property
    def ai_may_speak(self) -> bool:
        """Whether the AI may speak, as far as is known here. Baton has the last word, at `say`."""
        return self.control.ai_may_speak

    def learn(self, control: Control) -> None:
        """Take a control state, unless it is older than the one that is known; turns begun under another epoch end."""
        if control.is_older_than(self.control):
            return
        self.control = control
        for turn in tuple(self._turns):
            if not control.ai_may_speak or control.epoch != turn.epoch:
                turn.lose(control)

    async def user_says(self, text: str, message_id: str = "") -> Receipt:
        """Record what the user wrote, whoever holds control; on a closed conversation it reopens it.

        With `message_id`, your own id of the message, saying it again, even from another process, is the same message. ConversationClosedError after spam.
        """
        request = platform_pb2.AppendUserMessageRequest(command_id=self._id_of("user", message_id), conversation_id=self.id, text=text)
        outcome = (await self._transport.command(self._transport.stub.AppendUserMessage, request)).outcome
        return self._received(outcome)

    def turn(self, *, show: Show | None = None, show_typing: ShowTyping | None = None) -> Turn:
        """Return the AI's next turn: `async with conversation.turn() as turn`. ControlLostError on entering it while the AI may not speak.

        `show` puts words on your user's page: it is awaited with what Baton has accepted, before `say` returns, and no cancellation comes between.
        `show_typing` puts typing dots there, and takes them off when the turn ends, however it ends.
        """
        return Turn(self, self._transport, self._turns, show, show_typing)

    async def withdraw_request(self, reason: str = "") -> Receipt:
        """Take a request for a human back. NotRequestedError when there is none, ControlLostError when a human came."""
        request = platform_pb2.WithdrawRequestRequest(command_id=fresh_id(), conversation_id=self.id, epoch=self.control.epoch, reason=reason)
        return self._received((await self._transport.command(self._transport.stub.WithdrawRequest, request)).outcome)

    async def user_left(self) -> Receipt:
        """Say that the user has gone: it ends the conversation, or while a human holds it marks that the user left. Only for a user who really has."""
        request = platform_pb2.CloseConversationRequest(command_id=fresh_id(), conversation_id=self.id, reason=control_pb2.CLOSE_REASON_USER_LEFT)
        return self._received((await self._transport.command(self._transport.stub.CloseConversation, request)).outcome)

    def delivered(self, seq: int) -> None:
        """Report that human messages up to seq have reached your side. Sent in the background, the newest for all; retried until answered."""
        self._receipts.delivered(seq)

    def shown(self, seq: int) -> None:
        """Report that the user has seen what is up to seq; as `delivered`."""
        self._receipts.shown(seq)

    async def user_types(self, *, active: bool = True) -> None:
        """Tell the agents that the user types. Fleeting: repeat it every few seconds; may be lost."""
        request = platform_pb2.ReportTypingRequest(conversation_id=self.id, user=True, active=active)
        await self._transport.say_typing(request)

    async def refresh(self) -> bool:
        """Ask Baton for the control state. Return whether the AI is to answer the user's last message now."""
        return (await self.standing()).reply_due

    async def standing(self) -> Standing:
        """Ask Baton how the conversation stands: for a process that has forgotten where it was."""
        answer = await self._transport.call(self._transport.stub.GetConversation, platform_pb2.GetConversationRequest(conversation_id=self.id))
        standing = wire.read_standing(answer)
        self.learn(standing.control)
        return standing

    def _id_of(self, kind: str, name: str) -> str:
        return command_id(self.id, kind, name) if name else fresh_id()

    def _received(self, outcome: control_pb2.Outcome) -> Receipt:
        receipt = wire.read_receipt(outcome)
        self.learn(receipt.control)
        return receipt

    async def settle(self) -> None:
        """Wait until every receipt reported so far is answered."""
        await asyncio.gather(*self._receipts.running())
