"""An AI platform and human agents that call by gRPC: they reach any replica at random and retry as the contract says."""

import asyncio
import random
import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from baton.auth.v1 import auth_pb2, auth_pb2_grpc
from baton.conversation.v1 import agent_pb2, agent_pb2_grpc, control_pb2, event_pb2, platform_pb2, platform_pb2_grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from servicekit.identity import METADATA_KEY, ServiceIdentity

# How long a command is tried again while no replica answers, and how often: faults last a minute.
PATIENCE_SECONDS = 180.0
RETRY_SECONDS = 0.05
TIMEOUT_SECONDS = 5.0
# Passwords are hashed on purpose slowly, and here for several runs at once.
LOGIN_SECONDS = 30.0
# No answer of Baton's: the same command again. A connection that ends under a call (a pod that goes) is CANCELLED though nobody cancelled.
NO_ANSWER = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}
# As the services' own channels: a replica that comes back is found within a second, one that vanished is given up after five.
CHANNEL_OPTIONS = [
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5_000),
]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command came to: the event it became, or why it was refused."""

    conversation_id: str
    command_id: str
    seq: int = 0
    epoch: int = 0
    refusal: str = ""
    details: dict[str, str] = field(default_factory=dict)


def new_id() -> str:
    """Return a new command id."""
    return str(uuid.uuid4())


def refusal_of(error: grpc.aio.AioRpcError) -> tuple[str, dict[str, str]]:
    """Return the reason and details that an error carries."""
    status = rpc_status.from_call(error)
    info = error_details_pb2.ErrorInfo()
    for detail in status.details if status else ():
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            detail.Unpack(info)
    return info.reason or error.code().name, dict(info.metadata)


class Routed:
    """Sends each attempt to a replica chosen at random; tries again with the same command while none answers."""

    def __init__(self, targets: list[str], seed: int) -> None:
        self._random = random.Random(seed)  # chooses a route
        self.channels = [grpc.aio.insecure_channel(target, options=CHANNEL_OPTIONS) for target in targets]

    def pick(self, methods: list[Any]) -> Any:  # a stub's method
        return self._random.choice(methods)

    async def command(self, methods: list[Any], request: Any, metadata: list[tuple[str, str]]) -> Answer:
        """Carry one command out and return its answer; RuntimeError when no replica answers for long."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                response = await self.pick(methods)(request, metadata=metadata, timeout=TIMEOUT_SECONDS)
            except grpc.aio.AioRpcError as error:
                if error.code() in NO_ANSWER:
                    await asyncio.sleep(RETRY_SECONDS)
                    continue
                reason, details = refusal_of(error)
                return Answer(getattr(request, "conversation_id", ""), request.command_id, refusal=reason, details=details)
            outcome = response.outcome
            return Answer(outcome.conversation_id, request.command_id, outcome.seq, outcome.control.epoch)
        message = f"no replica answered {type(request).__name__}"
        raise RuntimeError(message)

    async def close(self) -> None:
        for channel in self.channels:
            await channel.close()


class Platform(Routed):
    """An AI platform."""

    def __init__(self, targets: list[str], api_key: str, seed: int) -> None:
        super().__init__(targets, seed)
        self.stubs = [platform_pb2_grpc.PlatformServiceStub(channel) for channel in self.channels]
        self.metadata = [("authorization", f"Bearer {api_key}")]

    async def start(
        self, name: str, user_name: str = "Dika Kurniawan", email: str = "dika@mail.example", *, user_id: str = "", ai_agent_id: str = "bot"
    ) -> Answer:
        request = platform_pb2.StartConversationRequest(
            command_id=new_id(),
            platform_conversation_id=name,
            user=event_pb2.EndUser(id=f"user-{user_id or name}", name=user_name, email=email, locale="en"),
            ai_agent=control_pb2.AiAgentRef(id=ai_agent_id, name="Restaurant bot"),
        )
        return await self.command([stub.StartConversation for stub in self.stubs], request, self.metadata)

    async def user_says(self, conversation_id: str, text: str) -> Answer:
        request = platform_pb2.AppendUserMessageRequest(command_id=new_id(), conversation_id=conversation_id, text=text)
        return await self.command([stub.AppendUserMessage for stub in self.stubs], request, self.metadata)

    async def ai_says(self, conversation_id: str, text: str, epoch: int, command_id: str = "") -> Answer:
        request = platform_pb2.AppendAiMessageRequest(command_id=command_id or new_id(), conversation_id=conversation_id, text=text, epoch=epoch)
        return await self.command([stub.AppendAiMessage for stub in self.stubs], request, self.metadata)

    async def asks_for_a_human(self, conversation_id: str, epoch: int, reason: str, summary: str = "") -> Answer:
        request = platform_pb2.RequestHumanRequest(
            command_id=new_id(),
            conversation_id=conversation_id,
            epoch=epoch,
            by=event_pb2.REQUESTED_BY_USER,
            reason=reason,
            summary=summary,
            priority=control_pb2.PRIORITY_HIGH,
        )
        return await self.command([stub.RequestHuman for stub in self.stubs], request, self.metadata)


class Agent(Routed):
    """A human agent, called for by the gateway's identity."""

    def __init__(self, targets: list[str], identity: ServiceIdentity, access_token: str, account_id: str, seed: int) -> None:
        super().__init__(targets, seed)
        self.account_id = account_id
        self.stubs = [agent_pb2_grpc.AgentServiceStub(channel) for channel in self.channels]
        self._identity = identity
        self._token = access_token

    def renew(self, access_token: str) -> None:
        """Go on with a newer token: one lives for ten minutes."""
        self._token = access_token

    @property
    def metadata(self) -> list[tuple[str, str]]:
        return [(METADATA_KEY, self._identity.token_for("conversation")), ("authorization", f"Bearer {self._token}")]

    async def take_over(self, conversation_id: str, command_id: str = "") -> Answer:
        request = agent_pb2.TakeOverRequest(command_id=command_id or new_id(), conversation_id=conversation_id)
        return await self.command([stub.TakeOver for stub in self.stubs], request, self.metadata)

    async def says(self, conversation_id: str, text: str, seen_seq: int) -> Answer:
        request = agent_pb2.SendMessageRequest(command_id=new_id(), conversation_id=conversation_id, text=text, seen_seq=seen_seq)
        return await self.command([stub.SendMessage for stub in self.stubs], request, self.metadata)

    async def hand_back(self, conversation_id: str, seen_seq: int) -> Answer:
        request = agent_pb2.HandBackRequest(command_id=new_id(), conversation_id=conversation_id, seen_seq=seen_seq)
        return await self.command([stub.HandBack for stub in self.stubs], request, self.metadata)

    async def release(self, conversation_id: str) -> Answer:
        request = agent_pb2.ReleaseRequest(command_id=new_id(), conversation_id=conversation_id, reason="race")
        return await self.command([stub.Release for stub in self.stubs], request, self.metadata)


class Accounts:
    """Logs people in and, as an administrator, makes new ones."""

    def __init__(self, auth_target: str, identity: ServiceIdentity) -> None:
        self.channel = grpc.aio.insecure_channel(auth_target)
        self._sessions = auth_pb2_grpc.SessionServiceStub(self.channel)
        self._admin = auth_pb2_grpc.AdminServiceStub(self.channel)
        self._identity = identity

    @property
    def _service(self) -> tuple[str, str]:
        return METADATA_KEY, self._identity.token_for("auth")

    async def log_in(self, email: str, password: str) -> tuple[str, str]:
        """Return an access token and the account's id."""
        # Each from an address of its own: the limit on logins is not what is raced here.
        address = f"2001:db8::{secrets.randbelow(65_536):x}"
        request = auth_pb2.LoginRequest(email=email, password=password, client_address=address, user_agent="races")
        answer = await self._sessions.Login(request, metadata=[self._service], timeout=LOGIN_SECONDS)
        return answer.tokens.access_token, answer.account.id

    async def make_agent(self, admin_token: str) -> tuple[str, str]:
        """Make an agent's account and return an access token and the account's id."""
        email, password = f"{secrets.token_hex(8)}@baton.example", secrets.token_hex(12)
        request = auth_pb2.CreateAccountRequest(email=email, name="Agent of a crowd", role=auth_pb2.ROLE_AGENT)
        metadata = [self._service, ("authorization", f"Bearer {admin_token}")]
        made = await self._admin.CreateAccount(request, metadata=metadata, timeout=LOGIN_SECONDS)
        link = auth_pb2.SetPasswordRequest(link_token=made.link_token, password=password)
        await self._sessions.SetPassword(link, metadata=[self._service], timeout=LOGIN_SECONDS)
        return await self.log_in(email, password)
