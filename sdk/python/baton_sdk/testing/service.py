"""The fake's RPCs: check, carry out, answer."""
# ruff: noqa: N802  # the methods' names are the contract's

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import grpc.aio
from google.protobuf.message import Message

from baton_sdk.contract import control_pb2, platform_pb2, platform_pb2_grpc
from baton_sdk.testing.chat import Chat
from baton_sdk.testing.faults import Faults
from baton_sdk.testing.feed import Feed
from baton_sdk.testing.refusals import Refusal

Response = TypeVar("Response")
Context = grpc.aio.ServicerContext[Any, Any]
MAX_TEXT_BYTES = 16 * 1024


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
        self.chats: dict[str, Chat] = {}
        self.calls: list[Call] = []
        self.heard: Callable[[Call], None] = lambda _: None
        self._by_id: dict[str, Chat] = {}
        self._api_key = api_key
        self._feed = feed
        self._faults = faults
        self._clock = clock

    async def StartConversation(self, request: platform_pb2.StartConversationRequest, context: Context) -> platform_pb2.StartConversationResponse:
        """Begin, or find what was begun."""

        def work() -> platform_pb2.StartConversationResponse:
            _uuid("command_id", request.command_id)
            for field, text in (("platform_conversation_id", request.platform_conversation_id), ("user.id", request.user.id)):
                _text(field, text, 200)
            _text("ai_agent.id", request.ai_agent.id, 200)
            chat = self.chats.get(request.platform_conversation_id)
            if chat is None:
                chat = Chat(request, lambda chat, item: self._feed.add(chat.ai_agent.id, item), self._clock)
                self.chats[chat.chat_id] = self._by_id[chat.id] = chat
                chat.carry_out(request, lambda: 1)
            return platform_pb2.StartConversationResponse(outcome=chat.carry_out(request, lambda: chat.seq))

        return await self._answer("StartConversation", request, context, work)

    async def AppendUserMessage(self, request: platform_pb2.AppendUserMessageRequest, context: Context) -> platform_pb2.AppendUserMessageResponse:
        """The user wrote."""
        return await self._answer(
            "AppendUserMessage", request, context, lambda: platform_pb2.AppendUserMessageResponse(outcome=self._said(request, Chat.user_message))
        )

    async def AppendAiMessage(self, request: platform_pb2.AppendAiMessageRequest, context: Context) -> platform_pb2.AppendAiMessageResponse:
        """The AI speaks."""
        return await self._answer(
            "AppendAiMessage", request, context, lambda: platform_pb2.AppendAiMessageResponse(outcome=self._said(request, Chat.ai_message))
        )

    async def RequestHuman(self, request: platform_pb2.RequestHumanRequest, context: Context) -> platform_pb2.RequestHumanResponse:
        """A human is wanted."""

        def work() -> platform_pb2.RequestHumanResponse:
            outcome = self._do(request, lambda chat: chat.request_human(request))
            return platform_pb2.RequestHumanResponse(outcome=outcome, availability=control_pb2.Availability(agents_available=1))

        return await self._answer("RequestHuman", request, context, work)

    async def WithdrawRequest(self, request: platform_pb2.WithdrawRequestRequest, context: Context) -> platform_pb2.WithdrawRequestResponse:
        """No human is wanted any more."""
        return await self._answer(
            "WithdrawRequest",
            request,
            context,
            lambda: platform_pb2.WithdrawRequestResponse(outcome=self._do(request, lambda chat: chat.withdraw_request(request))),
        )

    async def CloseConversation(self, request: platform_pb2.CloseConversationRequest, context: Context) -> platform_pb2.CloseConversationResponse:
        """It is over."""
        return await self._answer(
            "CloseConversation",
            request,
            context,
            lambda: platform_pb2.CloseConversationResponse(outcome=self._do(request, lambda chat: chat.close_by_platform(request))),
        )

    async def ReportDelivered(self, request: platform_pb2.ReportDeliveredRequest, context: Context) -> platform_pb2.ReportDeliveredResponse:
        """A human's words arrived."""

        def work() -> platform_pb2.ReportDeliveredResponse:
            outcome = self._do(request, lambda chat: chat.receipts(delivered=_seq(request.up_to_seq)))
            return platform_pb2.ReportDeliveredResponse(control=outcome.control)

        return await self._answer("ReportDelivered", request, context, work)

    async def ReportShown(self, request: platform_pb2.ReportShownRequest, context: Context) -> platform_pb2.ReportShownResponse:
        """The user saw a human's words."""

        def work() -> platform_pb2.ReportShownResponse:
            outcome = self._do(request, lambda chat: chat.receipts(shown=_seq(request.up_to_seq)))
            return platform_pb2.ReportShownResponse(control=outcome.control)

        return await self._answer("ReportShown", request, context, work)

    async def ReportTyping(self, request: platform_pb2.ReportTypingRequest, context: Context) -> platform_pb2.ReportTypingResponse:
        """Somebody writes; kept among the calls alone."""

        def work() -> platform_pb2.ReportTypingResponse:
            self._find(request.conversation_id)
            return platform_pb2.ReportTypingResponse()

        return await self._answer("ReportTyping", request, context, work)

    async def GetConversation(self, request: platform_pb2.GetConversationRequest, context: Context) -> platform_pb2.GetConversationResponse:
        """How it stands."""

        def work() -> platform_pb2.GetConversationResponse:
            chat = self._find(request.conversation_id)
            return platform_pb2.GetConversationResponse(
                conversation_id=chat.id,
                seq=chat.seq,
                control=chat.control,
                last_user_seq=chat.last_user_seq,
                delivered_seq=chat.delivered_seq,
                reply_due=chat.reply_due,
            )

        return await self._answer("GetConversation", request, context, work)

    async def Watch(self, request: platform_pb2.WatchRequest, context: Context) -> AsyncIterator[platform_pb2.WatchResponse]:
        """Tell what must be acted on."""
        try:
            await self._enter("Watch", request, context)
            _text("consumer_name", request.consumer_name, 200)
            async for item in self._feed.watch(request, self._backlog, lambda: not self._faults.key_revoked):
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

    async def _enter(self, rpc: str, request: Message, context: Context) -> None:
        chat = self._by_id.get(getattr(request, "conversation_id", ""))
        call = Call(rpc, request, chat.control.epoch, chat.control.holder) if chat else Call(rpc, request)
        self.calls.append(call)
        self.heard(call)
        if ("authorization", f"Bearer {self._api_key}") not in (context.invocation_metadata() or ()):
            raise Refusal("KEY_INVALID")
        await self._faults.before(rpc)

    def _said(self, request: Any, work: Callable[[Chat, Any], int]) -> control_pb2.Outcome:  # noqa: ANN401  # a request with a text
        _text("text", request.text, MAX_TEXT_BYTES)
        return self._do(request, lambda chat: work(chat, request))

    def _do(self, request: Any, work: Callable[[Chat], int]) -> control_pb2.Outcome:  # noqa: ANN401  # a request with the two ids
        _uuid("command_id", request.command_id)
        chat = self._find(request.conversation_id)
        # A copy: what is answered is the state of this moment, however long the answer takes.
        outcome = control_pb2.Outcome()
        outcome.CopyFrom(chat.carry_out(request, lambda: work(chat)))
        return outcome

    def _find(self, conversation_id: str) -> Chat:
        _uuid("conversation_id", conversation_id)
        chat = self._by_id.get(conversation_id)
        if chat is None:
            raise Refusal("CONVERSATION_NOT_FOUND")
        return chat

    def _backlog(self) -> list[platform_pb2.WatchResponse]:
        items: list[platform_pb2.WatchResponse] = []
        for chat in self.chats.values():
            if chat.words or chat.control.holder != control_pb2.HOLDER_CLOSED:
                items += [*chat.words, chat.state_item()]
        return items


def _uuid(field: str, text: str) -> None:
    try:
        canonical = str(UUID(text)) == text
    except ValueError:
        canonical = False
    if not canonical:
        raise Refusal("INVALID", field=field)


def _text(field: str, text: str, limit: int) -> None:
    if not text.strip() or len(text.encode()) > limit or "\0" in text:
        raise Refusal("INVALID", field=field)


def _seq(value: int) -> int:
    if value < 1:
        raise Refusal("INVALID", field="up_to_seq")
    return value
