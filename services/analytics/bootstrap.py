"""Wires the service, and starts its parts in order."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any

from baton.analytics.v1.analytics_pb2_grpc import add_AnalyticsServiceServicer_to_server
from pymongo import AsyncMongoClient
from servicekit import mongo_waits, tracing
from servicekit.access_tokens import AccessTokenVerifier
from servicekit.clock import Clock, SystemClock
from servicekit.errors import PreconditionError, UnavailableError
from servicekit.grpc_client import Peer
from servicekit.grpc_server import GrpcServer
from servicekit.identity import ServiceIdentity, ServiceTrust
from servicekit.kafka import GroupConsumer
from servicekit.kafka_brokers import Brokers
from servicekit.logs import configure, get_logger
from servicekit.mongo_metrics import MongoMetrics
from servicekit.ops_http import OpsServer, Readiness
from servicekit.process import Lifecycle
from servicekit.service_auth import InternalAuthentication

from services.analytics.adapters.auth_client import AuthClient
from services.analytics.adapters.conversation_client import ConversationClient
from services.analytics.adapters.event_proto import to_logged_event
from services.analytics.adapters.mongo_recount import MongoRecounting
from services.analytics.adapters.mongo_store import MongoFactStore
from services.analytics.adapters.workspace_calendars import WorkspaceCalendars
from services.analytics.entrypoints.events_consumer import DEAD_LETTER_TOPIC, GROUP, TOPIC, EventsConsumer
from services.analytics.entrypoints.figures_grpc import SERVICE_NAME, FiguresService
from services.analytics.entrypoints.human_metrics import show_present
from services.analytics.entrypoints.rebuilding import Rebuilding
from services.analytics.metrics import SPANS_COUNTED
from services.analytics.settings import RebuildSettings, Settings, StoreSettings
from services.analytics.use_cases.get_figures import GetFigures
from services.analytics.use_cases.get_live import GetLive
from services.analytics.use_cases.list_facts import ListFacts
from services.analytics.use_cases.rebuild import Rebuild
from services.analytics.use_cases.record_events import RecordEvents

logger = get_logger(__name__)

SERVICE = "analytics"
DATABASE_AGAIN_SECONDS = 0.5
# How often facts that came are counted together, and how often metrics show how things stand.
COUNT_SECONDS = 2.0
PRESENT_SECONDS = 5.0
# How often is looked whether the log is still to be counted from its beginning.
UNCOUNTED_SECONDS = 2.0


async def migrate(settings: StoreSettings) -> None:
    """Bring the database to what this version needs; safe to run again, and at once in several processes."""
    async with _mongo_client(settings) as client:
        await MongoFactStore(client[settings.mongodb_database]).migrate()


async def rebuild(settings: RebuildSettings) -> None:
    """Count everything again from the log, while the service serves; PreconditionError REBUILD_RUNNING where that is being done."""
    configure(SERVICE, settings.log_level)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(_mongo_client(settings))
        identity = ServiceIdentity(SERVICE, settings.service_private_key.get_secret_value(), SystemClock())
        peer = Peer(settings.conversation_target, "conversation", identity, settings.tls_ca_file)
        stack.push_async_callback(peer.close)
        store = MongoFactStore(client[settings.mongodb_database])
        await store.migrate()
        one = Rebuild(MongoRecounting(store), ConversationClient(peer))
        await one.begin()
        logger.info("counted again", events=await one.run())


async def start(lifecycle: Lifecycle, settings: Settings) -> None:
    """Start everything; readiness says when it serves. What is started is stopped in reverse by the lifecycle."""
    configure(SERVICE, settings.log_level)
    stack, clock, readiness = lifecycle.stack, SystemClock(), Readiness()
    tracing.start(SERVICE, settings.otlp_endpoint)
    stack.push_async_callback(tracing.stop)
    ops = OpsServer(settings.host, settings.ops_port, readiness)
    await ops.start()
    stack.push_async_callback(ops.stop)

    store = MongoFactStore((await stack.enter_async_context(_mongo_client(settings)))[settings.mongodb_database])

    identity = ServiceIdentity(SERVICE, settings.service_private_key.get_secret_value(), clock)
    auth_peer = Peer(settings.auth_target, "auth", identity, settings.tls_ca_file)
    stack.push_async_callback(auth_peer.close)
    auth = AuthClient(auth_peer)
    tokens = AccessTokenVerifier(auth.fetch_jwks, auth.fetch_revocations, clock)
    readiness.add("access tokens", tokens.problem)
    lifecycle.run_background(tokens.keep_polling(), "revocations")

    conversation_peer = Peer(settings.conversation_target, "conversation", identity, settings.tls_ca_file)
    stack.push_async_callback(conversation_peer.close)
    log = ConversationClient(conversation_peer)
    rebuilding = Rebuilding(lambda: Rebuild(MongoRecounting(store), log))
    stack.push_async_callback(rebuilding.stop)

    service = FiguresService(
        GetFigures(store, auth, WorkspaceCalendars(conversation_peer), clock), GetLive(store, clock), ListFacts(store, auth, clock), rebuilding.begin, clock
    )
    server = GrpcServer(
        authenticate=InternalAuthentication(ServiceTrust(SERVICE, settings.service_trusted_keys), tokens),
        add_services=[partial(add_AnalyticsServiceServicer_to_server, service)],
        service_names=[SERVICE_NAME],
        max_connection_age_seconds=settings.peer_connection_age_seconds,
    )
    server.listen(f"{settings.host}:{settings.grpc_port}", settings.tls_cert_file, settings.tls_key_file)
    stack.push_async_callback(server.stop, settings.grace_seconds)
    stack.callback(readiness.draining)

    handle = EventsConsumer(RecordEvents(store, log), to_logged_event, clock)
    consumer = GroupConsumer(Brokers.of(settings), TOPIC, GROUP, handle, DEAD_LETTER_TOPIC)
    readiness.add("events", lambda: consumer.problem)
    lifecycle.run_background(_serve(store, server, readiness, consumer), "serve")
    lifecycle.run_background(_keep(UNCOUNTED_SECONDS, partial(_count_from_the_beginning, store, rebuilding)), "uncounted")
    lifecycle.run_background(_keep(COUNT_SECONDS, partial(_count, store, clock)), "spans")
    lifecycle.run_background(_keep(PRESENT_SECONDS, partial(_show, store, clock)), "present")


async def _serve(store: MongoFactStore, server: GrpcServer, readiness: Readiness, consumer: GroupConsumer) -> None:
    """Services start in any order: wait for the database, then serve and consume."""
    while True:
        try:
            await store.migrate()
        except UnavailableError as error:
            logger.warning("waiting for the database", error=error.message)
            await asyncio.sleep(DATABASE_AGAIN_SECONDS)
        else:
            break
    await server.start()
    readiness.started()
    await consumer.run()


async def _keep(seconds: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do something again and again; what it needs may be away for a while."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await work()
        except UnavailableError as error:
            logger.warning("the database is away", error=error.message)


async def _count_from_the_beginning(store: MongoFactStore, rebuilding: Rebuilding) -> None:
    """Count the log if that was never done to its end, unless it is being done."""
    if await store.is_uncounted():
        with suppress(PreconditionError):
            await rebuilding.begin()


async def _count(store: MongoFactStore, clock: Clock) -> None:
    while counted := await store.count_stale(clock.now()):
        SPANS_COUNTED.inc(counted)


async def _show(store: MongoFactStore, clock: Clock) -> None:
    show_present(*await store.standing_everywhere(clock.now()))


def _mongo_client(settings: StoreSettings) -> AsyncMongoClient[dict[str, Any]]:
    mongo_waits.mend()
    return AsyncMongoClient(
        settings.mongodb_uri.get_secret_value(),
        tz_aware=True,
        appname=f"baton-{SERVICE}",
        serverSelectionTimeoutMS=5_000,
        timeoutMS=10_000,
        event_listeners=[MongoMetrics()],
        **settings.mongodb_options(),
    )
