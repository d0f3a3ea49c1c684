"""What agents look up beside the list and the history, on behalf of the user whose access token comes along. Failures are named in the contract."""
# ruff: noqa: N802  # the methods' names are the contract's

from collections.abc import Callable
from typing import Any

import grpc.aio
from baton.conversation.v1 import agent_pb2, agent_pb2_grpc, event_pb2
from servicekit.caller import user_caller
from servicekit.errors import InvalidError

from services.conversation.domain.events import Event
from services.conversation.domain.texts import optional_text, seq_number, uuid_text
from services.conversation.entrypoints.control_proto import write_moment
from services.conversation.ports.watching import Watcher, Watchers
from services.conversation.use_cases.read_history import ReadHistory

Context = grpc.aio.ServicerContext[Any, Any]
EncodeEvent = Callable[[Event], event_pb2.Event]

MAX_FOUND = 50
MAX_TEXT_CHARACTERS = 200
# Streams come and go when platforms and Baton are deployed; for so long one that is away counts as there.
CONNECTED_SECONDS = 30.0


class AgentLookups(agent_pb2_grpc.AgentServiceServicer):
    """The third part of AgentService."""

    def __init__(self, read_history: ReadHistory, watchers: Watchers, encode_event: EncodeEvent) -> None:
        """`encode_event` gives an event as it travels on the topic."""
        self._histories = read_history
        self._watchers = watchers
        self._encode = encode_event

    async def ListLandmarks(self, request: agent_pb2.ListLandmarksRequest, _context: Context) -> agent_pb2.ListLandmarksResponse:
        """Who held it when, and the notes."""
        events = await self._histories.landmarks(user_caller().workspace_id, uuid_text("conversation_id", request.conversation_id))
        return agent_pb2.ListLandmarksResponse(events=[self._encode(event) for event in events])

    async def FindInConversation(self, request: agent_pb2.FindInConversationRequest, _context: Context) -> agent_pb2.FindInConversationResponse:
        """Messages and notes with a text in them."""
        text = optional_text("text", request.text).strip()
        if not 1 <= len(text) <= MAX_TEXT_CHARACTERS:
            raise InvalidError("text", f"must have 1 to {MAX_TEXT_CHARACTERS} characters")
        if not 0 <= request.limit <= MAX_FOUND:
            raise InvalidError("limit", f"must be between 1 and {MAX_FOUND}, or 0 for {MAX_FOUND}")
        events, more = await self._histories.find(
            user_caller().workspace_id,
            uuid_text("conversation_id", request.conversation_id),
            text,
            before=seq_number("before_seq", request.before_seq),
            limit=request.limit or MAX_FOUND,
        )
        return agent_pb2.FindInConversationResponse(events=[self._encode(event) for event in events], more=more)

    async def ListWatchers(self, _request: agent_pb2.ListWatchersRequest, _context: Context) -> agent_pb2.ListWatchersResponse:
        """Who fetches what agents say."""
        watchers = await self._watchers.of_workspace(user_caller().workspace_id)
        return agent_pb2.ListWatchersResponse(watchers=[_write(watcher) for watcher in watchers])


def _write(watcher: Watcher) -> agent_pb2.Watcher:
    return agent_pb2.Watcher(
        platform_id=watcher.consumer.platform_id,
        name=watcher.consumer.name,
        ai_agent_ids=watcher.ai_agent_ids,
        connected=watcher.unseen_seconds < CONNECTED_SECONDS,
        last_seen_at=write_moment(watcher.seen_at),
    )
