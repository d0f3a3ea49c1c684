"""The command services behind real gRPC listeners, on the fake store: for tests that speak the contract."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import grpc.aio
from baton.conversation.v1 import agent_pb2_grpc, platform_pb2, platform_pb2_grpc
from servicekit.caller import PlatformCaller, Role, UserCaller, set_caller
from servicekit.clock import SystemClock
from servicekit.errors import ServiceError
from servicekit.grpc_errors import from_rpc_error
from servicekit.grpc_server import GrpcServer

from services.conversation.adapters.memory_event_store import MemoryEventStore
from services.conversation.domain.control import AgentRef, State
from services.conversation.domain.policy import DEFAULT_POLICY, Policy
from services.conversation.entrypoints import platform_service
from services.conversation.entrypoints.agent_commands import AgentCommands
from services.conversation.entrypoints.append_stream import AppendStreams, StreamLimits
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.look_up import LookUp, ReportTyping
from services.conversation.use_cases.report_receipts import ReportReceiptsBatched
from services.conversation.use_cases.request_human import RequestHumanAttention
from services.conversation.use_cases.states import States
from services.conversation.use_cases.tell_availability import TellAvailability
from services.conversation.use_cases.transfer import TransferToAgent
from tests.harness.waiting import PATIENCE_SECONDS

BUDI_ID = "11111111-1111-4111-8111-111111111111"
SARI_ID = "22222222-2222-4222-8222-222222222222"
COLLEAGUES = {BUDI_ID: AgentRef(BUDI_ID, "Budi Santoso"), SARI_ID: AgentRef(SARI_ID, "Sari")}


@dataclass
class Surroundings:
    """Everything that the services ask beside the log."""

    typed: list[tuple[str, Any]] = field(default_factory=list)
    policy: Policy = DEFAULT_POLICY
    draining: bool = False
    revoked_keys: set[str] = field(default_factory=set)

    async def of(self, _workspace_id: str) -> Policy:
        return self.policy

    async def active_agent(self, workspace_id: str, agent_id: str) -> AgentRef | None:
        return COLLEAGUES.get(agent_id) if workspace_id == "workspace-1" else None

    async def agents_available(self, _workspace_id: str) -> int:
        return 3

    async def waiting(self, _workspace_id: str, before: datetime | None) -> int:
        return 2 if before else 9

    async def user_types(self, _state: State, *, active: bool) -> None:
        self.typed.append(("user", active))

    async def ai_composes(self, _state: State, *, epoch: int, partial_text: str, active: bool) -> None:
        self.typed.append(("ai", (epoch, partial_text, active)))

    async def watch(self, request: platform_pb2.WatchRequest, _context: Any) -> AsyncIterator[platform_pb2.WatchResponse]:  # as the port
        yield platform_pb2.WatchResponse(cursor=f"after {request.cursor}")

    async def ack(self, _request: platform_pb2.AckWatchRequest) -> platform_pb2.AckWatchResponse:
        return platform_pb2.AckWatchResponse()


@dataclass
class Served:
    """What a test holds: the stubs, and what is behind them."""

    platform: platform_pb2_grpc.PlatformServiceStub
    agent: agent_pb2_grpc.AgentServiceStub
    store: MemoryEventStore
    surroundings: Surroundings


@asynccontextmanager
async def served(store: MemoryEventStore | None = None, max_stream_seconds: float = 600.0) -> AsyncIterator[Served]:
    """Serve until the context ends. Metadata says who calls: `platform`, or `agent` with `role`; and in which `workspace`."""
    store, states, around = store or MemoryEventStore(), States(), Surroundings()
    carry_out = CarryOut(store, states, around, SystemClock())
    look_up = LookUp(store)
    request_human, report_receipts = RequestHumanAttention(carry_out, TellAvailability(around, around, SystemClock())), ReportReceiptsBatched(carry_out, states)
    limits = StreamLimits(max_stream_seconds, lambda: around.draining, around.revoked_keys.__contains__)
    platform = platform_service.PlatformService(
        carry_out,
        request_human,
        report_receipts,
        look_up,
        ReportTyping(look_up, states, around),
        AppendStreams(carry_out, request_human, report_receipts, limits),
        around,
    )
    # The half of AgentService that is tested here; the contract's other half has tests of its own.
    commands: Any = AgentCommands
    server = GrpcServer(
        authenticate=_who_calls,
        add_services=[
            partial(platform_pb2_grpc.add_PlatformServiceServicer_to_server, platform),
            partial(agent_pb2_grpc.add_AgentServiceServicer_to_server, commands(carry_out, TransferToAgent(carry_out, around))),
        ],
        service_names=[platform_service.SERVICE_NAME],
    )
    port = server.listen("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Served(platform_pb2_grpc.PlatformServiceStub(channel), agent_pb2_grpc.AgentServiceStub(channel), store, around)
    await server.stop(0)


async def _who_calls(metadata: Mapping[str, str]) -> None:
    workspace = metadata.get("workspace", "workspace-1")
    if "platform" in metadata:
        set_caller(platform=PlatformCaller(workspace, metadata["platform"], "Example AI", "key-1"))
    elif "agent" in metadata:
        agent = COLLEAGUES[metadata["agent"]]
        role = Role[metadata.get("role", "AGENT")]
        set_caller(user=UserCaller(workspace, agent.id, "session-1", role, "the real name", agent.display_name, ""), service="realtime")


async def ask(method: Any, request: Any, **caller: str) -> Any:  # any RPC
    """Call as somebody; the answer, or the ServiceError that it was."""
    try:
        return await method(request, metadata=list(caller.items()), timeout=PATIENCE_SECONDS)
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from None


async def refusal_of(method: Any, request: Any, **caller: str) -> ServiceError:
    """Call as somebody and return the refusal; AssertionError if there was none."""
    try:
        answer = await ask(method, request, **caller)
    except ServiceError as error:
        return error
    msg = f"it was not refused but answered {answer}"
    raise AssertionError(msg)
