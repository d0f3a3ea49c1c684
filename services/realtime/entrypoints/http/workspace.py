"""What the workspace has set for its conversations."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from services.realtime.entrypoints.http.answers import json_answer
from services.realtime.entrypoints.http.gateway import Administrator, Caller, Services
from services.realtime.entrypoints.http.inputs import Input, Line, Seq, without_prefix

router = APIRouter(prefix="/api/workspace", tags=["workspace"])

# What conversation demands is narrower; this is what its numbers can carry.
Seconds = Annotated[int, Field(ge=0, le=2**31 - 1)]
Minute = Annotated[int, Field(ge=0, le=24 * 60)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=50)]


class WeeklyHours(Input):
    """One stretch of a week: 0 is Monday; minutes since local midnight."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    opens: Minute
    closes: Minute


class SystemText(Input):
    """The wording of one system message in one language."""

    language: Code
    code: Code
    text: Annotated[str, StringConstraints(max_length=1000)]


class Settings(Input):
    """All of them; `revision` is the one that was read."""

    time_zone: Annotated[str, StringConstraints(max_length=100)] = ""
    hours: Annotated[list[WeeklyHours], Field(max_length=100)]
    grace_seconds: Seconds
    away_seconds: Seconds
    idle_seconds: Seconds
    unanswered_seconds: Seconds
    reopen: bool
    default_language: Line
    texts: Annotated[list[SystemText], Field(max_length=300)]
    revision: Seq


@router.get("/settings")
async def settings(caller: Caller, services: Services) -> Response:
    """Answer what is set, Baton's own words, and for administrators who changed what."""
    return json_answer(await services.workspace.call("GetWorkspaceSettings", access_token=caller.access_token))


@router.put("/settings")
async def update_settings(body: Settings, caller: Administrator, services: Services) -> Response:
    """Replace what is set if its revision is still current. 409 SETTINGS_CHANGED; 422 names the field."""
    with without_prefix("settings."):
        answer = await services.workspace.call("UpdateWorkspaceSettings", access_token=caller.access_token, settings=body.model_dump())
    return json_answer(answer["settings"])
