"""Errors that a caller is told about, and the one table that maps their kinds to gRPC, HTTP and socket codes.

ServiceError
├── InvalidError            bad input: names the field and the rule; nothing was changed
├── UnauthenticatedError    the caller is not known
├── ForbiddenError          the caller is known and may not
├── NotFoundError           no such thing in the caller's workspace
├── AlreadyExistsError      the same id or name, with other content
├── ConflictError           what is true now stands against it (HTTP 409); look again, then try again
├── PreconditionError       the state does not allow it; trying again does not help
├── ExhaustedError          too much, too often
├── ExpiredError            a position that is no longer kept
├── TooLargeError           more bytes than are read (HTTP only; over gRPC the transport itself refuses)
└── UnavailableError        a dependency is down or too slow; the same command again is safe
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


@dataclass(frozen=True, slots=True)
class Codes:
    """How one kind of error reads on each wire. Close codes: 4000-4499 say "reconnect", 4500-4999 say "stop"."""

    grpc: str
    http: int
    title: str


class Kind(Enum):
    """What sort of error it is; everything else follows from it."""

    INVALID = Codes("INVALID_ARGUMENT", 422, "The request is not valid")
    UNAUTHENTICATED = Codes("UNAUTHENTICATED", 401, "Not logged in")
    FORBIDDEN = Codes("PERMISSION_DENIED", 403, "Not allowed")
    NOT_FOUND = Codes("NOT_FOUND", 404, "Not found")
    ALREADY_EXISTS = Codes("ALREADY_EXISTS", 409, "Already exists")
    CONFLICT = Codes("ABORTED", 409, "Something changed meanwhile")
    PRECONDITION = Codes("FAILED_PRECONDITION", 409, "Not possible in this state")
    EXHAUSTED = Codes("RESOURCE_EXHAUSTED", 429, "Too many")
    EXPIRED = Codes("OUT_OF_RANGE", 410, "No longer kept")
    TOO_LARGE = Codes("RESOURCE_EXHAUSTED", 413, "Too large")
    UNAVAILABLE = Codes("UNAVAILABLE", 503, "Not available right now")
    INTERNAL = Codes("INTERNAL", 500, "Something went wrong")


class ServiceError(Exception):
    """An error with a kind, a stable reason, words for people, and details (short strings, under 4 KiB in all)."""

    kind = Kind.INTERNAL

    def __init__(self, reason: str, message: str, *, field: str = "", details: Mapping[str, str] | None = None) -> None:
        """`reason` is UPPER_SNAKE_CASE and part of the contract; `field` names the input at fault."""
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.field = field
        self.details: dict[str, str] = dict(details or {})


class InvalidError(ServiceError):
    """Bad input; `field` names it and the message says the rule."""

    kind = Kind.INVALID

    def __init__(self, field: str, rule: str, *, reason: str = "INVALID") -> None:
        """Say which field broke which rule."""
        super().__init__(reason, f"{field}: {rule}", field=field)


class UnauthenticatedError(ServiceError):
    """The caller is not known."""

    kind = Kind.UNAUTHENTICATED


class ForbiddenError(ServiceError):
    """The caller is known and may not."""

    kind = Kind.FORBIDDEN


class NotFoundError(ServiceError):
    """No such thing in the caller's workspace."""

    kind = Kind.NOT_FOUND


class AlreadyExistsError(ServiceError):
    """The same id or name exists with other content."""

    kind = Kind.ALREADY_EXISTS


class ConflictError(ServiceError):
    """What is true now stands against it."""

    kind = Kind.CONFLICT


class PreconditionError(ServiceError):
    """The state does not allow it."""

    kind = Kind.PRECONDITION


class ExhaustedError(ServiceError):
    """Too much or too often."""

    kind = Kind.EXHAUSTED


class ExpiredError(ServiceError):
    """A position that is no longer kept."""

    kind = Kind.EXPIRED


class TooLargeError(ServiceError):
    """More bytes than are read."""

    kind = Kind.TOO_LARGE


class UnavailableError(ServiceError):
    """A dependency is down or too slow; the same command may be sent again."""

    kind = Kind.UNAVAILABLE

    def __init__(self, message: str, *, reason: str = "UNAVAILABLE") -> None:
        """Say what is not available."""
        super().__init__(reason, message)


BY_GRPC_CODE: dict[str, type[ServiceError]] = {
    cls.kind.value.grpc: cls
    for cls in (
        UnauthenticatedError,
        ForbiddenError,
        NotFoundError,
        AlreadyExistsError,
        ConflictError,
        PreconditionError,
        ExhaustedError,
        ExpiredError,
    )
}
