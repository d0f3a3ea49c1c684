"""Wires the views: what reads the log, streams it, and the leased roles."""

import asyncio
from functools import partial
from typing import Any

from baton.conversation.v1 import agent_pb2_grpc, internal_pb2_grpc, workspace_pb2_grpc
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from servicekit.kafka_brokers import Brokers
from servicekit.logs import get_logger
from servicekit.process import Lifecycle

from services.conversation.adapters import projector, relay, sweep_role
from services.conversation.adapters.change_tail import ChangeTail, Pace
from services.conversation.adapters.event_proto import to_proto
from services.conversation.adapters.fleeting import FleetingSignals
from services.conversation.adapters.lease import Lease, RoleRunner, Work
from services.conversation.adapters.list_indexes import ensure_view_indexes
from services.conversation.adapters.mongo_backlog import MongoBacklog
from services.conversation.adapters.mongo_consumers import MongoConsumers
from services.conversation.adapters.mongo_history import MongoHistory
from services.conversation.adapters.mongo_list import MongoList
from services.conversation.adapters.mongo_presence import MongoPresence
from services.conversation.adapters.mongo_read_marks import MongoReadMarks
from services.conversation.adapters.mongo_templates import MongoTemplates
from services.conversation.adapters.projector import Projector
from services.conversation.adapters.relay import Relay
from services.conversation.adapters.sweep_role import SweepRole
from services.conversation.adapters.topic_feed import TopicFeed
from services.conversation.adapters.typing_feed import TypingFeed
from services.conversation.bootstrap.parts import Core, Views
from services.conversation.domain.events import Event
from services.conversation.domain.silence import SilenceWatch
from services.conversation.entrypoints import agent_service, internal_service, workspace_service
from services.conversation.entrypoints.agent_service import AgentService
from services.conversation.entrypoints.internal_service import InternalService
from services.conversation.entrypoints.watch import PlatformWatching
from services.conversation.entrypoints.workspace_service import WorkspaceService
from services.conversation.metrics import AI_AFTER_TAKEOVER, WATCHERS
from services.conversation.use_cases.edit_templates import EditTemplates
from services.conversation.use_cases.read_history import ReadHistory
from services.conversation.use_cases.read_list import ReadList
from services.conversation.use_cases.sweep import Sweep
from services.conversation.use_cases.tell_availability import TellAvailability
from services.conversation.use_cases.tell_presence import TellPresence
from services.conversation.use_cases.tell_typing import TellTyping
from services.conversation.use_cases.watch import Watch
from services.conversation.use_cases.workspace_settings import WorkspaceSettings

logger = get_logger(__name__)

RETRY_SECONDS = 1.0
EVENTS_TOPIC = "baton.conversation.events.v1"
EPHEMERAL_TOPIC = "baton.realtime.ephemeral.v1"
# A list that is read is at most so much older than the log; what changed meanwhile is replayed to whoever joins.
LIST_PACE = Pace(per_change=0.03, longest=0.1)
# Of a connection's age, before which a stream ends itself.
STREAM_SHARE = 0.9


async def migrate_views(database: AsyncDatabase[dict[str, Any]]) -> None:
    """Make the views' indexes."""
    await ensure_view_indexes(database)


async def start_views(lifecycle: Lifecycle, core: Core) -> Views:
    """Start the roles, and make what is served."""
    presence, brokers = MongoPresence(core.database), Brokers.of(core.settings)
    availability = TellAvailability(presence, core.policies, core.clock)
    fleeting = FleetingSignals(brokers, EPHEMERAL_TOPIC, core.clock)
    lifecycle.run_background(fleeting.run(), "fleeting")
    history = MongoHistory(core.database)
    lifecycle.run_background(_make_indexes(core.database), "view-indexes")
    _start_roles(lifecycle, core, presence, brokers)
    agents = AgentService(
        core.carry_out,
        core.transfer,
        ReadList(MongoList(core.database), history, MongoReadMarks(core.database)),
        ReadHistory(history),
        EditTemplates(MongoTemplates(core.database)),
        TellPresence(presence, core.policies),
        MongoConsumers(core.database),
        to_proto,
    )
    internal = InternalService(presence, history, to_proto)
    workspace = WorkspaceService(WorkspaceSettings(core.policies, core.clock))
    return Views(
        availability=availability,
        typing=fleeting,
        watching=_watching(lifecycle, core, availability, brokers),
        add_services=[
            partial(agent_pb2_grpc.add_AgentServiceServicer_to_server, agents),
            partial(internal_pb2_grpc.add_InternalServiceServicer_to_server, internal),
            partial(workspace_pb2_grpc.add_WorkspaceServiceServicer_to_server, workspace),
        ],
        service_names=[agent_service.SERVICE_NAME, internal_service.SERVICE_NAME, workspace_service.SERVICE_NAME],
    )


def _start_roles(lifecycle: Lifecycle, core: Core, presence: MongoPresence, brokers: Brokers) -> None:
    """Let this process stand for each role; whoever holds the lease does the work."""
    sweeping = SweepRole(Sweep(presence, core.policies, core.policies, core.carry_out))
    core.tokens.on_revoked(sweeping.on_revoked)
    roles: dict[str, Work] = {
        relay.ROLE: Relay(ChangeTail(core.database), brokers, EVENTS_TOPIC, core.clock).run,
        projector.ROLE: Projector(core.database, ChangeTail(core.database, pace=LIST_PACE), core.clock).run,
        sweep_role.ROLE: sweeping.run,
    }
    for role, work in roles.items():
        lifecycle.run_background(RoleRunner(Lease(core.database, role), work).run(), role)


def _watching(lifecycle: Lifecycle, core: Core, availability: TellAvailability, brokers: Brokers) -> PlatformWatching:
    """Read the topic once, for the warm states, the watch over the invariant and all streams."""
    silence = SilenceWatch()

    def look_at(event: Event) -> None:
        core.states.refresh(event)
        if silence.broken_by(event):
            AI_AFTER_TAKEOVER.inc()

    feed = TopicFeed(brokers, EVENTS_TOPIC, [look_at])
    watch = Watch(
        feed,
        MongoBacklog(core.database, ChangeTail(core.database)),
        MongoConsumers(core.database),
        # Before the connection's own age ends it: the server's grace for open streams is as long as that age.
        max_seconds=core.settings.max_connection_age_seconds * STREAM_SHARE,
        draining=lambda: core.readiness.is_draining,
    )
    typing = TypingFeed(brokers, EPHEMERAL_TOPIC, core.clock, TellTyping(watch, core.states, core.store))
    lifecycle.run_background(typing.run(), "agent-typing")
    WATCHERS.set_function(lambda: watch.open_streams)
    lifecycle.run_background(feed.run(), "event-feed")
    lifecycle.run_background(watch.keep_newest(), "newest-streams")
    return PlatformWatching(watch, availability, core.tokens.api_key_revoked)


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
