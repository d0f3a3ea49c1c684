"""Wires the views: what reads the log, streams it, and the leased roles."""

from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial
from typing import Any

from baton.conversation.v1 import agent_pb2_grpc, platform_pb2
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.process import Lifecycle

from services.conversation.bootstrap.parts import Core, Views
from services.conversation.domain.control import State
from services.conversation.entrypoints.agent_commands import AgentCommands
from services.conversation.ports.surroundings import Availability


async def migrate_views(_database: AsyncDatabase[dict[str, Any]]) -> None:
    """Make the views' indexes."""


async def start_views(_lifecycle: Lifecycle, core: Core) -> Views:
    """Start them."""
    nobody = _Nobody()
    agents = AgentCommands(core.carry_out, core.transfer)
    return Views(nobody, nobody, nobody, [partial(agent_pb2_grpc.add_AgentServiceServicer_to_server, agents)], ["baton.conversation.v1.AgentService"])


class _Nobody:
    async def availability(self, _workspace_id: str, _waiting_since: datetime) -> Availability:
        return Availability(0, 0)

    async def user_types(self, state: State, *, active: bool) -> None: ...

    async def ai_composes(self, state: State, *, epoch: int, partial_text: str, active: bool) -> None: ...

    async def watch(self, _request: platform_pb2.WatchRequest, _context: Any) -> AsyncIterator[platform_pb2.WatchResponse]:
        return
        yield

    async def ack(self, _request: platform_pb2.AckWatchRequest) -> platform_pb2.AckWatchResponse:
        return platform_pb2.AckWatchResponse()
