"""Wires the service, and starts its parts in order. The views and their roles are wired in `views`."""

from functools import partial
from pathlib import Path
from typing import Any

from baton.conversation.v1 import platform_pb2_grpc
from pymongo import AsyncMongoClient
from servicekit import mongo_waits, tracing
from servicekit.access_tokens import AccessTokenVerifier
from servicekit.clock import SystemClock
from servicekit.grpc_client import Peer
from servicekit.grpc_server import GrpcServer
from servicekit.identity import ServiceIdentity, ServiceTrust
from servicekit.kafka_brokers import Brokers
from servicekit.kafka_topics import create_topics, registered
from servicekit.logs import configure
from servicekit.mongo_metrics import MongoMetrics
from servicekit.ops_http import OpsServer, Readiness
from servicekit.process import Lifecycle
from servicekit.service_auth import InternalAuthentication

from services.conversation.adapters.auth_client import AuthClient
from services.conversation.adapters.database_clock import DatabaseClock
from services.conversation.adapters.event_indexes import LogIndexes, ensure_indexes
from services.conversation.adapters.mongo_event_store import MongoEventStore
from services.conversation.adapters.mongo_policies import MongoPolicies
from services.conversation.bootstrap.parts import Core, Views
from services.conversation.bootstrap.views import STREAM_SHARE, migrate_views, start_views
from services.conversation.entrypoints import platform_service
from services.conversation.entrypoints.append_stream import AppendStreams, StreamLimits
from services.conversation.entrypoints.platform_authentication import PlatformAuthentication
from services.conversation.metrics import APPEND_STREAMS
from services.conversation.settings import Settings, StoreSettings, TopicSettings
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.look_up import LookUp, ReportTyping
from services.conversation.use_cases.report_receipts import ReportReceiptsBatched
from services.conversation.use_cases.request_human import RequestHumanAttention
from services.conversation.use_cases.states import States
from services.conversation.use_cases.transfer import TransferToAgent

SERVICE = "conversation"


async def migrate(settings: StoreSettings) -> None:
    """Make the indexes; safe to run again, and at once in several processes."""
    async with _mongo_client(settings) as client:
        database = client[settings.mongodb_database]
        await ensure_indexes(database)
        await migrate_views(database)


async def make_topics(settings: TopicSettings) -> None:
    """Make the topics that are missing, where a file says which; safe to run again, and at once in several processes. KafkaError if the broker is away."""
    if settings.topics_file:
        await create_topics(Brokers.of(settings), registered(Path(settings.topics_file)), settings.topics_replication_factor)


async def start(lifecycle: Lifecycle, settings: Settings) -> None:
    """Start everything; returns when the service is up. What is started is stopped in reverse by the lifecycle."""
    configure(SERVICE, settings.log_level)
    tracing.start(SERVICE, settings.otlp_endpoint)
    lifecycle.stack.push_async_callback(tracing.stop)
    readiness = Readiness()
    ops = OpsServer(settings.host, settings.ops_port, readiness)
    await ops.start()
    lifecycle.stack.push_async_callback(ops.stop)
    core = await _core(lifecycle, settings, readiness)
    views = await start_views(lifecycle, core)
    await _listen(lifecycle, core, views)
    readiness.started()
    lifecycle.stack.callback(readiness.draining)


async def _core(lifecycle: Lifecycle, settings: Settings, readiness: Readiness) -> Core:
    stack, clock = lifecycle.stack, SystemClock()
    database = (await stack.enter_async_context(_mongo_client(settings)))[settings.mongodb_database]
    indexes = LogIndexes(database)
    readiness.add("log indexes", lambda: indexes.problem)
    readiness.add("wrong indexes", lambda: indexes.found_wrong, always=True)
    lifecycle.run_background(indexes.run(), "log-indexes")
    database_clock = DatabaseClock(database, clock)
    readiness.add("database clock", lambda: database_clock.problem)
    readiness.add("clock skew", lambda: database_clock.skew_problem, always=True)
    lifecycle.run_background(database_clock.run(), "database-clock")

    peer = Peer(settings.auth_target, "auth", ServiceIdentity(SERVICE, settings.service_private_key.get_secret_value(), clock), settings.tls_ca_file)
    stack.push_async_callback(peer.close)
    auth = AuthClient(peer)
    tokens = AccessTokenVerifier(auth.fetch_jwks, auth.fetch_revocations, clock)
    readiness.add("access tokens", tokens.problem)
    lifecycle.run_background(tokens.keep_polling(), "revocations")

    store, states, policies = MongoEventStore(database), States(), MongoPolicies(database)
    stack.push_async_callback(store.drain)
    carry_out = CarryOut(store, states, policies, clock)
    stack.push_async_callback(carry_out.drain)
    transfer = TransferToAgent(carry_out, auth)
    return Core(settings, clock, readiness, database, store, states, policies, carry_out, transfer, auth, tokens)


async def _listen(lifecycle: Lifecycle, core: Core, views: Views) -> None:
    settings, look_up = core.settings, LookUp(core.store)
    internal = GrpcServer(
        authenticate=InternalAuthentication(ServiceTrust(SERVICE, settings.service_trusted_keys), core.tokens),
        add_services=views.add_services,
        service_names=views.service_names,
        max_connection_age_seconds=settings.peer_connection_age_seconds,
    )
    request_human, report_receipts = RequestHumanAttention(core.carry_out, views.availability), ReportReceiptsBatched(core.carry_out, core.states)
    limits = StreamLimits(settings.max_connection_age_seconds * STREAM_SHARE, lambda: core.readiness.is_draining, core.tokens.api_key_revoked)
    append_streams = AppendStreams(core.carry_out, request_human, report_receipts, limits)
    APPEND_STREAMS.set_function(lambda: append_streams.open)
    typing = ReportTyping(look_up, core.states, views.typing)
    platform = platform_service.PlatformService(core.carry_out, request_human, report_receipts, look_up, typing, append_streams, views.watching)
    public = GrpcServer(
        authenticate=PlatformAuthentication(core.auth.verify_api_key, core.tokens),
        add_services=[partial(platform_pb2_grpc.add_PlatformServiceServicer_to_server, platform)],
        service_names=[platform_service.SERVICE_NAME],
        begins_traces=True,
        max_connection_age_seconds=settings.max_connection_age_seconds,
        # A Watch that opened just before ends itself within this, with its cursor.
        max_connection_age_grace_seconds=settings.max_connection_age_seconds,
    )
    for server, port, cert_file, key_file in (
        (internal, settings.grpc_port, settings.tls_cert_file, settings.tls_key_file),
        (public, settings.public_grpc_port, settings.public_tls_cert_file, settings.public_tls_key_file),
    ):
        server.listen(f"{settings.host}:{port}", cert_file, key_file)
        await server.start()
        lifecycle.stack.push_async_callback(server.stop, settings.grace_seconds)


def _mongo_client(settings: StoreSettings) -> AsyncMongoClient[dict[str, Any]]:
    mongo_waits.mend()
    uri, options = settings.mongodb_uri.get_secret_value(), settings.mongodb_options() | {"event_listeners": [MongoMetrics()]}
    return AsyncMongoClient(uri, tz_aware=True, appname=f"baton-{SERVICE}", serverSelectionTimeoutMS=3_000, timeoutMS=5_000, **options)
