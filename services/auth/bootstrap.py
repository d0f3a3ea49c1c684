"""Where everything of the service is joined."""

import uuid
from dataclasses import dataclass
from functools import partial
from typing import Any

from baton.auth.v1 import auth_pb2, auth_pb2_grpc
from pymongo import AsyncMongoClient
from servicekit import tracing
from servicekit.clock import Clock, SystemClock
from servicekit.grpc_server import GrpcServer
from servicekit.identity import ServiceTrust
from servicekit.logs import get_logger
from servicekit.new_keys import identity_files
from servicekit.ops_http import OpsServer, Readiness
from servicekit.process import Lifecycle
from servicekit.service_auth import InternalAuthentication

from services.auth.adapters import mongodb
from services.auth.adapters.argon2_hasher import Argon2Hasher
from services.auth.adapters.kubernetes_secret import create_secret
from services.auth.adapters.login_limiter import MemoryLoginLimiter
from services.auth.adapters.mongo_store import MongoStore
from services.auth.adapters.token_signer import Ed25519Signer
from services.auth.entrypoints.admin_service import AdminServicer
from services.auth.entrypoints.own_tokens import OwnTokenVerifier
from services.auth.entrypoints.session_service import SessionServicer
from services.auth.entrypoints.trust_service import TrustServicer
from services.auth.ports import LoginLimiter, PasswordHasher, Store, TokenSigner
from services.auth.settings import Settings, StoreSettings
from services.auth.use_cases.account_sessions import AccountSessions
from services.auth.use_cases.accounts import Accounts
from services.auth.use_cases.api_keys import ApiKeys
from services.auth.use_cases.first_administrator import FirstAdministrator
from services.auth.use_cases.importing import ImportAccounts
from services.auth.use_cases.passwords import Passwords
from services.auth.use_cases.sessions import Sessions
from services.auth.use_cases.trust import Trust

logger = get_logger(__name__)

SERVICE = "auth"
SERVICES = ("auth", "conversation", "realtime", "analytics")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the use cases stand on."""

    store: Store
    hasher: PasswordHasher
    signer: TokenSigner
    limiter: LoginLimiter
    clock: Clock


def grpc_server(ports: Ports, trusted_keys: str, connection_age_seconds: int = 0) -> GrpcServer:
    """Return the service's listener, not yet bound."""
    sessions = Sessions(ports.store, ports.hasher, ports.signer, ports.limiter, ports.clock)
    passwords = Passwords(ports.store, ports.hasher, ports.limiter, ports.clock)
    accounts = Accounts(ports.store, ports.clock)
    account_sessions = AccountSessions(ports.store, ports.clock)
    api_keys = ApiKeys(ports.store, ports.clock)
    trust = Trust(ports.store, ports.clock)
    names = [service.full_name for service in auth_pb2.DESCRIPTOR.services_by_name.values()]
    return GrpcServer(
        authenticate=InternalAuthentication(ServiceTrust(SERVICE, trusted_keys), OwnTokenVerifier(trust, ports.signer, ports.clock)),
        add_services=[
            partial(auth_pb2_grpc.add_SessionServiceServicer_to_server, SessionServicer(sessions, passwords, account_sessions)),
            partial(
                auth_pb2_grpc.add_AdminServiceServicer_to_server,
                AdminServicer(accounts, ImportAccounts(ports.store, ports.clock), account_sessions, api_keys),
            ),
            partial(auth_pb2_grpc.add_TrustServiceServicer_to_server, TrustServicer(trust, api_keys, ports.signer)),
        ],
        service_names=names,
        max_connection_age_seconds=connection_age_seconds,
    )


async def start(settings: Settings, lifecycle: Lifecycle) -> None:
    """Start every part of the service."""
    tracing.start(SERVICE, settings.otlp_endpoint)
    lifecycle.stack.push_async_callback(tracing.stop)
    readiness = Readiness()
    ops = OpsServer(settings.host, settings.ops_port, readiness)
    await ops.start()
    lifecycle.stack.push_async_callback(ops.stop)

    client: AsyncMongoClient[dict[str, Any]] = mongodb.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_options())
    lifecycle.stack.push_async_callback(client.close)
    database = mongodb.open_database(client, settings.mongodb_database)
    hasher = Argon2Hasher(settings.hash_threads)
    lifecycle.stack.callback(hasher.close)
    ports = Ports(
        store=MongoStore(client, database),
        hasher=hasher,
        signer=Ed25519Signer(settings.signing_keys.get_secret_value()),
        limiter=MemoryLoginLimiter(settings.logins_per_email, settings.logins_per_address),
        clock=SystemClock(),
    )
    health = mongodb.Health(database)
    readiness.add("mongodb", health.problem)
    lifecycle.run_background(health.run(), "mongodb-health")

    server = grpc_server(ports, settings.service_trusted_keys, settings.peer_connection_age_seconds)
    port = server.listen(f"{settings.host}:{settings.grpc_port}", settings.tls_cert_file, settings.tls_key_file)
    lifecycle.stack.push_async_callback(server.stop, settings.grace_seconds)
    lifecycle.stack.callback(readiness.draining)

    async def serve() -> None:
        # Services start in any order, and none serves before its unique indexes are there.
        await mongodb.migrate_when_reachable(database)
        await server.start()
        readiness.started()
        logger.info("listening", grpc_port=port)

    lifecycle.run_background(serve(), "grpc-start")


async def migrate(settings: StoreSettings) -> None:
    """Create the indexes that are missing."""
    async with mongodb.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_options()) as client:
        await mongodb.migrate(mongodb.open_database(client, settings.mongodb_database))


def new_identity() -> dict[str, str]:
    """Return new keys of all services and of access tokens, by file name."""
    return identity_files(SERVICES, f"signing-{uuid.uuid4().hex[:8]}")


def create_identity_secret(name: str) -> bool:
    """Put new keys into a Secret of the cluster; False if it is there already. OSError where the cluster refuses."""
    return create_secret(name, new_identity(), {"app.kubernetes.io/part-of": "baton"})


async def create_admin(settings: Settings, workspace: str, email: str, name: str, *, reset: bool) -> str:
    """Return the address of a one-time page where the administrator sets a password. The token is behind #: it reaches no server's log."""
    async with mongodb.connect(settings.mongodb_uri.get_secret_value(), settings.mongodb_options()) as client:
        database = mongodb.open_database(client, settings.mongodb_database)
        await mongodb.migrate(database)
        token = await FirstAdministrator(MongoStore(client, database), SystemClock()).create(workspace, email, name, reset=reset)
    return f"{settings.public_url.rstrip('/')}/human-agent/set-password#token={token}"
