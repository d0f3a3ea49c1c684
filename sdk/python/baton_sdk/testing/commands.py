"""What a platform's commands do to the fake's chats; the same for unary calls and for the stream."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from google.protobuf.message import Message

from baton_sdk.contract import control_pb2, platform_pb2
from baton_sdk.testing.chat import Chat
from baton_sdk.testing.feed import Feed
from baton_sdk.testing.refusals import Refusal

MAX_TEXT_BYTES = 16 * 1024
_MAX_ID_BYTES = 200
# The stream's fields, and the RPC that each stands for.
STREAMED = {
    "start_conversation": "StartConversation",
    "append_user_message": "AppendUserMessage",
    "append_ai_message": "AppendAiMessage",
    "request_human": "RequestHuman",
    "withdraw_request": "WithdrawRequest",
    "report_delivered": "ReportDelivered",
    "report_shown": "ReportShown",
    "close_conversation": "CloseConversation",
}


@dataclass(frozen=True, slots=True)
class Done:
    """A command that was carried out."""

    outcome: control_pb2.Outcome
    availability: control_pb2.Availability | None = None


class Commands:
    """All chats, by both of their ids."""

    def __init__(self, feed: Feed, clock: Callable[[], datetime]) -> None:
        self.chats: dict[str, Chat] = {}
        self.by_id: dict[str, Chat] = {}
        # What RequestHuman answers.
        self.availability = control_pb2.Availability(agents_available=1)
        self._feed = feed
        self._clock = clock

    def carry_out(self, request: Message) -> Done:
        """Do what a request asks, once; raises its Refusal."""
        _check_uuid("command_id", getattr(request, "command_id", ""))
        if isinstance(request, platform_pb2.StartConversationRequest):
            return Done(self._start(request))
        if isinstance(request, platform_pb2.AppendUserMessageRequest | platform_pb2.AppendAiMessageRequest):
            check_text("text", request.text, MAX_TEXT_BYTES)
        if isinstance(request, platform_pb2.ReportDeliveredRequest | platform_pb2.ReportShownRequest) and request.up_to_seq < 1:
            raise Refusal("INVALID", field="up_to_seq")
        chat = self.find(getattr(request, "conversation_id", ""))
        # A copy: what is answered is the state of this moment, however long the answer takes.
        outcome = control_pb2.Outcome()
        outcome.CopyFrom(chat.carry_out(request, lambda: _work(chat, request)))
        return Done(outcome, self.availability if isinstance(request, platform_pb2.RequestHumanRequest) else None)

    def find(self, conversation_id: str) -> Chat:
        """Return a chat by Baton's id."""
        _check_uuid("conversation_id", conversation_id)
        chat = self.by_id.get(conversation_id)
        if chat is None:
            raise Refusal("CONVERSATION_NOT_FOUND")
        return chat

    def backlog(self) -> list[platform_pb2.WatchResponse]:
        """Return what a catch-up tells: undelivered words and how each open chat stands."""
        items: list[platform_pb2.WatchResponse] = []
        for chat in self.chats.values():
            if chat.words or chat.control.holder != control_pb2.HOLDER_CLOSED:
                items += [*chat.words, chat.state_item()]
        return items

    def _start(self, request: platform_pb2.StartConversationRequest) -> control_pb2.Outcome:
        for field, text in (
            ("platform_conversation_id", request.platform_conversation_id),
            ("user.id", request.user.id),
            ("ai_agent.id", request.ai_agent.id),
        ):
            check_text(field, text, _MAX_ID_BYTES)
        outcome = control_pb2.Outcome()
        chat = self.chats.get(request.platform_conversation_id)
        if chat is None:
            chat = Chat(request, lambda chat, item: self._feed.add(chat.ai_agent.id, item), self._clock)
            self.chats[chat.chat_id] = self.by_id[chat.id] = chat
            outcome.CopyFrom(chat.carry_out(request, lambda: 1))
        else:
            known = chat
            outcome.CopyFrom(chat.carry_out(request, lambda: known.seq))
        return outcome


def _work(chat: Chat, request: Message) -> int:
    match request:
        case platform_pb2.AppendUserMessageRequest():
            return chat.user_message(request)
        case platform_pb2.AppendAiMessageRequest():
            return chat.ai_message(request)
        case platform_pb2.RequestHumanRequest():
            return chat.request_human(request)
        case platform_pb2.WithdrawRequestRequest():
            return chat.withdraw_request(request)
        case platform_pb2.CloseConversationRequest():
            return chat.close_by_platform(request)
        case platform_pb2.ReportDeliveredRequest():
            return chat.receipts(delivered=request.up_to_seq)
        case platform_pb2.ReportShownRequest():
            return chat.receipts(shown=request.up_to_seq)
        case _:
            raise TypeError(type(request).__name__)


def _check_uuid(field: str, text: Any) -> None:  # noqa: ANN401  # a field of some request
    try:
        canonical = str(UUID(text)) == text
    except ValueError:
        canonical = False
    if not canonical:
        raise Refusal("INVALID", field=field)


def check_text(field: str, text: str, limit: int) -> None:
    """Refuse a text that Baton does not take."""
    if not text.strip() or len(text.encode()) > limit or "\0" in text:
        raise Refusal("INVALID", field=field)
