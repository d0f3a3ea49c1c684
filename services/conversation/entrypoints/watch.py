"""The platform's stream on the public listener: decode, watch, encode. Failures are named in the contract."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from functools import partial
from typing import Any

import grpc.aio
from baton.conversation.v1 import control_pb2, event_pb2, platform_pb2
from servicekit.caller import platform_caller
from servicekit.errors import InvalidError

from services.conversation.domain.events import Brief, SystemMessage
from services.conversation.domain.texts import MAX_ID_BYTES, foreign_id, optional_text, required_text
from services.conversation.domain.watch_items import ControlChanged, ConversationEnded, MessageToDeliver
from services.conversation.entrypoints.control_proto import write_availability, write_control, write_enum, write_moment
from services.conversation.ports.watching import Consumer, Told
from services.conversation.use_cases.tell_availability import TellAvailability
from services.conversation.use_cases.watch import Watch, WatchCommand, Watched

Context = grpc.aio.ServicerContext[Any, Any]
KeyRevoked = Callable[[str], bool]

MAX_CURSOR_BYTES = 8_192
MAX_FILTER_IDS = 100


class PlatformWatching:
    """Implements what PlatformService needs for Watch and AckWatch."""

    def __init__(self, watch: Watch, availability: TellAvailability, key_revoked: KeyRevoked) -> None:
        """`key_revoked` tells of a key that was valid when the stream began."""
        self._watch = watch
        self._availability = availability
        self._key_revoked = key_revoked

    async def watch(self, request: platform_pb2.WatchRequest, _context: Context) -> AsyncIterator[platform_pb2.WatchResponse]:
        """Stream what the platform must act on."""
        key_id = platform_caller().key_id
        if len(request.ai_agent_ids) > MAX_FILTER_IDS:
            raise InvalidError("ai_agent_ids", f"must have at most {MAX_FILTER_IDS} entries")
        command = WatchCommand(
            consumer=_consumer(request.consumer_name),
            cursor=optional_text("cursor", request.cursor, MAX_CURSOR_BYTES),
            catch_up=request.catch_up,
            ai_agent_ids=frozenset(foreign_id("ai_agent_ids", value) for value in request.ai_agent_ids),
            still_valid=partial(self._still_valid, key_id),
            typing=request.agent_typing,
        )
        async with aclosing(self._watch(command)) as items:
            async for watched in items:
                yield await self._write(command.consumer.workspace_id, watched)

    async def ack(self, request: platform_pb2.AckWatchRequest) -> platform_pb2.AckWatchResponse:
        """Store a consumer's position."""
        await self._watch.ack(_consumer(request.consumer_name), required_text("cursor", request.cursor, MAX_CURSOR_BYTES))
        return platform_pb2.AckWatchResponse()

    def _still_valid(self, key_id: str) -> bool:
        return not self._key_revoked(key_id)

    async def _write(self, workspace_id: str, watched: Watched) -> platform_pb2.WatchResponse:
        message = platform_pb2.WatchResponse(cursor=watched.cursor.encode())
        if watched.caught_up:
            message.caught_up.SetInParent()
        if watched.typing is not None:
            _write_typing(message, watched)
        if watched.told is not None:
            _write_told(message, watched.told)
            message.platform_conversation_id = watched.platform_conversation_id
            if message.HasField("control_changed"):
                there = await self._availability(workspace_id, watched.told.control)
                message.control_changed.availability.CopyFrom(write_availability(there))
        return message


def _consumer(name: str) -> Consumer:
    caller = platform_caller()
    return Consumer(caller.workspace_id, caller.platform_id, required_text("consumer_name", name, MAX_ID_BYTES))


def _write_typing(message: platform_pb2.WatchResponse, watched: Watched) -> None:
    if watched.typing is None:
        return
    typing = watched.typing
    message.conversation_id = typing.conversation_id
    message.platform_conversation_id = watched.platform_conversation_id
    message.control.CopyFrom(write_control(typing.control))
    message.agent_typing.active = typing.active
    message.agent_typing.agent.id = typing.agent.id
    message.agent_typing.agent.display_name = typing.agent.display_name


def _write_told(message: platform_pb2.WatchResponse, told: Told) -> None:
    message.conversation_id = told.conversation_id
    message.seq = told.seq
    message.at.CopyFrom(write_moment(told.at))
    message.control.CopyFrom(write_control(told.control))
    match told.item:
        case MessageToDeliver():
            message.message.CopyFrom(_message(told.item))
        case ControlChanged():
            message.control_changed.CopyFrom(_control_changed(told.item))
        case ConversationEnded(reason=reason, system_message=system_message):
            message.closed.reason = write_enum(reason)
            if system_message is not None:
                message.closed.system_message.CopyFrom(_system_message(system_message))


def _control_changed(item: ControlChanged) -> platform_pb2.ControlChanged:
    message = platform_pb2.ControlChanged(reply_due=item.reply_due)
    if item.brief is not None and item.brief != Brief():
        brief = item.brief
        message.brief.CopyFrom(event_pb2.Brief(summary=brief.summary, decided=brief.decided, promised=brief.promised, not_to_be_said=brief.not_to_be_said))
    if item.system_message is not None:
        message.system_message.CopyFrom(_system_message(item.system_message))
    if item.message is not None:
        message.message.CopyFrom(_message(item.message))
    return message


def _message(item: MessageToDeliver) -> platform_pb2.MessageToDeliver:
    return platform_pb2.MessageToDeliver(text=item.text, agent=control_pb2.AgentRef(id=item.agent.id, display_name=item.agent.display_name))


def _system_message(message: SystemMessage) -> event_pb2.SystemMessage:
    return event_pb2.SystemMessage(code=message.code, params=dict(message.params), text=message.text)
