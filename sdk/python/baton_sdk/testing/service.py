"""The fake's RPCs: check, carry out, answer."""
# ruff: noqa: N802  # the methods' names are the contract's

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import grpc.aio
from google.protobuf.message import Message

from baton_sdk.contract import platform_pb2, platform_pb2_grpc
from baton_sdk.testing.commands import Commands, Done, check_text
from baton_sdk.testing.faults import Faults
from baton_sdk.testing.feed import Feed
from baton_sdk.testing.refusals import Refusal
from baton_sdk.testing.stream import FakeStream

Response = TypeVar("Response")
Context = grpc.aio.ServicerContext[Any, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """What reached the fake, whatever was answered."""

    rpc: str
    request: Message
    # The epoch and holder when it arrived.
    epoch: int = 0
    holder: int = 0


class FakePlatformService(platform_pb2_grpc.PlatformServiceServicer):
    """Serves one platform."""

    def __init__(self, api_key: str, feed: Feed, faults: Faults, clock: Callable[[], datetime]) -> None:
        self.calls: list[Call] = []
        self.heard: Callable[[Call], None] = lambda _: None
        self.commands = Commands(feed, clock)
        self._api_key = api_key
        self._feed = feed
        self._faults = faults

    async def StartConversation(self, request: platform_pb2.StartConversationRequest, context: Context) -> platform_pb2.StartConversationResponse:
        """Begin, or find what was begun."""
        return platform_pb2.StartConversationResponse(outcome=(await self._command("StartConversation", request, context)).outcome)

    async def AppendUserMessage(self, request: platform_pb2.AppendUserMessageRequest, context: Context) -> platform_pb2.AppendUserMessageResponse:
        """The user wrote."""
        return platform_pb2.AppendUserMessageResponse(outcome=(await self._command("AppendUserMessage", request, context)).outcome)

    async def AppendAiMessage(self, request: platform_pb2.AppendAiMessageRequest, context: Context) -> platform_pb2.AppendAiMessageResponse:
        """The AI speaks."""
        return platform_pb2.AppendAiMessageResponse(outcome=(await self._command("AppendAiMessage", request, context)).outcome)

    async def RequestHuman(self, request: platform_pb2.RequestHumanRequest, context: Context) -> platform_pb2.RequestHumanResponse:
        """A human is wanted."""
        done = await self._command("RequestHuman", request, context)
        return platform_pb2.RequestHumanResponse(outcome=done.outcome, availability=done.availability)

    async def WithdrawRequest(self, request: platform_pb2.WithdrawRequestRequest, context: Context) -> platform_pb2.WithdrawRequestResponse:
        """No human is wanted any more."""
        return platform_pb2.WithdrawRequestResponse(outcome=(await self._command("WithdrawRequest", request, context)).outcome)

    async def CloseConversation(self, request: platform_pb2.CloseConversationRequest, context: Context) -> platform_pb2.CloseConversationResponse:
        """It is over."""
        return platform_pb2.CloseConversationResponse(outcome=(await self._command("CloseConversation", request, context)).outcome)

    async def ReportDelivered(self, request: platform_pb2.ReportDeliveredRequest, context: Context) -> platform_pb2.ReportDeliveredResponse:
        """A human's words arrived."""
        return platform_pb2.ReportDeliveredResponse(control=(await self._command("ReportDelivered", request, context)).outcome.control)

    async def ReportShown(self, request: platform_pb2.ReportShownRequest, context: Context) -> platform_pb2.ReportShownResponse:
        """The user saw a human's words."""
        return platform_pb2.ReportShownResponse(control=(await self._command("ReportShown", request, context)).outcome.control)

    async def ReportTyping(self, request: platform_pb2.ReportTypingRequest, context: Context) -> platform_pb2.ReportTypingResponse:
        """Somebody writes; kept among the calls alone."""
        await self._answer("ReportTyping", request, context, lambda: self.commands.find(request.conversation_id))
        return platform_pb2.ReportTypingResponse()

    async def AppendStream(
        self, request_iterator: AsyncIterator[platform_pb2.AppendStreamRequest], context: Context
    ) -> AsyncIterator[platform_pb2.AppendStreamResponse]:
        """Carry out many commands on one stream."""
        stream = FakeStream(self.commands, self._faults, lambda rpc, request: self._enter(rpc, request, context))
        try:
            self._check_key(context)
            await context.send_initial_metadata(())
            async for response in stream.answers(request_iterator):
                yield response
        except Refusal as refusal:
            await refusal.send(context)

    async def GetConversation(self, request: platform_pb2.GetConversationRequest, context: Context) -> platform_pb2.GetConversationResponse:
        """How it stands."""

        def work() -> platform_pb2.GetConversationResponse:
            chat = self.commands.find(request.conversation_id)
            return platform_pb2.GetConversationResponse(
                conversation_id=chat.id,
                seq=chat.seq,
                control=chat.control,
                last_user_seq=chat.last_user_seq,
                delivered_seq=chat.delivered_seq,
                shown_seq=chat.shown_seq,
                reply_due=chat.reply_due,
            )

        return await self._answer("GetConversation", request, context, work)

    async def Watch(self, request: platform_pb2.WatchRequest, context: Context) -> AsyncIterator[platform_pb2.WatchResponse]:
        """Tell what must be acted on."""
        try:
            await self._enter("Watch", request, context)
            check_text("consumer_name", request.consumer_name, 200)
            async for item in self._feed.watch(request, self.commands.backlog, lambda: not self._faults.key_revoked):
                yield item
        except Refusal as refusal:
            await refusal.send(context)

    async def AckWatch(self, request: platform_pb2.AckWatchRequest, context: Context) -> platform_pb2.AckWatchResponse:
        """Store a position."""

        def work() -> platform_pb2.AckWatchResponse:
            self._feed.ack(request)
            return platform_pb2.AckWatchResponse()

        return await self._answer("AckWatch", request, context, work)

    async def _answer(self, rpc: str, request: Message, context: Context, work: Callable[[], Response]) -> Response:
        try:
            await self._enter(rpc, request, context)
            response = work()
            await self._faults.after(rpc)
        except Refusal as refusal:
            await refusal.send(context)
        return response

    async def _command(self, rpc: str, request: Message, context: Context) -> Done:
        return await self._answer(rpc, request, context, lambda: self.commands.carry_out(request))

    async def _enter(self, rpc: str, request: Message, context: Context) -> None:
        chat = self.commands.by_id.get(getattr(request, "conversation_id", ""))
        call = Call(rpc, request, chat.control.epoch, chat.control.holder) if chat else Call(rpc, request)
        self.calls.append(call)
        self.heard(call)
        self._check_key(context)
        await self._faults.before(rpc)

    def _check_key(self, context: Context) -> None:
        if self._faults.key_revoked or ("authorization", f"Bearer {self._api_key}") not in (context.invocation_metadata() or ()):
            raise Refusal("KEY_INVALID")
