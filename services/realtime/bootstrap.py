"""Wires the gateway."""

import asyncio
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial

import uvicorn
from baton.analytics.v1 import analytics_pb2
from baton.auth.v1 import auth_pb2
from baton.conversation.v1 import agent_pb2, internal_pb2, workspace_pb2
from servicekit import tracing
from servicekit.access_tokens import AccessTokenVerifier
from servicekit.clock import SystemClock
from servicekit.grpc_client import Peer
from servicekit.identity import ServiceIdentity
from servicekit.kafka_brokers import Brokers
from servicekit.ops_http import OpsServer, Readiness
from servicekit.process import Lifecycle

from services.realtime.adapters.ephemeral_topic import EphemeralReader, EphemeralWriter
from services.realtime.adapters.event_topic import EventTopic
from services.realtime.adapters.grpc_service import GrpcService
from services.realtime.adapters.history import ConversationService
from services.realtime.adapters.presence_reports import PresenceReports
from services.realtime.adapters.trust import make_verifier
from services.realtime.domain.liveness import Liveness
from services.realtime.domain.origin import origin_of
from services.realtime.domain.ring import Ring
from services.realtime.entrypoints.http.app import make_app
from services.realtime.entrypoints.http.cookies import ACCESS_COOKIE, Cookies
from services.realtime.entrypoints.http.gateway import Gateway
from services.realtime.entrypoints.socket.connection import Connection
from services.realtime.entrypoints.socket.conversing import Conversing
from services.realtime.entrypoints.socket.sockets import Sockets
from services.realtime.entrypoints.socket.upgrade import Door, protocol_class
from services.realtime.metrics import AGENTS, RESUMES
from services.realtime.settings import Settings
from services.realtime.use_cases.attendance import Attendance
from services.realtime.use_cases.hub import Hub

# Requests that are under way get this long to end when the process does.
REQUEST_GRACE_SECONDS = 3
# An idle connection is kept for longer than proxies keep theirs (nginx: a minute): whoever ends first must not be who is about to be asked.
KEEP_ALIVE_SECONDS = 75


@dataclass(frozen=True, slots=True)
class Running:
    """The parts that tests reach into."""

    server: uvicorn.Server
    hub: Hub
    events: EventTopic
    sockets: Sockets
    liveness: Liveness
    tokens: AccessTokenVerifier


async def start(settings: Settings, lifecycle: Lifecycle) -> Running:
    """Start every part; what it needs may still be away."""
    clock = SystemClock()
    tracing.start("realtime", settings.otlp_endpoint)
    lifecycle.stack.push_async_callback(tracing.stop)
    readiness = Readiness()
    ops = OpsServer(settings.host, settings.ops_port, readiness)
    await ops.start()
    lifecycle.stack.push_async_callback(ops.stop)

    identity = ServiceIdentity("realtime", settings.service_private_key.get_secret_value(), clock)
    auth, conversation, analytics = (
        Peer(target, audience, identity, settings.tls_ca_file)
        for target, audience in (
            (settings.auth_target, "auth"),
            (settings.conversation_target, "conversation"),
            (settings.analytics_target, "analytics"),
        )
    )
    for peer in (auth, conversation, analytics):
        lifecycle.stack.push_async_callback(peer.close)

    tokens = make_verifier(auth, clock)
    readiness.add("auth", tokens.problem)
    lifecycle.run_background(tokens.keep_polling(), "revocations")

    loop, brokers = asyncio.get_running_loop(), Brokers.of(settings)
    liveness = Liveness(clock.now())
    hub = Hub(Ring(settings.ring_records, settings.ring_bytes), loop.time, lambda kind, answer: RESUMES.labels(kind, answer).inc())
    events = EventTopic(brokers, hub, liveness, clock, settings.ring_records)
    readiness.add("kafka", lambda: events.problem)
    lifecycle.run_background(events.run(), "event topic")
    lifecycle.run_background(EphemeralReader(brokers, hub, clock).run(), "ephemeral topic")
    fleeting = EphemeralWriter(brokers, clock)
    lifecycle.run_background(fleeting.run(), "ephemeral writer")

    reports = PresenceReports(GrpcService(conversation, internal_pb2.DESCRIPTOR.services_by_name["InternalService"]))
    attendance = Attendance(reports.soon)
    AGENTS.labels("available").set_function(partial(attendance.count, "available"))
    AGENTS.labels("away").set_function(partial(attendance.count, "away"))

    sessions = GrpcService(auth, auth_pb2.DESCRIPTOR.services_by_name["SessionService"])
    sockets = Sockets(hub, liveness, clock)
    tokens.on_revoked(sockets.revoked)
    lifecycle.run_background(sockets.run(), "sockets")
    conversing = Conversing(
        hub=hub,
        sockets=sockets,
        attendance=attendance,
        fleeting=fleeting,
        tokens=tokens,
        sessions=sessions,
        liveness=liveness,
        clock=clock,
        access_cookie=ACCESS_COOKIE,
        sockets_per_user=settings.sockets_per_user,
    )
    lifecycle.run_background(conversing.keep_telling_viewing(), "viewing")
    lifecycle.run_background(reports.run(attendance, conversing.tell_presence), "presence")

    origin = origin_of(settings.public_url)
    gateway = Gateway(
        sessions=sessions,
        admin=GrpcService(auth, auth_pb2.DESCRIPTOR.services_by_name["AdminService"]),
        conversation=ConversationService(conversation, agent_pb2.DESCRIPTOR.services_by_name["AgentService"]),
        workspace=GrpcService(conversation, workspace_pb2.DESCRIPTOR.services_by_name["WorkspaceService"]),
        analytics=GrpcService(analytics, analytics_pb2.DESCRIPTOR.services_by_name["AnalyticsService"]),
        tokens=tokens,
        cookies=Cookies(secure=origin.startswith("https:")),
    )
    door = Door(origin, lambda cookies: Connection(conversing, cookies, sockets.flush_soon))
    server = await _serve(settings, gateway, origin, door, lifecycle)

    async def stop() -> None:
        readiness.draining()
        door.closed = True
        server.should_exit = True
        await sockets.drain(settings.grace_seconds / 2)

    lifecycle.stack.push_async_callback(stop)
    readiness.started()
    return Running(server, hub, events, sockets, liveness, tokens)


async def _serve(settings: Settings, gateway: Gateway, origin: str, door: Door, lifecycle: Lifecycle) -> uvicorn.Server:
    """Listen for browsers; OSError if the port is taken."""
    config = uvicorn.Config(
        make_app(gateway, origin, settings.dashboard_dir),
        host=settings.host,
        port=settings.http_port,
        http="httptools",
        ws=protocol_class(door),  # type: ignore[arg-type]  # it is only ever called
        log_config=None,
        access_log=False,
        lifespan="off",
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=REQUEST_GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = uvicorn.Server(config)
    # The process has its own signal handling (servicekit.process).
    server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # a context manager either way
    task = asyncio.create_task(server.serve(), name="http")
    while not server.started:
        if task.done():
            # uvicorn has said why and ends the process by itself.
            task.result()
            raise OSError("the port of pages, REST and socket cannot be bound")
        await asyncio.sleep(0.01)

    async def wait() -> None:
        server.should_exit = True
        await task

    lifecycle.stack.push_async_callback(wait)
    return server
