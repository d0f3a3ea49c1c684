"""Logging in and out."""

from fastapi import APIRouter, Request, Response
from servicekit import problem
from servicekit.errors import UnauthenticatedError

from services.realtime.domain.json_types import Json
from services.realtime.entrypoints.http.answers import json_answer
from services.realtime.entrypoints.http.cookies import REFRESH_COOKIE
from services.realtime.entrypoints.http.gateway import Caller, Gateway, Services
from services.realtime.entrypoints.http.inputs import Email, Input, Password, PathId, Token

router = APIRouter(prefix="/api/session", tags=["session"])

# What a session list shows of a browser.
MAX_USER_AGENT_LENGTH = 200


class Login(Input):
    """An e-mail and its password."""

    email: Email
    password: Password


class Logout(Input):
    """This session, or all of the account's."""

    everywhere: bool = False


class ChangePassword(Input):
    """The old password and the new one."""

    old_password: Password
    new_password: Password


class SetPassword(Input):
    """A one-time link's token and the password to set."""

    link_token: Token
    password: Password


@router.post("/login")
async def login(body: Login, request: Request, services: Services) -> Response:
    """Log in: gives the cookies. 401 LOGIN_FAILED for a wrong, an unknown and a disabled account alike; 429 TOO_MANY_LOGINS."""
    answer = await services.sessions.call(
        "Login",
        email=body.email,
        password=body.password,
        user_agent=request.headers.get("user-agent", "")[:MAX_USER_AGENT_LENGTH],
        client_address=request.client.host if request.client else "",
    )
    tokens = answer["tokens"]
    response = json_answer({"account": answer["account"], "workspace_name": answer.get("workspace_name", ""), "expires_in": tokens["access_expires_in"]})
    services.cookies.give(response, tokens)
    return response


@router.post("/refresh")
async def refresh(request: Request, services: Services) -> Response:
    """Exchange the refresh cookie for new cookies. 401 SESSION_ENDED takes both back: log in again."""
    try:
        tokens = await _refreshed(request.cookies.get(REFRESH_COOKIE, ""), services)
    except UnauthenticatedError as error:
        refused = problem.response(error)
        services.cookies.take(refused)
        return refused
    response = json_answer({"expires_in": tokens["access_expires_in"]})
    services.cookies.give(response, tokens)
    return response


async def _refreshed(token: str, services: Gateway) -> Json:
    if not token:
        raise UnauthenticatedError("SESSION_ENDED", "Log in again: there is no session to go on with.")
    tokens: Json = (await services.sessions.call("Refresh", refresh_token=token))["tokens"]
    return tokens


@router.post("/logout")
async def logout(body: Logout, caller: Caller, services: Services) -> Response:
    """End the session, or all of the account's; its sockets close within seconds, everywhere."""
    await services.sessions.call("Logout", access_token=caller.access_token, everywhere=body.everywhere)
    response = json_answer({})
    services.cookies.take(response)
    return response


@router.get("")
async def me(caller: Caller, services: Services) -> Response:
    """Answer the caller's account and workspace."""
    return json_answer(await services.sessions.call("GetMe", access_token=caller.access_token))


@router.get("/all")
async def sessions(caller: Caller, services: Services) -> Response:
    """Answer the caller's own sessions."""
    return json_answer(await services.sessions.call("ListSessions", access_token=caller.access_token))


@router.delete("/all/{session_id}")
async def end_session(session_id: PathId, caller: Caller, services: Services) -> Response:
    """End one of the caller's own sessions. 404 SESSION_NOT_FOUND."""
    return json_answer(await services.sessions.call("EndSession", access_token=caller.access_token, session_id=session_id))


@router.post("/password")
async def change_password(body: ChangePassword, caller: Caller, services: Services) -> Response:
    """Set a new password after checking the old one."""
    await services.sessions.call("ChangePassword", access_token=caller.access_token, old_password=body.old_password, new_password=body.new_password)
    return json_answer({})


@router.post("/set-password")
async def set_password(body: SetPassword, services: Services) -> Response:
    """Set a password with a one-time link; 404 LINK_INVALID."""
    await services.sessions.call("SetPassword", link_token=body.link_token, password=body.password)
    return json_answer({})


@router.post("/ticket")
async def ticket(caller: Caller, services: Services) -> Response:
    """Give a one-time ticket (30 s) with which a socket without cookies authenticates."""
    return json_answer(await services.sessions.call("IssueTicket", access_token=caller.access_token))
