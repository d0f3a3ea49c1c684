"""Wires the views: what reads the log, streams it, and the leased roles."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from baton.conversation.v1 import agent_pb2_grpc, internal_pb2_grpc, platform_pb2
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from servicekit.logs import get_logger
from servicekit.process import Lifecycle

from services.conversation.adapters import projector, relay
from services.conversation.adapters.change_tail import ChangeTail
from services.conversation.adapters.event_proto import to_proto
from services.conversation.adapters.lease import Lease, RoleRunner, Work
from services.conversation.adapters.list_indexes import ensure_view_indexes
from services.conversation.adapters.mongo_history import MongoHistory
from services.conversation.adapters.mongo_list import MongoList
from services.conversation.adapters.mongo_presence import MongoPresence
from services.conversation.adapters.mongo_read_marks import MongoReadMarks
from services.conversation.adapters.mongo_templates import MongoTemplates
from services.conversation.adapters.projector import Projector
from services.conversation.adapters.relay import Relay
from services.conversation.bootstrap.parts import Core, Views
from services.conversation.domain.control import State
from services.conversation.entrypoints import agent_service, internal_service
from services.conversation.entrypoints.agent_service import AgentService
from services.conversation.entrypoints.internal_service import InternalService
from services.conversation.use_cases.edit_templates import EditTemplates
from services.conversation.use_cases.read_history import ReadHistory
from services.conversation.use_cases.read_list import ReadList

logger = get_logger(__name__)

RETRY_SECONDS = 1.0
EVENTS_TOPIC = "baton.conversation.events.v1"


async def migrate_views(database: AsyncDatabase[dict[str, Any]]) -> None:
    """Make the views' indexes."""
    await ensure_view_indexes(database)


async def start_views(lifecycle: Lifecycle, core: Core) -> Views:
    """Start the roles, and make what is served."""
    nobody = _Nobody()
    presence = MongoPresence(core.database)
    history = MongoHistory(core.database)
    lifecycle.run_background(_make_indexes(core.database), "view-indexes")
    start_roles(lifecycle, core)
    agents = AgentService(
        core.carry_out,
        core.transfer,
        ReadList(MongoList(core.database), history, MongoReadMarks(core.database)),
        ReadHistory(history),
        EditTemplates(MongoTemplates(core.database)),
        presence,
        to_proto,
    )
    internal = InternalService(presence, history, to_proto)
    return Views(
        presence=presence,
        typing=nobody,
        watching=nobody,
        add_services=[
            partial(agent_pb2_grpc.add_AgentServiceServicer_to_server, agents),
            partial(internal_pb2_grpc.add_InternalServiceServicer_to_server, internal),
        ],
        service_names=[agent_service.SERVICE_NAME, internal_service.SERVICE_NAME],
    )


def start_roles(lifecycle: Lifecycle, core: Core) -> None:
    """Let this process stand for each role; whoever holds the lease does the work."""
    tail = ChangeTail(core.database)
    roles: dict[str, Work] = {
        relay.ROLE: Relay(tail, core.settings.kafka_bootstrap_servers, EVENTS_TOPIC, core.clock).run,
        projector.ROLE: Projector(core.database, tail, core.clock).run,
    }
    for role, work in roles.items():
        lifecycle.run_background(RoleRunner(Lease(core.database, role), work).run(), role)


async def _make_indexes(database: AsyncDatabase[dict[str, Any]]) -> None:
    """Make the views' indexes as soon as the database is there; without them the views are slow, not wrong."""
    while True:
        try:
            await ensure_view_indexes(database)
        except PyMongoError as error:
            logger.warning("the views' indexes cannot be made, trying again", error=type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)
        else:
            return


class _Nobody:
    async def user_types(self, state: State, *, active: bool) -> None: ...

    async def ai_composes(self, state: State, *, epoch: int, partial_text: str, active: bool) -> None: ...

    async def watch(self, _request: platform_pb2.WatchRequest, _context: Any) -> AsyncIterator[platform_pb2.WatchResponse]:
        return
        yield

    async def ack(self, _request: platform_pb2.AckWatchRequest) -> platform_pb2.AckWatchResponse:
        return platform_pb2.AckWatchResponse()
