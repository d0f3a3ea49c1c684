"""Why the gateway closes a socket. 4000-4499: come back and resume; 4500-4999: stop. Mirrored in proto/asyncapi.yaml; a test compares."""

from enum import IntEnum

# From here on a browser does not come back by itself.
FIRST_STOP = 4500


class CloseCode(IntEnum):
    """The number is the contract, the name the reason that travels with it."""

    # Come back.
    MOVING = 4000  # this process ends: connect again at once, to another
    TOO_SLOW = 4001  # too much lay unsent, or nothing was taken for too long
    SILENT = 4002  # no answer to pings
    AUTHENTICATE_AGAIN = 4003  # the access token is not valid (any more), or neither cookie nor ticket came in time: refresh the session, then come back
    UNAVAILABLE = 4004  # who this is could not be checked right now
    FAILED = 4005  # a fault of the gateway

    # Stop.
    PROTOCOL_ERROR = 4500  # a frame that the contract does not know
    SESSION_ENDED = 4501  # logged out, or the account was disabled
    NOT_AUTHENTICATED = 4502  # a ticket that is not valid
    TOO_MANY_SOCKETS = 4503  # this user has as many as one may have
    TOO_MANY_FRAMES = 4504  # far more frames than a person causes

    @property
    def comes_back(self) -> bool:
        """Tell whether a browser is to reconnect."""
        return self < FIRST_STOP
