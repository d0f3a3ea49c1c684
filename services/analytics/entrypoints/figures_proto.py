"""Questions and answers of AnalyticsService to the domain and back."""

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from baton.analytics.v1 import analytics_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp
from servicekit.errors import InvalidError

from services.analytics.domain.events import Cause
from services.analytics.domain.figures import DEFINITION_VERSION, PERCENTILE_ERROR, UNRESOLVED, DurationFigure, Figures
from services.analytics.domain.spans import Period
from services.analytics.domain.steps import Step
from services.analytics.ports import Live, Place, Scope
from services.analytics.use_cases.get_figures import FiguresAnswer, Question, TeamFigures
from services.analytics.use_cases.list_facts import Row, RowsPage

STEPS = {pb.STEP_UNSPECIFIED: None, pb.STEP_HOUR: Step.HOUR, pb.STEP_DAY: Step.DAY, pb.STEP_WEEK: Step.WEEK, pb.STEP_MONTH: Step.MONTH}
MAX_REASONS = 20
# What AI platforms and accounts are named by.
MAX_ID_CHARACTERS = 200
OTHERS = "…"


def to_question(request: pb.GetFiguresRequest) -> Question:
    """Read a question; InvalidError names the field that is none."""
    if request.step not in STEPS:
        raise InvalidError("step", "must be HOUR, DAY, WEEK or MONTH")
    return Question(
        period=to_period(request),
        time_zone=request.time_zone,
        agent_id=_id("agent_id", request.agent_id),
        ai_agent_id=_id("ai_agent_id", request.ai_agent_id),
        business=request.business_time,
        step=STEPS[request.step],
        compare=request.compare,
    )


def to_scope(workspace_id: str, request: pb.ListFactsRequest) -> Scope:
    """Read whose facts are asked for; InvalidError names the field that is no id."""
    return Scope(workspace_id, _id("agent_id", request.agent_id), _id("ai_agent_id", request.ai_agent_id))


def _id(field: str, value: str) -> str:
    if len(value) > MAX_ID_CHARACTERS or not (value == "" or value.isprintable()):
        raise InvalidError(field, f"must be an id of at most {MAX_ID_CHARACTERS} printable characters, or nothing")
    return value


def to_period(request: pb.GetFiguresRequest | pb.ListFactsRequest) -> Period:
    """Read a period; InvalidError names the field that is none."""
    return Period(_moment(request, "from"), _moment(request, "to"))


def _moment(request: pb.GetFiguresRequest | pb.ListFactsRequest, field: str) -> datetime:
    if not request.HasField(field):  # type: ignore[arg-type]  # the stub wants a literal
        raise InvalidError(field, "is needed")
    stamp: Timestamp = getattr(request, field)
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidError(field, "must be a time between the years 1 and 9999") from None


def to_place(token: str) -> Place | None:
    """Read a page's beginning."""
    if not token:
        return None
    try:
        milliseconds, _, row = base64.urlsafe_b64decode(token.encode()).decode().partition("/")
        return Place(datetime(1970, 1, 1, tzinfo=UTC) + int(milliseconds) * timedelta(milliseconds=1), row)
    except (ValueError, OverflowError, binascii.Error):
        raise InvalidError("page_token", "must be one that an answer gave") from None


def from_answer(answer: FiguresAnswer) -> pb.GetFiguresResponse:
    """Write the figures."""
    counts = answer.team.conversations
    response = pb.GetFiguresResponse(
        team=_figures(answer.team.figures),
        agents=[pb.AgentFigures(agent_id=agent.agent_id, agent_name=agent.agent_name, figures=_figures(agent.figures)) for agent in answer.agents],
        definition_version=DEFINITION_VERSION,
        conversations_per_agent=_mean(answer.team),
        agents_with_conversations=len(counts),
        fewest_conversations=min(counts, default=0),
        most_conversations=max(counts, default=0),
        series=[_point(period, figures) for period, figures in answer.series],
        time_zone=answer.time_zone,
        workspace_time_zone=answer.calendar.time_zone,
        has_hours=bool(answer.calendar.stretches),
        percentile_error=PERCENTILE_ERROR,
        ai_agents=[pb.AiAgent(id=ai_agent.id, name=ai_agent.name) for ai_agent in answer.ai_agents],
    )
    if answer.live is not None:
        response.team.queue_wait.still_waiting = answer.live.waiting
        if answer.live.waiting_since is not None:
            response.team.queue_wait.longest_seconds = _waited(answer.live.waiting_since, answer.at)
    if answer.before is not None:
        response.before.CopyFrom(_figures(answer.before.figures))
        mean = _mean(answer.before)
        if mean is not None:
            response.conversations_per_agent_before = mean
        response.before_from.FromDatetime(answer.before.period.start)
        response.before_to.FromDatetime(answer.before.period.end)
    return response


def from_live(live: Live, now: datetime) -> pb.GetLiveResponse:
    """Write how things stand."""
    response = pb.GetLiveResponse(held_by_ai=live.held_by_ai, held_by_human=live.held_by_human, waiting=live.waiting, revision=live.revision)
    response.at.FromDatetime(now)
    if live.waiting_since is not None:
        response.longest_waiting_seconds = _waited(live.waiting_since, now)
    return response


def from_page(page: RowsPage) -> pb.ListFactsResponse:
    """Write rows."""
    token = ""
    if page.after is not None:
        milliseconds = (page.after.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
        token = base64.urlsafe_b64encode(f"{milliseconds}/{page.after.id}".encode()).decode()
    return pb.ListFactsResponse(facts=[_fact(row) for row in page.rows], next_page_token=token)


def _waited(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())


def _mean(team: TeamFigures) -> float | None:
    return sum(team.conversations) / len(team.conversations) if team.conversations else None


def _fact(row: Row) -> pb.Fact:
    fact = pb.Fact(
        kind=row.kind,
        conversation_id=row.conversation_id,
        seq=row.seq,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        ai_agent_id=row.ai_agent_id,
        cause=row.cause,
        seconds=row.lasted.total_seconds() if row.lasted is not None else None,
        business_seconds=row.open_time.total_seconds() if row.open_time is not None else None,
    )
    fact.at.FromDatetime(row.at)
    return fact


def _point(period: Period, figures: Figures) -> pb.Point:
    point = pb.Point(
        takeovers=_takeovers(figures.takeovers),
        response_time=_duration(figures.response_time),
        queue_wait=_duration(figures.queue_wait),
        cases=sum(figures.cases.values()),
        untouched_cases=figures.untouched_cases,
    )
    getattr(point, "from").FromDatetime(period.start)
    point.to.FromDatetime(period.end)
    return point


def _figures(figures: Figures) -> pb.Figures:
    return pb.Figures(
        takeovers=_takeovers(figures.takeovers),
        response_time=_duration(figures.response_time),
        conversations=figures.conversations,
        conversations_with_message=figures.conversations_with_message,
        transfers_in=figures.transfers_in,
        transfers_out=figures.transfers_out,
        takeover_first_response=_duration(figures.takeover_first_response),
        no_reply_phases=figures.no_reply_phases,
        human_first_response=_duration(figures.human_first_response),
        queue_wait=_queue(figures),
        handled=_duration(figures.handled),
        handled_seconds=figures.handled_total.total_seconds(),
        resolution=_resolution(figures),
        ai=_ai(figures),
        hand_backs=pb.HandBackFigure(made=figures.hand_backs, judged=figures.hand_backs_judged, held=figures.hand_backs_held),
        releases=_counts(figures.releases),
    )


def _takeovers(takeovers: Mapping[str, int]) -> pb.TakeoverFigure:
    return pb.TakeoverFigure(
        total=sum(takeovers.values()),
        by_agent=takeovers.get(Cause.AGENT, 0),
        by_ai_request=takeovers.get(Cause.AI_REQUEST, 0),
        by_user_request=takeovers.get(Cause.USER_REQUEST, 0),
        returned=takeovers.get(Cause.RETURNED, 0),
    )


def _queue(figures: Figures) -> pb.QueueFigure:
    left = figures.queue_left
    return pb.QueueFigure(
        duration=_duration(figures.queue_wait), withdrawn=left.get("withdrawn", 0), handed_back=left.get("handed_back", 0), closed=left.get("closed", 0)
    )


def _resolution(figures: Figures) -> pb.ResolutionFigure:
    parts = {f"{name}_mean_seconds": mean.total_seconds() for name, mean in figures.resolution_parts.items()}
    spam, idle = (figures.cases.get(reason, 0) for reason in UNRESOLVED)
    return pb.ResolutionFigure(duration=_duration(figures.resolution), spam=spam, idle=idle, without_user_message=figures.empty_cases, **parts)


def _ai(figures: Figures) -> pb.AiFigure:
    reasons = _counts(figures.escalated_cases)
    if len(reasons) > MAX_REASONS:
        reasons = [*reasons[: MAX_REASONS - 1], pb.Count(word=OTHERS, n=sum(one.n for one in reasons[MAX_REASONS - 1 :]))]
    return pb.AiFigure(
        cases=sum(figures.cases.values()),
        untouched=figures.untouched_cases,
        escalated=sum(figures.escalated_cases.values()),
        escalated_by_reason=reasons,
        closed_by_reason=_counts(figures.cases),
    )


def _counts(counts: Mapping[str, int]) -> list[pb.Count]:
    return [pb.Count(word=word, n=n) for word, n in sorted(counts.items(), key=lambda item: (-item[1], item[0])) if n]


def _duration(figure: DurationFigure) -> pb.DurationFigure:
    return pb.DurationFigure(
        n=figure.n,
        mean_seconds=figure.mean.total_seconds() if figure.mean is not None else None,
        median_seconds=figure.median.total_seconds() if figure.median is not None else None,
        p90_seconds=figure.p90.total_seconds() if figure.p90 is not None else None,
    )
