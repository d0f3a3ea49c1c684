"""Accounts and API keys, for administrators."""

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

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


class ImportedRow(Input):
    """One account of an import, as the file has it: auth says what stands against it, so that every row gets its answer."""

    email: Annotated[str, StringConstraints(max_length=1000)]
    name: Annotated[str, StringConstraints(max_length=1000)]
    display_name: Annotated[str, StringConstraints(max_length=1000)] = ""
    role: RoleWord | None = None


class Import(Input):
    """Many accounts; `dry_run` only says what stands against each."""

    rows: Annotated[list[ImportedRow], Field(min_length=1, max_length=200)]
    dry_run: bool


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


@router.post("/accounts/import")
async def import_accounts(body: Import, caller: Administrator, services: Services) -> Response:
    """Make all of these accounts or none; answers for each row its account and one-time token, or what stands against it. `applied` says which."""
    answer = await services.admin.call("ImportAccounts", access_token=caller.access_token, **body.model_dump())
    return json_answer(answer)


@router.get("/accounts/{account_id}/sessions")
async def account_sessions(account_id: PathId, caller: Administrator, services: Services) -> Response:
    """Answer where somebody is logged in."""
    return json_answer(await services.admin.call("ListAccountSessions", access_token=caller.access_token, account_id=account_id))


@router.delete("/accounts/{account_id}/sessions")
async def end_account_sessions(account_id: PathId, caller: Administrator, services: Services) -> Response:
    """Log somebody out everywhere."""
    return json_answer(await services.admin.call("EndAccountSessions", access_token=caller.access_token, account_id=account_id))


@router.delete("/accounts/{account_id}/sessions/{session_id}")
async def end_account_session(account_id: PathId, session_id: PathId, caller: Administrator, services: Services) -> Response:
    """End one session of somebody. 404 SESSION_NOT_FOUND."""
    return json_answer(await services.admin.call("EndAccountSessions", access_token=caller.access_token, account_id=account_id, session_id=session_id))


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
