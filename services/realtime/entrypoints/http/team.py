"""Colleagues and templates."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.realtime.domain.json_types import Json
from services.realtime.entrypoints.http.answers import json_answer
from services.realtime.entrypoints.http.gateway import Caller, Gateway, Services
from services.realtime.entrypoints.http.inputs import Input, Line, PathId, Seq, Text, without_prefix

router = APIRouter(prefix="/api", tags=["team"])


class PutTemplate(Input):
    """A template; `revision` is the one that was read, 0 for a new one."""

    name: Line
    text: Text
    locale: Annotated[str, Query(max_length=35)] = ""
    folder: Annotated[str, Query(max_length=60)] = ""
    revision: Seq = 0
    shared: bool = False


@router.get("/agents")
async def agents(caller: Caller, services: Services) -> Response:
    """Answer who works here, who is there, and how many conversations each holds."""
    colleagues, presence = await asyncio.gather(
        services.admin.call("ListColleagues", access_token=caller.access_token),
        services.conversation.call("ListPresence", access_token=caller.access_token),
    )
    there = {each["agent_id"]: each for each in presence["agents"]}
    return json_answer({"agents": [_agent(colleague, there.get(colleague["id"], {})) for colleague in colleagues["colleagues"]]})


def _agent(colleague: Json, there: Json) -> Json:
    known = {name: there[name] for name in ("since", "countdowns") if there.get(name)}
    return {**colleague, "presence": there.get("presence", "offline"), **known, "open_conversations": there.get("open_conversations", 0)}


@router.get("/watchers")
async def watchers(caller: Caller, services: Services) -> Response:
    """Answer which consumers of the AI platforms there have been, and which are connected."""
    return json_answer(await services.conversation.call("ListWatchers", access_token=caller.access_token))


@router.get("/templates")
async def templates(caller: Caller, services: Services) -> Response:
    """Answer the shared templates and the caller's own."""
    return json_answer(await services.conversation.call("ListTemplates", access_token=caller.access_token))


async def _put(template_id: str, body: PutTemplate, caller: Caller, services: Gateway) -> Response:
    template = {"id": template_id, **body.model_dump(exclude={"shared"})}
    with without_prefix("template."):
        answer = await services.conversation.call("PutTemplate", access_token=caller.access_token, template=template, shared=body.shared)
    return json_answer(answer["template"])


@router.put("/templates")
async def new_template(body: PutTemplate, caller: Caller, services: Services) -> Response:
    """Write a new template. 403 ROLE_REQUIRED for a shared one by an agent."""
    return await _put("", body, caller, services)


@router.put("/templates/{template_id}")
async def put_template(template_id: PathId, body: PutTemplate, caller: Caller, services: Services) -> Response:
    """Write a template if its revision is still current. 409 TEMPLATE_CHANGED or TEMPLATE_NAME_TAKEN, 403 ROLE_REQUIRED."""
    return await _put(template_id, body, caller, services)


@router.delete("/templates/{template_id}")
async def delete_template(template_id: PathId, caller: Caller, services: Services) -> Response:
    """Remove a template. 404 TEMPLATE_NOT_FOUND."""
    return json_answer(await services.conversation.call("DeleteTemplate", access_token=caller.access_token, template_id=template_id))


@router.post("/templates/{template_id}/uses")
async def count_template_use(template_id: PathId, caller: Caller, services: Services) -> Response:
    """Note that the caller put it into a message: it ranks higher next time. 404 TEMPLATE_NOT_FOUND."""
    return json_answer(await services.conversation.call("CountTemplateUse", access_token=caller.access_token, template_id=template_id))
