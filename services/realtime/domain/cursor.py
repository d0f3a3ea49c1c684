"""Where a browser is on the event topic. Opaque to it; valid on every gateway, since it names the topic itself."""

import base64
import binascii
import json
from dataclasses import dataclass

# A cursor longer than this was not made here.
MAX_CURSOR_LENGTH = 8_192


class BadCursorError(Exception):
    """Not a cursor."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next offset wanted of each partition of one topic."""

    topic_id: str
    offsets: tuple[int, ...]

    def encode(self) -> str:
        """Return the text that a browser keeps."""
        body = json.dumps({"t": self.topic_id, "o": self.offsets}, separators=(",", ":"))
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Read it back; BadCursorError if it was not made by `encode`."""
        if len(text) > MAX_CURSOR_LENGTH:
            raise BadCursorError
        try:
            body = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
            topic_id, offsets = body["t"], body["o"]
        except (ValueError, binascii.Error, KeyError, TypeError, RecursionError):
            raise BadCursorError from None
        if not isinstance(topic_id, str) or not isinstance(offsets, list) or not all(type(offset) is int and offset >= 0 for offset in offsets):
            raise BadCursorError
        return cls(topic_id, tuple(offsets))
