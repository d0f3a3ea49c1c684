"""The team's figures, how things stand now, the rows behind each figure, and both as CSV."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime
from servicekit.caller import UserCaller
from servicekit.errors import InvalidError

from services.realtime.domain import csv_lines
from services.realtime.domain.json_types import Json
from services.realtime.entrypoints.http.answers import json_answer
from services.realtime.entrypoints.http.gateway import Administrator, Caller, Gateway, Services

router = APIRouter(prefix="/api/analytics", tags=["analytics"])

CSV = "text/csv; charset=utf-8"
CSV_PAGE = 1_000
# Before and after these no figure exists, and no Timestamp after the second.
FIRST_YEAR, LAST_YEAR = 1970, 9000
# A row of a kind that has no name here is told under its own.
Name = Annotated[str, Query(max_length=200)]
Kinds = Annotated[list[Annotated[str, Query(min_length=1, max_length=40)]], Query(min_length=1, max_length=30)]


def _period(begin: Annotated[AwareDatetime, Query(alias="from")], end: Annotated[AwareDatetime, Query(alias="to")]) -> Json:
    for name, moment in (("from", begin), ("to", end)):
        _check_year(name, moment)
    return {"from": begin, "to": end}


def _check_year(name: str, moment: datetime) -> None:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InvalidError(name, "is not in a year that figures exist for")


def _filters(agent: Name = "", ai_agent: Name = "") -> Json:
    return {"agent_id": agent, "ai_agent_id": ai_agent}


def _question(
    period: Annotated[Json, Depends(_period)],
    filters: Annotated[Json, Depends(_filters)],
    time_zone: Name = "",
    business_time: bool = False,  # noqa: FBT001, FBT002  # a query's
    step: Literal["hour", "day", "week", "month"] | None = None,
    compare: bool = False,  # noqa: FBT001, FBT002  # a query's
) -> Json:
    return {**period, **filters, "time_zone": time_zone, "business_time": business_time, "step": step, "compare": compare}


Question = Annotated[Json, Depends(_question)]
Period = Annotated[Json, Depends(_period)]
Filters = Annotated[Json, Depends(_filters)]


@router.get("/figures")
async def figures(caller: Caller, services: Services, question: Question) -> Response:
    """Answer the figures of a period (from inclusive, to exclusive, with their time zones). 403 ROLE_REQUIRED, 409 NO_HOURS."""
    return json_answer(await services.analytics.call("GetFigures", access_token=caller.access_token, **question))


@router.get("/live")
async def live(caller: Caller, services: Services) -> Response:
    """Answer how things stand now: conversations by who holds them, who waits and how long, agents by presence."""
    stands, presence = await asyncio.gather(
        services.analytics.call("GetLive", access_token=caller.access_token), services.conversation.call("ListPresence", access_token=caller.access_token)
    )
    words = [each.get("presence", "offline") for each in presence["agents"]]
    return json_answer({**stands, "agents": {word: words.count(word) for word in ("available", "away")}})


@router.get("/facts")
async def facts(
    caller: Caller,
    services: Services,
    kind: Kinds,
    period: Period,
    filters: Filters,
    page_size: Annotated[int, Query(ge=1, le=200)] = 50,
    page_token: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """Answer the rows behind a figure, the newest first. 403 ROLE_REQUIRED."""
    page = await services.analytics.call(
        "ListFacts", access_token=caller.access_token, kinds=kind, page_size=page_size, page_token=page_token, **period, **filters
    )
    return json_answer({"next_page_token": "", **page})


@router.get("/figures.csv")
async def figures_csv(caller: Caller, services: Services, question: Question) -> Response:
    """Answer the table: the team, then each agent the caller may see."""
    answer = await services.analytics.call("GetFigures", access_token=caller.access_token, **question)
    return Response(csv_lines.figures(answer), media_type=CSV, headers=_download("figures"))


@router.get("/facts.csv")
async def facts_csv(caller: Caller, services: Services, kind: Kinds, period: Period, filters: Filters) -> Response:
    """Answer all rows behind a figure as they are read."""
    # The first page is awaited here: what is refused is refused before the answer begins.
    first = await _page(services, caller, kind, {**period, **filters}, "")
    return StreamingResponse(_rows(services, caller, kind, {**period, **filters}, first), media_type=CSV, headers=_download("facts"))


@router.post("/rebuild")
async def rebuild(caller: Administrator, services: Services) -> Response:
    """Begin to count everything again from the log. 409 REBUILD_RUNNING."""
    return json_answer(await services.analytics.call("Rebuild", access_token=caller.access_token))


async def _page(services: Gateway, caller: UserCaller, kinds: list[str], asked: Json, token: str) -> Json:
    return await services.analytics.call("ListFacts", access_token=caller.access_token, kinds=kinds, page_size=CSV_PAGE, page_token=token, **asked)


async def _rows(services: Gateway, caller: UserCaller, kinds: list[str], asked: Json, page: Json) -> AsyncIterator[bytes]:
    yield csv_lines.facts_head()
    while True:
        yield csv_lines.facts(page["facts"])
        token = page.get("next_page_token", "")
        if not token:
            return
        page = await _page(services, caller, kinds, asked, token)


def _download(name: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="baton-{name}.csv"'}
