"""What can go wrong, as a small tree.

BatonError
├── NoAnswerError                 nobody answered within your patience; it may have been carried out. The same id again is safe
└── RefusedError                  Baton understood and said no: `reason`, `details`. The same again does not help
    ├── ControlLostError          CONTROL_LOST, TOO_MANY_DRAFTS: be silent until control comes back
    ├── ConversationClosedError   CONVERSATION_CLOSED: only a user's message opens it again, and after spam not even that
    ├── NotRequestedError         NOT_REQUESTED: no human was asked for, so there is nothing to withdraw
    ├── UnknownConversationError  CONVERSATION_NOT_FOUND: start it first, or it belongs to another platform's key
    ├── KeyInvalidError           KEY_INVALID: stop, and tell a person
    ├── WatchReplacedError        WATCH_REPLACED: a newer stream has this consumer's name
    └── MistakeError              INVALID, ID_REUSED: a fault of the caller's; `field` names the input
"""


class BatonError(Exception):
    """Anything that this package raises about Baton."""


class NoAnswerError(BatonError):
    """Nobody answered for as long as the client's patience lasts. Whether the command was carried out is not known."""


class RefusedError(BatonError):
    """Baton understood and said no."""

    def __init__(self, reason: str, message: str, details: dict[str, str] | None = None, field: str = "") -> None:
        """`reason` is stable and `message` is for people; `details` and `field` belong to the reason."""
        super().__init__(f"{reason}: {message}" if message else reason)
        self.reason = reason
        self.message = message
        self.details = dict(details or {})
        self.field = field


class ControlLostError(RefusedError):
    """The AI may not speak, or not under the epoch that it wrote under."""


class ConversationClosedError(RefusedError):
    """The conversation is closed."""


class NotRequestedError(RefusedError):
    """No human was asked for."""


class UnknownConversationError(RefusedError):
    """There is no such conversation for this key."""


class KeyInvalidError(RefusedError):
    """The API key is missing, unknown or revoked."""


class WatchReplacedError(RefusedError):
    """A newer stream has this consumer's name."""


class MistakeError(RefusedError):
    """The request itself is wrong."""


_BY_REASON: dict[str, type[RefusedError]] = {
    "CONTROL_LOST": ControlLostError,
    "TOO_MANY_DRAFTS": ControlLostError,
    "CONVERSATION_CLOSED": ConversationClosedError,
    "NOT_REQUESTED": NotRequestedError,
    "CONVERSATION_NOT_FOUND": UnknownConversationError,
    "KEY_INVALID": KeyInvalidError,
    "WATCH_REPLACED": WatchReplacedError,
    "INVALID": MistakeError,
    "ID_REUSED": MistakeError,
}


def refused(reason: str, message: str, details: dict[str, str] | None = None, field: str = "") -> RefusedError:
    """Return the error of a reason; one that this version does not know is a plain RefusedError."""
    return _BY_REASON.get(reason, RefusedError)(reason, message, details, field)
