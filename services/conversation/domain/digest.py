"""The digest of a command's content: the same command id with another digest is another command (rule 5)."""

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any

import orjson

from services.conversation.domain.commands import Command


def command_digest(command: Command) -> bytes:
    """Return SHA-256 over the command's name and its content fields in their fixed order. The epoch is content, the caller's name is not."""
    content = [type(command).__name__, *(getattr(command, name) for name in command.CONTENT)]
    return sha256(canonical(content)).digest()


def canonical(value: object) -> bytes:
    """Return one spelling of plain data, dataclasses and enums: JSON in UTF-8 with sorted keys, moments as milliseconds since 1970."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME)


def milliseconds(moment: datetime) -> int:
    """Return whole milliseconds since 1970, what MongoDB keeps."""
    return round(moment.timestamp() * 1000)


def _plain(value: object) -> Any:  # noqa: ANN401  # what orjson is to write instead
    if isinstance(value, datetime):
        return milliseconds(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)
