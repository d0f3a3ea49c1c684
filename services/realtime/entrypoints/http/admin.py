"""Accounts and API keys, for administrators."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import StringConstraints

from services.realtime.entrypoints.http.answers import json_answer
from services.realtime.entrypoints.http.gateway import Administrator, Services
from services.realtime.entrypoints.http.inputs import UUID_PATTERN, Email, Input, Line, PathId

router = APIRouter(prefix="/api/admin", tags=["admin"])

RoleWord = Literal["agent", "supervisor", "administrator"]


class NewAccount(Input):
    """A human agent; `display_name` is what end users see, the name itself if empty."""

    email: Email
    name: Line
    display_name: Annotated[str, StringConstraints(max_length=200)] = ""
    role: RoleWord


class AccountChange(Input):
    """What is given changes."""

    name: Line | None = None
    display_name: Line | None = None
    role: RoleWord | None = None
    disabled: bool | None = None


class NewKey(Input):
    """A key for an AI platform; with a platform's id it is one more of that platform."""

    name: Line
    platform_id: Annotated[str, StringConstraints(pattern=rf"^$|{UUID_PATTERN}")] = ""


@router.get("/accounts")
async def accounts(caller: Administrator, services: Services) -> Response:
    """Answer the workspace's accounts."""
    return json_answer(await services.admin.call("ListAccounts", access_token=caller.access_token))


@router.post("/accounts")
async def create_account(body: NewAccount, caller: Administrator, services: Services) -> Response:
    """Make an account; answers a one-time token for its set-password link. 409 EMAIL_TAKEN."""
    return json_answer(await services.admin.call("CreateAccount", access_token=caller.access_token, **body.model_dump()), 201)


@router.patch("/accounts/{account_id}")
async def change_account(account_id: PathId, body: AccountChange, caller: Administrator, services: Services) -> Response:
    """Change names, role or disabled. 409 LAST_ADMINISTRATOR."""
    answer = await services.admin.call("UpdateAccount", access_token=caller.access_token, account_id=account_id, **body.model_dump())
    return json_answer(answer["account"])


@router.post("/accounts/{account_id}/password-link")
async def password_link(account_id: PathId, caller: Administrator, services: Services) -> Response:
    """Make a new one-time link; the former one no longer works."""
    return json_answer(await services.admin.call("IssuePasswordLink", access_token=caller.access_token, account_id=account_id))


@router.get("/api-keys")
async def api_keys(caller: Administrator, services: Services) -> Response:
    """Answer the keys, without their secrets."""
    return json_answer(await services.admin.call("ListApiKeys", access_token=caller.access_token))


@router.post("/api-keys")
async def create_api_key(body: NewKey, caller: Administrator, services: Services) -> Response:
    """Make a key; its secret is shown this once."""
    return json_answer(await services.admin.call("CreateApiKey", access_token=caller.access_token, **body.model_dump()), 201)


@router.delete("/api-keys/{key_id}")
async def revoke_api_key(key_id: PathId, caller: Administrator, services: Services) -> Response:
    """End a key; within five seconds everywhere."""
    return json_answer(await services.admin.call("RevokeApiKey", access_token=caller.access_token, key_id=key_id))
