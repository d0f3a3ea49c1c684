"""The log, read from the conversation service."""

from collections.abc import AsyncIterator

from baton.conversation.v1.internal_pb2 import ExportLogRequest
from baton.conversation.v1.internal_pb2_grpc import InternalServiceStub
from servicekit.grpc_client import Peer

from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.domain.events import LoggedEvent


class ConversationClient:
    """The ConversationLog port."""

    def __init__(self, peer: Peer) -> None:
        """The channel's end is the caller's."""
        self._peer = peer
        self._stub = InternalServiceStub(peer.channel)

    async def events_of(self, conversation_id: str) -> list[LoggedEvent]:
        """See the port."""
        request = ExportLogRequest(conversation_id=conversation_id)
        return [to_logged_event(event) async for page in self._peer.stream(self._stub.ExportLog, request) for event in page.events]

    async def all_events(self) -> AsyncIterator[list[LoggedEvent]]:
        """See the port."""
        async for page in self._peer.stream(self._stub.ExportLog, ExportLogRequest()):
            yield [to_logged_event(event) for event in page.events]
