"""What the other services of Baton call, as themselves, on the internal listener. Failures are named in the contract."""
# ruff: noqa: N802  # the methods' names are the contract's

import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import grpc.aio
from baton.conversation.v1 import agent_pb2, internal_pb2, internal_pb2_grpc
from servicekit.caller import service_caller
from servicekit.errors import InvalidError

from services.conversation.domain.texts import MAX_ID_BYTES, required_text, uuid_text
from services.conversation.entrypoints.agent_queries import EncodeEvent
from services.conversation.entrypoints.control_proto import read_moment
from services.conversation.ports.presence import Presence, PresenceBook, ReportedAgent
from services.conversation.ports.views import LogExport

Context = grpc.aio.ServicerContext[Any, Any]

# Bytes of an event's place in the log.
POSITION_BYTES = 24
_PRESENCES = {agent_pb2.PRESENCE_AVAILABLE: Presence.AVAILABLE, agent_pb2.PRESENCE_AWAY: Presence.AWAY}
_NUMBERS = {presence: number for number, presence in _PRESENCES.items()}


SERVICE_NAME = internal_pb2.DESCRIPTOR.services_by_name["InternalService"].full_name


class InternalService(internal_pb2_grpc.InternalServiceServicer):
    """Presence in, the whole log out."""

    def __init__(self, presence: PresenceBook, log: LogExport, encode_event: EncodeEvent) -> None:
        """`encode_event` gives an event as it travels on the topic."""
        self._presence = presence
        self._log = log
        self._encode_event = encode_event

    async def ReportPresence(self, request: internal_pb2.ReportPresenceRequest, _context: Context) -> internal_pb2.ReportPresenceResponse:
        """Which agents have a socket at one realtime process."""
        service_caller("realtime")
        required_text("reporter_id", request.reporter_id, MAX_ID_BYTES)
        agents = await self._presence.report([_reported(index, agent) for index, agent in enumerate(request.agents)])
        return internal_pb2.ReportPresenceResponse(
            agents=[internal_pb2.ReportedAgent(workspace_id=agent.workspace_id, agent_id=agent.agent_id, presence=_NUMBERS[agent.presence]) for agent in agents]
        )

    async def ExportLog(self, request: internal_pb2.ExportLogRequest, _context: Context) -> AsyncIterator[internal_pb2.ExportLogResponse]:
        """The log, in (conversation, seq) order."""
        service_caller("analytics")
        since = read_moment("from", getattr(request, "from")) if request.HasField("from") else None
        conversation_id = uuid_text("conversation_id", request.conversation_id) if request.conversation_id else ""
        async with aclosing(self._log.batches(_position(request.after_position), since, conversation_id)) as batches:
            async for events, position in batches:
                yield internal_pb2.ExportLogResponse(
                    events=[self._encode_event(event) for event in events], position=base64.urlsafe_b64encode(position).decode()
                )


def _reported(index: int, agent: internal_pb2.ReportedAgent) -> ReportedAgent:
    field = f"agents[{index}]"
    if agent.presence not in _PRESENCES:
        raise InvalidError(f"{field}.presence", "must be AVAILABLE or AWAY")
    return ReportedAgent(
        workspace_id=required_text(f"{field}.workspace_id", agent.workspace_id, MAX_ID_BYTES),
        agent_id=required_text(f"{field}.agent_id", agent.agent_id, MAX_ID_BYTES),
        presence=_PRESENCES[agent.presence],
        unchanged=agent.unchanged,
    )


def _position(text: str) -> bytes:
    try:
        position = base64.urlsafe_b64decode(text)
    except (ValueError, binascii.Error):
        position = b"?"
    if len(position) not in {0, POSITION_BYTES}:
        raise InvalidError("after_position", "must be one that an answer gave")
    return position
