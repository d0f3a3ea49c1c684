"""Wires the service, and starts its parts in order."""

import asyncio
from functools import partial
from typing import Any

from baton.analytics.v1.analytics_pb2_grpc import add_AnalyticsServiceServicer_to_server
from pymongo import AsyncMongoClient
from servicekit.access_tokens import AccessTokenVerifier
from servicekit.clock import SystemClock
from servicekit.errors import UnavailableError
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
from services.analytics.adapters.mongo_facts import MongoFactStore
from services.analytics.entrypoints.events_consumer import DEAD_LETTER_TOPIC, GROUP, TOPIC, EventsConsumer
from services.analytics.entrypoints.figures_grpc import SERVICE_NAME, FiguresService
from services.analytics.settings import Settings, StoreSettings
from services.analytics.use_cases.get_figures import GetFigures
from services.analytics.use_cases.record_events import RecordEvents

logger = get_logger(__name__)

SERVICE = "analytics"
DATABASE_AGAIN_SECONDS = 0.5


async def migrate(settings: StoreSettings) -> None:
    """Bring the database to what this version needs; safe to run again, and at once in several processes."""
    async with _mongo_client(settings) as client:
        await MongoFactStore(client[settings.mongodb_database]).migrate()


async def start(lifecycle: Lifecycle, settings: Settings) -> None:
    """Start everything; readiness says when it serves. What is started is stopped in reverse by the lifecycle."""
    configure(SERVICE, settings.log_level)
    stack, clock, readiness = lifecycle.stack, SystemClock(), Readiness()
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
    handle = EventsConsumer(RecordEvents(store, ConversationClient(conversation_peer)), to_logged_event, clock)
    consumer = GroupConsumer(Brokers.of(settings), TOPIC, GROUP, handle, DEAD_LETTER_TOPIC)
    readiness.add("events", lambda: consumer.problem)
    lifecycle.run_background(consumer.run(), "events")

    service = FiguresService(GetFigures(store, auth, clock))
    server = GrpcServer(
        authenticate=InternalAuthentication(ServiceTrust(SERVICE, settings.service_trusted_keys), tokens),
        add_services=[partial(add_AnalyticsServiceServicer_to_server, service)],
        service_names=[SERVICE_NAME],
        max_connection_age_seconds=settings.peer_connection_age_seconds,
    )
    server.listen(f"{settings.host}:{settings.grpc_port}", settings.tls_cert_file, settings.tls_key_file)
    stack.push_async_callback(server.stop, settings.grace_seconds)
    stack.callback(readiness.draining)
    lifecycle.run_background(_serve(store, server, readiness), "serve")


async def _serve(store: MongoFactStore, server: GrpcServer, readiness: Readiness) -> None:
    """Services start in any order: wait for the database, then serve."""
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


def _mongo_client(settings: StoreSettings) -> AsyncMongoClient[dict[str, Any]]:
    return AsyncMongoClient(
        settings.mongodb_uri.get_secret_value(),
        tz_aware=True,
        appname=f"baton-{SERVICE}",
        serverSelectionTimeoutMS=5_000,
        timeoutMS=10_000,
        event_listeners=[MongoMetrics()],
        **settings.mongodb_options(),
    )
