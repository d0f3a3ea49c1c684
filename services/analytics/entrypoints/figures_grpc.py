"""AnalyticsService: decode, call, encode."""

from datetime import UTC, datetime
from typing import Any

import grpc.aio
from baton.analytics.v1 import analytics_pb2 as pb
from baton.analytics.v1.analytics_pb2_grpc import AnalyticsServiceServicer
from google.protobuf.timestamp_pb2 import Timestamp
from servicekit.caller import service_caller, user_caller
from servicekit.errors import InvalidError

from services.analytics.domain.events import Cause
from services.analytics.domain.figures import DEFINITION_VERSION, DurationFigure, Figures, Period
from services.analytics.use_cases.get_figures import FiguresAnswer, GetFigures

SERVICE_NAME = "baton.analytics.v1.AnalyticsService"


class FiguresService(AnalyticsServiceServicer):
    """The figures, for the gateway on behalf of a user."""

    def __init__(self, get_figures: GetFigures) -> None:
        """See the use case for who sees what."""
        self._get_figures = get_figures

    async def GetFigures(self, request: pb.GetFiguresRequest, context: grpc.aio.ServicerContext[Any, Any]) -> pb.GetFiguresResponse:  # noqa: ARG002, N802  # the contract's face
        """See the contract."""
        service_caller("realtime")
        period = Period(_moment(request, "from"), _moment(request, "to"))
        return _to_response(await self._get_figures(user_caller(), period))


def _moment(request: pb.GetFiguresRequest, field: str) -> datetime:
    if not request.HasField(field):  # type: ignore[arg-type]  # the stub wants a literal
        raise InvalidError(field, "is needed")
    stamp: Timestamp = getattr(request, field)
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidError(field, "must be a time between the years 1 and 9999") from None


def _to_response(answer: FiguresAnswer) -> pb.GetFiguresResponse:
    return pb.GetFiguresResponse(
        team=_to_figures(answer.team),
        agents=[pb.AgentFigures(agent_id=agent.agent_id, agent_name=agent.agent_name, figures=_to_figures(agent.figures)) for agent in answer.agents],
        definition_version=DEFINITION_VERSION,
        conversations_per_agent=answer.conversations_per_agent,
    )


def _to_figures(figures: Figures) -> pb.Figures:
    return pb.Figures(
        takeovers=pb.TakeoverFigure(
            total=sum(figures.takeovers.values()),
            by_agent=figures.takeovers[Cause.AGENT],
            by_ai_request=figures.takeovers[Cause.AI_REQUEST],
            by_user_request=figures.takeovers[Cause.USER_REQUEST],
            returned=figures.takeovers[Cause.RETURNED],
        ),
        response_time=_to_duration(figures.response_time),
        conversations=figures.conversations,
        conversations_with_message=figures.conversations_with_message,
        transfers_in=figures.transfers_in,
        transfers_out=figures.transfers_out,
    )


def _to_duration(figure: DurationFigure) -> pb.DurationFigure:
    return pb.DurationFigure(
        n=figure.n,
        mean_seconds=figure.mean.total_seconds() if figure.mean is not None else None,
        median_seconds=figure.median.total_seconds() if figure.median is not None else None,
        p90_seconds=figure.p90.total_seconds() if figure.p90 is not None else None,
    )
