"""Where a platform's consumer is on the event topic. Opaque to it; valid at every replica, since it names the topic itself."""

import base64
import binascii
import json
from dataclasses import dataclass

from servicekit.errors import InvalidError

# A cursor longer than this was not made here.
MAX_CURSOR_LENGTH = 8_192


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next offset wanted of each partition of one topic."""

    topic_id: str
    offsets: tuple[int, ...]

    def encode(self) -> str:
        """Return the text that a consumer keeps."""
        body = json.dumps({"t": self.topic_id, "o": self.offsets}, separators=(",", ":"))
        return base64.urlsafe_b64encode(body.encode()).decode().rstrip("=")

    def after(self, partition: int, offset: int) -> "Cursor":
        """Return the cursor once this record has been handled too."""
        return Cursor(self.topic_id, (*self.offsets[:partition], offset + 1, *self.offsets[partition + 1 :]))


def decode_cursor(field: str, text: str) -> Cursor:
    """Read a cursor back; InvalidError if it was not made by `encode`."""
    try:
        body = json.loads(base64.b64decode(text[:MAX_CURSOR_LENGTH] + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        topic_id, offsets = body["t"], body["o"]
    except (ValueError, binascii.Error, KeyError, TypeError, RecursionError):
        raise _invalid(field) from None
    if not isinstance(topic_id, str) or not isinstance(offsets, list) or not all(type(offset) is int and 0 <= offset < 2**63 for offset in offsets):
        raise _invalid(field)
    return Cursor(topic_id, tuple(offsets))


def _invalid(field: str) -> InvalidError:
    return InvalidError(field, "must be a cursor that Watch answered")
