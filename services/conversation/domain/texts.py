"""What is accepted as text, id and number, before any rule of control is looked at. Unicode is kept exactly as it came."""

from collections.abc import Mapping
from uuid import NAMESPACE_URL, UUID, uuid5

from servicekit.errors import InvalidError

# Of UTF-8: a message is read by people; what is longer is a document.
MAX_TEXT_BYTES = 16 * 1024
MAX_SHORT_BYTES = 1024
MAX_ID_BYTES = 200
MAX_ATTRIBUTES = 32

# Derived names of conversations (rule 7) live in a namespace of their own.
_NAMESPACE = uuid5(NAMESPACE_URL, "baton/conversation")


def conversation_id_of(workspace_id: str, platform_id: str, platform_conversation_id: str) -> str:
    """Return the id that a platform's conversation has, always the same."""
    return str(uuid5(_NAMESPACE, f"{workspace_id}/{platform_id}/{platform_conversation_id}"))


def required_text(field: str, value: str, limit: int = MAX_TEXT_BYTES) -> str:
    """Return the text; InvalidError if it is empty, only white space, too long, or holds what cannot be kept."""
    if not value.strip():
        raise InvalidError(field, "must not be empty or only white space")
    return optional_text(field, value, limit)


def optional_text(field: str, value: str, limit: int = MAX_TEXT_BYTES) -> str:
    """Return the text, which may be empty; InvalidError otherwise as for `required_text`."""
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise InvalidError(field, "must be valid Unicode without lone surrogates") from None
    if size > limit:
        raise InvalidError(field, f"must be at most {limit} bytes of UTF-8")
    if "\0" in value:
        raise InvalidError(field, "must not contain NUL")
    return value


def uuid_text(field: str, value: str) -> str:
    """Return the id; InvalidError unless it is a UUID in its canonical lower-case form."""
    try:
        canonical = str(UUID(value))
    except ValueError:
        canonical = ""
    if not canonical or canonical != value:
        raise InvalidError(field, "must be a UUID in canonical lower-case form")
    return value


def foreign_id(field: str, value: str) -> str:
    """Return an id that the platform chose: 1 to 200 bytes of UTF-8."""
    return required_text(field, value, MAX_ID_BYTES)


def seq_number(field: str, value: int, *, least: int = 0) -> int:
    """Return a seq or epoch; InvalidError below `least` or beyond what a log can hold."""
    if not least <= value < 2**62:
        raise InvalidError(field, f"must be {least} or more")
    return value


def attributes_of(field: str, value: Mapping[str, str]) -> dict[str, str]:
    """Return a platform's own attributes: at most 32, each name and value within bounds."""
    if len(value) > MAX_ATTRIBUTES:
        raise InvalidError(field, f"must have at most {MAX_ATTRIBUTES} entries")
    return {required_text(field, name, MAX_ID_BYTES): optional_text(field, text, MAX_SHORT_BYTES) for name, text in value.items()}
