"""What handlers are given: the services behind the gateway, and who calls."""

from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from servicekit.access_tokens import AccessTokenVerifier
from servicekit.caller import Role, UserCaller
from servicekit.errors import ForbiddenError

from services.realtime.entrypoints.http.cookies import ACCESS_COOKIE, Cookies
from services.realtime.ports import RemoteService


@dataclass(frozen=True, slots=True)
class Gateway:
    """Wired by bootstrap, kept in the application's state."""

    sessions: RemoteService
    admin: RemoteService
    conversation: RemoteService
    workspace: RemoteService
    analytics: RemoteService
    tokens: AccessTokenVerifier
    cookies: Cookies


def _gateway(request: Request) -> Gateway:
    return cast("Gateway", request.app.state.gateway)


async def _caller(request: Request) -> UserCaller:
    return await _gateway(request).tokens.verify(request.cookies.get(ACCESS_COOKIE, ""))


async def _administrator(caller: Annotated[UserCaller, Depends(_caller)]) -> UserCaller:
    # Said here so that a browser is told at once; auth decides by itself again.
    if caller.role < Role.ADMINISTRATOR:
        raise ForbiddenError("ROLE_REQUIRED", "This needs the role administrator.", details={"role": "administrator"})
    return caller


Services = Annotated[Gateway, Depends(_gateway)]
Caller = Annotated[UserCaller, Depends(_caller)]
Administrator = Annotated[UserCaller, Depends(_administrator)]
