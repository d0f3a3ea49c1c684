"""AnalyticsService: decode, call, encode."""
# ruff: noqa: N802  # the methods' names are the contract's

from collections.abc import Awaitable, Callable
from typing import Any

import grpc.aio
from baton.analytics.v1 import analytics_pb2 as pb
from baton.analytics.v1.analytics_pb2_grpc import AnalyticsServiceServicer
from servicekit.caller import Role, UserCaller, service_caller, user_caller
from servicekit.clock import Clock
from servicekit.errors import ForbiddenError

from services.analytics.entrypoints import figures_proto as proto
from services.analytics.use_cases.get_figures import GetFigures
from services.analytics.use_cases.get_live import GetLive
from services.analytics.use_cases.list_facts import ListFacts

SERVICE_NAME = pb.DESCRIPTOR.services_by_name["AnalyticsService"].full_name
DEFAULT_PAGE = 50

Context = grpc.aio.ServicerContext[Any, Any]
# Begins a rebuild in the background; PreconditionError REBUILD_RUNNING where one runs.
BeginRebuild = Callable[[], Awaitable[None]]


class FiguresService(AnalyticsServiceServicer):
    """The figures, for the gateway on behalf of a user."""

    def __init__(self, get_figures: GetFigures, get_live: GetLive, list_facts: ListFacts, begin_rebuild: BeginRebuild, clock: Clock) -> None:
        """See the use cases for who sees what."""
        self._get_figures = get_figures
        self._get_live = get_live
        self._list_facts = list_facts
        self._begin_rebuild = begin_rebuild
        self._clock = clock

    async def GetFigures(self, request: pb.GetFiguresRequest, _context: Context) -> pb.GetFiguresResponse:
        """See the contract."""
        caller = _caller()
        return proto.from_answer(await self._get_figures(caller, proto.to_question(request)))

    async def GetLive(self, _request: pb.GetLiveRequest, _context: Context) -> pb.GetLiveResponse:
        """See the contract."""
        return proto.from_live(await self._get_live(_caller()), self._clock.now())

    async def ListFacts(self, request: pb.ListFactsRequest, _context: Context) -> pb.ListFactsResponse:
        """See the contract."""
        caller = _caller()
        scope = proto.to_scope(caller.workspace_id, request)
        page = await self._list_facts(
            caller, request.kinds, proto.to_period(request), scope, proto.to_place(request.page_token), request.page_size or DEFAULT_PAGE
        )
        return proto.from_page(page)

    async def Rebuild(self, _request: pb.RebuildRequest, _context: Context) -> pb.RebuildResponse:
        """See the contract."""
        if _caller().role < Role.ADMINISTRATOR:
            raise ForbiddenError("ROLE_REQUIRED", "This needs the role administrator.", details={"role": "administrator"})
        await self._begin_rebuild()
        return pb.RebuildResponse()


def _caller() -> UserCaller:
    service_caller("realtime")
    return user_caller()
