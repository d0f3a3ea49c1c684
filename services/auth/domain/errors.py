"""What the service refuses, each with its reason and its one wording.

ServiceError
├── UnauthenticatedError
│   ├── LoginFailedError         wrong password, unknown account, disabled account: the same words
│   ├── SessionEndedError        log in again
│   ├── TicketInvalidError
│   └── KeyInvalidError
├── NotFoundError
│   ├── AccountNotFoundError
│   ├── KeyNotFoundError
│   ├── SessionNotFoundError
│   └── LinkInvalidError         unknown, used, replaced or expired
├── AlreadyExistsError
│   └── EmailTakenError
├── ExhaustedError
│   └── TooManyLoginsError
└── PreconditionError
    └── LastAdministratorError
"""

from servicekit.errors import AlreadyExistsError, ExhaustedError, NotFoundError, PreconditionError, UnauthenticatedError


class LoginFailedError(UnauthenticatedError):
    """Says no more than that e-mail and password do not let anyone in."""

    def __init__(self) -> None:
        super().__init__("LOGIN_FAILED", "The e-mail or the password is not right.")


class SessionEndedError(UnauthenticatedError):
    """The session was ended, ran out, or never was."""

    def __init__(self) -> None:
        super().__init__("SESSION_ENDED", "The session has ended: log in again.")


class TicketInvalidError(UnauthenticatedError):
    """The ticket is unknown, used or too old, or its session has ended."""

    def __init__(self) -> None:
        super().__init__("TICKET_INVALID", "The ticket is unknown, used or too old: ask for a new one.")


class KeyInvalidError(UnauthenticatedError):
    """The API key is unknown or revoked."""

    def __init__(self) -> None:
        super().__init__("KEY_INVALID", "The API key is missing, unknown or revoked.")


class AccountNotFoundError(NotFoundError):
    """No such account in the workspace."""

    def __init__(self) -> None:
        super().__init__("ACCOUNT_NOT_FOUND", "There is no such account in this workspace.")


class KeyNotFoundError(NotFoundError):
    """No such API key, or no key with such a platform, in the workspace."""

    def __init__(self) -> None:
        super().__init__("KEY_NOT_FOUND", "There is no such API key or platform in this workspace.")


class SessionNotFoundError(NotFoundError):
    """The account has no such session."""

    def __init__(self) -> None:
        super().__init__("SESSION_NOT_FOUND", "This account has no such session.")


class LinkInvalidError(NotFoundError):
    """The one-time link is unknown, used, replaced or expired."""

    def __init__(self) -> None:
        super().__init__("LINK_INVALID", "This link was used, replaced or is too old: ask an administrator for a new one.")


class EmailTakenError(AlreadyExistsError):
    """The e-mail belongs to an account of this installation."""

    def __init__(self) -> None:
        super().__init__("EMAIL_TAKEN", "There is an account with this e-mail already.", field="email")


class TooManyLoginsError(ExhaustedError):
    """Too many tries for this e-mail or from this address."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("TOO_MANY_LOGINS", "Too many tries to log in: wait a little.", details={"retry_after_seconds": str(retry_after_seconds)})


class LastAdministratorError(PreconditionError):
    """Without this administrator nobody could administer the workspace."""

    def __init__(self) -> None:
        super().__init__("LAST_ADMINISTRATOR", "This is the workspace's last administrator who can log in: make another one first.")
