"""Who calls: set once by the server's interceptor, read by handlers."""

import uuid
from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum

from servicekit.errors import ForbiddenError, UnauthenticatedError


class Role(IntEnum):
    """What a person may do; a higher role includes the lower ones. The numbers are those of the contracts."""

    AGENT = 1
    SUPERVISOR = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True, slots=True)
class UserCaller:
    """A person, known by an access token."""

    workspace_id: str
    account_id: str
    session_id: str
    role: Role
    name: str
    display_name: str
    access_token: str


@dataclass(frozen=True, slots=True)
class PlatformCaller:
    """A program, known by an API key."""

    workspace_id: str
    platform_id: str
    platform_name: str
    key_id: str


_user: ContextVar[UserCaller | None] = ContextVar("user", default=None)
_platform: ContextVar[PlatformCaller | None] = ContextVar("platform", default=None)
_service: ContextVar[str] = ContextVar("service", default="")
request_id: ContextVar[str] = ContextVar("request_id", default="")

# A caller's request id is taken over into logs and headers: what is longer or unprintable is replaced.
MAX_REQUEST_ID_LENGTH = 64


def begin_request(given: str) -> None:
    """Set the request id of the present task: the caller's where it gave a decent one, else a new one."""
    is_decent = given.isascii() and given.isprintable() and 0 < len(given) <= MAX_REQUEST_ID_LENGTH
    request_id.set(given if is_decent else uuid.uuid4().hex)


def set_caller(*, user: UserCaller | None = None, platform: PlatformCaller | None = None, service: str = "") -> None:
    """Record who calls, for the present task."""
    _user.set(user)
    _platform.set(platform)
    _service.set(service)


def user_caller(at_least: Role = Role.AGENT) -> UserCaller:
    """Return the person who calls; UnauthenticatedError without one, ForbiddenError below the role."""
    user = _user.get()
    if user is None:
        raise UnauthenticatedError("TOKEN_INVALID", "Log in again: the access token is missing, expired or revoked.")
    if user.role < at_least:
        raise ForbiddenError("ROLE_REQUIRED", f"This needs the role {at_least.name.lower()}.", details={"role": at_least.name.lower()})
    return user


def platform_caller() -> PlatformCaller:
    """Return the platform that calls; UnauthenticatedError without one."""
    platform = _platform.get()
    if platform is None:
        raise UnauthenticatedError("KEY_INVALID", "The API key is missing, unknown or revoked.")
    return platform


def service_caller(*allowed: str) -> str:
    """Return the service that calls; ForbiddenError if it is none of those allowed."""
    service = _service.get()
    if not service:
        raise UnauthenticatedError("SERVICE_IDENTITY_INVALID", "This call needs a service's own identity.")
    if allowed and service not in allowed:
        raise ForbiddenError("SERVICE_NOT_ALLOWED", f"The service {service} may not call this.")
    return service
