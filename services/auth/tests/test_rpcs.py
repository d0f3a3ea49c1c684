"""The RPCs, through a real server on a real MongoDB, called as the services call them."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import grpc.aio
import jwt
import pytest
from baton.auth.v1 import auth_pb2 as pb
from baton.auth.v1 import auth_pb2_grpc as rpc
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from grpc_health.v1 import health_pb2, health_pb2_grpc
from servicekit.clock import SystemClock
from servicekit.errors import (
    AlreadyExistsError,
    ExhaustedError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    PreconditionError,
    ServiceError,
    UnauthenticatedError,
)
from servicekit.grpc_client import Peer
from servicekit.identity import ServiceIdentity

from services.auth.adapters.login_limiter import MemoryLoginLimiter
from services.auth.adapters.mongo_store import MongoStore
from services.auth.adapters.token_signer import Ed25519Signer
from services.auth.bootstrap import Ports, grpc_server
from services.auth.tests.fakes import CountingHasher
from services.auth.tests.world import PASSWORD, signing_key, signing_keys
from services.auth.use_cases.first_administrator import FirstAdministrator
from tests.harness.waiting import PATIENCE_SECONDS

LIMIT = 5


def private_pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


def public_jwk(key: Ed25519PrivateKey) -> dict[str, str]:
    jwk: dict[str, str] = json.loads(str(jwt.algorithms.OKPAlgorithm.to_jwk(key.public_key())))
    return jwk


@dataclass(frozen=True, slots=True)
class Service:
    """The running service and two who call it."""

    store: MongoStore
    gateway: Peer
    conversation: Peer
    stranger: Peer

    @property
    def sessions(self) -> rpc.SessionServiceStub:
        return rpc.SessionServiceStub(self.gateway.channel)

    @property
    def admin(self) -> rpc.AdminServiceStub:
        return rpc.AdminServiceStub(self.gateway.channel)

    @property
    def trust(self) -> rpc.TrustServiceStub:
        return rpc.TrustServiceStub(self.conversation.channel)

    async def log_in(self, email: str, password: str = PASSWORD) -> pb.LoginResponse:
        request = pb.LoginRequest(email=email, password=password, user_agent="a browser", client_address="10.0.0.1")
        return await self.gateway.call(self.sessions.Login, request)

    async def set_password(self, link_token: str) -> None:
        await self.gateway.call(self.sessions.SetPassword, pb.SetPasswordRequest(link_token=link_token, password=PASSWORD))

    async def administrator(self, workspace: str = "Acme", email: str = "ada@example.com") -> str:
        """An access token."""
        await self.set_password(await FirstAdministrator(self.store, SystemClock()).create(workspace, email, "Ada Admin", reset=False))
        return (await self.log_in(email)).tokens.access_token

    async def agent(self, administrator: str, email: str = "budi@example.com") -> pb.LoginResponse:
        request = pb.CreateAccountRequest(email=email, name="Budi Santoso", display_name="Budi", role=pb.ROLE_AGENT)
        made = await self.gateway.call(self.admin.CreateAccount, request, access_token=administrator)
        assert not made.account.password_set
        await self.set_password(made.link_token)
        return await self.log_in(email)


@pytest.fixture
async def service(mongo_store: MongoStore) -> AsyncIterator[Service]:
    keys = {name: Ed25519PrivateKey.generate() for name in ("realtime", "conversation", "stranger")}
    trusted = {name: [public_jwk(keys[name])] for name in ("realtime", "conversation")}
    ports = Ports(
        mongo_store, CountingHasher(), Ed25519Signer(signing_keys(signing_key())), MemoryLoginLimiter(f"{LIMIT}/minute", "1000/minute"), SystemClock()
    )
    server = grpc_server(ports, json.dumps(trusted))
    target = f"127.0.0.1:{server.listen('127.0.0.1:0')}"
    await server.start()
    peers = {name: Peer(target, "auth", ServiceIdentity(name, private_pem(key), SystemClock()), timeout_seconds=PATIENCE_SECONDS) for name, key in keys.items()}
    yield Service(mongo_store, peers["realtime"], peers["conversation"], peers["stranger"])
    for peer in peers.values():
        await peer.close()
    await server.stop(0)


async def refusal(call: object) -> ServiceError:
    """What an awaited call is refused with."""
    with pytest.raises(ServiceError) as refused:
        await call  # type: ignore[misc]  # any awaitable
    return refused.value


async def test_from_the_operators_link_to_a_working_agent_and_platform(service: Service) -> None:
    administrator = await service.administrator()
    budi = await service.agent(administrator)
    assert (budi.account.display_name, budi.account.role, budi.workspace_name) == ("Budi", pb.ROLE_AGENT, "Acme")
    me = await service.gateway.call(service.sessions.GetMe, pb.GetMeRequest(), access_token=budi.tokens.access_token)
    assert (me.account.email, me.workspace_name, me.account.password_set) == ("budi@example.com", "Acme", True)
    made = await service.gateway.call(service.admin.CreateApiKey, pb.CreateApiKeyRequest(name="shop bot"), access_token=administrator)
    verified = await service.conversation.call(service.trust.VerifyApiKey, pb.VerifyApiKeyRequest(secret=made.secret))
    assert (verified.platform_id, verified.platform_name, verified.workspace_id) == (made.key.platform_id, "shop bot", budi.account.workspace_id)
    agent = await service.conversation.call(service.trust.GetAgent, pb.GetAgentRequest(workspace_id=budi.account.workspace_id, account_id=budi.account.id))
    assert (agent.agent.name, agent.agent.display_name) == ("Budi Santoso", "Budi")


async def test_a_token_is_verified_with_the_published_keys(service: Service) -> None:
    token = await service.administrator()
    jwks = json.loads((await service.conversation.call(service.trust.GetJwks, pb.GetJwksRequest())).jwks_json)
    assert "d" not in jwks["keys"][0]
    claims = jwt.decode(token, jwt.PyJWK(jwks["keys"][0], "EdDSA"), algorithms=["EdDSA"], audience="baton", issuer="baton-auth")
    assert claims.keys() == {"iss", "aud", "sub", "sid", "ws", "role", "name", "dn", "iat", "exp", "auth_at", "jti"}
    assert claims["role"] == pb.ROLE_ADMINISTRATOR
    assert claims["exp"] - claims["iat"] == 600


async def test_logging_out_is_known_at_once_here_and_told_to_the_others(service: Service) -> None:
    token = await service.administrator()
    before = await service.conversation.call(service.trust.ListRevocations, pb.ListRevocationsRequest())
    await service.gateway.call(service.sessions.Logout, pb.LogoutRequest(), access_token=token)
    refused = await refusal(service.gateway.call(service.sessions.GetMe, pb.GetMeRequest(), access_token=token))
    assert (type(refused), refused.reason) == (UnauthenticatedError, "TOKEN_INVALID")
    after = await service.conversation.call(service.trust.ListRevocations, pb.ListRevocationsRequest(since=before.until))
    assert [one.kind for one in after.revocations] == [pb.REVOCATION_KIND_SESSION]


async def test_refresh_and_tickets_carry_the_session(service: Service) -> None:
    await service.administrator()
    login = await service.log_in("ada@example.com")
    refreshed = await service.gateway.call(service.sessions.Refresh, pb.RefreshRequest(refresh_token=login.tokens.refresh_token))
    ticket = await service.gateway.call(service.sessions.IssueTicket, pb.IssueTicketRequest(), access_token=refreshed.tokens.access_token)
    redeemed = await service.gateway.call(service.sessions.RedeemTicket, pb.RedeemTicketRequest(ticket=ticket.ticket))
    assert (redeemed.account_id, redeemed.role) == (login.account.id, pb.ROLE_ADMINISTRATOR)
    again = await refusal(service.gateway.call(service.sessions.RedeemTicket, pb.RedeemTicketRequest(ticket=ticket.ticket)))
    assert again.reason == "TICKET_INVALID"
    sessions = await service.gateway.call(service.sessions.ListSessions, pb.ListSessionsRequest(), access_token=refreshed.tokens.access_token)
    assert [one.user_agent for one in sessions.sessions] == ["a browser", "a browser"]
    assert [one.id for one in sessions.sessions if one.current] == [redeemed.session_id]


async def test_too_many_wrong_passwords_are_too_many_even_for_the_right_one(service: Service) -> None:
    await service.administrator()
    for _ in range(LIMIT):
        assert (await refusal(service.log_in("ada@example.com", "wrong"))).reason == "LOGIN_FAILED"
    refused = await refusal(service.log_in("ADA@example.com"))
    assert (type(refused), refused.reason) == (ExhaustedError, "TOO_MANY_LOGINS")
    assert 1 <= int(refused.details["retry_after_seconds"]) <= 60


async def test_each_rpc_demands_its_role(service: Service) -> None:
    budi = (await service.agent(await service.administrator())).tokens.access_token
    calls = [
        (service.admin.CreateAccount, pb.CreateAccountRequest()),
        (service.admin.UpdateAccount, pb.UpdateAccountRequest()),
        (service.admin.ListAccounts, pb.ListAccountsRequest()),
        (service.admin.IssuePasswordLink, pb.IssuePasswordLinkRequest()),
        (service.admin.ImportAccounts, pb.ImportAccountsRequest()),
        (service.admin.ListAccountSessions, pb.ListAccountSessionsRequest()),
        (service.admin.EndAccountSessions, pb.EndAccountSessionsRequest()),
        (service.admin.CreateApiKey, pb.CreateApiKeyRequest()),
        (service.admin.ListApiKeys, pb.ListApiKeysRequest()),
        (service.admin.RevokeApiKey, pb.RevokeApiKeyRequest()),
    ]
    for method, request in calls:
        refused = await refusal(service.gateway.call(method, request, access_token=budi))  # type: ignore[arg-type]  # method and request belong together
        assert (type(refused), refused.reason) == (ForbiddenError, "ROLE_REQUIRED")
        anonymous = await refusal(service.gateway.call(method, request))  # type: ignore[arg-type]  # as above
        assert (type(anonymous), anonymous.reason) == (UnauthenticatedError, "TOKEN_INVALID")
    colleagues = await service.gateway.call(service.admin.ListColleagues, pb.ListColleaguesRequest(), access_token=budi)
    assert [one.display_name for one in colleagues.colleagues] == ["Ada Admin", "Budi"]


async def test_only_trusted_services_call_and_only_the_gateway_logs_people_in(service: Service) -> None:
    stranger = await refusal(service.stranger.call(rpc.TrustServiceStub(service.stranger.channel).GetJwks, pb.GetJwksRequest()))
    assert (type(stranger), stranger.reason) == (UnauthenticatedError, "SERVICE_IDENTITY_INVALID")
    other = await refusal(service.conversation.call(rpc.SessionServiceStub(service.conversation.channel).Login, pb.LoginRequest(email="a", password="b")))
    assert (type(other), other.reason) == (ForbiddenError, "SERVICE_NOT_ALLOWED")
    with pytest.raises(grpc.aio.AioRpcError) as bare:
        await service.trust.GetJwks(pb.GetJwksRequest())
    assert bare.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_refusals_keep_their_type_and_name_the_field(service: Service) -> None:
    token = await service.administrator()
    gus = await service.administrator("Globex", "gus@example.com")
    me = await service.gateway.call(service.sessions.GetMe, pb.GetMeRequest(), access_token=token)

    async def admin(method: object, request: object, as_token: str = token) -> ServiceError:
        return await refusal(service.gateway.call(method, request, access_token=as_token))  # type: ignore[arg-type]  # method and request belong together

    taken = await admin(service.admin.CreateAccount, pb.CreateAccountRequest(email="gus@example.com", name="Gus", role=pb.ROLE_AGENT))
    assert (type(taken), taken.reason) == (AlreadyExistsError, "EMAIL_TAKEN")
    last = await admin(service.admin.UpdateAccount, pb.UpdateAccountRequest(account_id=me.account.id, disabled=True))
    assert (type(last), last.reason) == (PreconditionError, "LAST_ADMINISTRATOR")
    foreign = await admin(service.admin.UpdateAccount, pb.UpdateAccountRequest(account_id=me.account.id, name="Eve"), gus)
    assert (type(foreign), foreign.reason) == (NotFoundError, "ACCOUNT_NOT_FOUND")
    for request, field in [
        (pb.CreateAccountRequest(email="nonsense", name="Eve", role=pb.ROLE_AGENT), "email"),
        (pb.CreateAccountRequest(email="eve@example.com", name="\x00", role=pb.ROLE_AGENT), "name"),
        (pb.CreateAccountRequest(email="eve@example.com", name="Eve"), "role"),
        (pb.CreateAccountRequest(email="eve@example.com", name="x" * 900_000, role=pb.ROLE_AGENT), "name"),
    ]:
        bad = await admin(service.admin.CreateAccount, request)
        assert isinstance(bad, InvalidError)
        assert bad.field == field


async def test_health_is_served_without_an_identity(service: Service) -> None:
    answer = await health_pb2_grpc.HealthStub(service.gateway.channel).Check(health_pb2.HealthCheckRequest(service="baton.auth.v1.TrustService"))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_an_import_is_tried_first_and_its_links_work(service: Service) -> None:
    token = await service.administrator()
    rows = [pb.ImportedRow(email="siti@example.com", name="Siti", role=pb.ROLE_SUPERVISOR), pb.ImportedRow(email="nonsense", name="Eve", role=pb.ROLE_AGENT)]
    tried = await service.gateway.call(service.admin.ImportAccounts, pb.ImportAccountsRequest(rows=rows, dry_run=True), access_token=token)
    assert [(one.problem_reason, one.problem_field, one.link_token) for one in tried.results] == [("", "", ""), ("INVALID", "email", "")]
    made = await service.gateway.call(service.admin.ImportAccounts, pb.ImportAccountsRequest(rows=rows[:1]), access_token=token)
    assert made.applied
    await service.set_password(made.results[0].link_token)
    assert (await service.log_in("siti@example.com")).account.role == pb.ROLE_SUPERVISOR


async def test_an_administrator_sees_and_ends_where_somebody_is_logged_in(service: Service) -> None:
    token = await service.administrator()
    budi = await service.agent(token)
    asked = pb.ListAccountSessionsRequest(account_id=budi.account.id)
    (session,) = (await service.gateway.call(service.admin.ListAccountSessions, asked, access_token=token)).sessions
    assert (session.user_agent, session.current) == ("a browser", False)
    unknown = pb.EndAccountSessionsRequest(account_id=budi.account.id, session_id="x")
    assert (await refusal(service.gateway.call(service.admin.EndAccountSessions, unknown, access_token=token))).reason == "SESSION_NOT_FOUND"
    ending = pb.EndAccountSessionsRequest(account_id=budi.account.id, session_id=session.id)
    await service.gateway.call(service.admin.EndAccountSessions, ending, access_token=token)
    refused = await refusal(service.gateway.call(service.sessions.GetMe, pb.GetMeRequest(), access_token=budi.tokens.access_token))
    assert refused.reason == "TOKEN_INVALID"
