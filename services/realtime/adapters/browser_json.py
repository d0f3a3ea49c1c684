"""Protobuf messages to the JSON of browsers and back.

Enums are lower-case words without prefix, times ISO 8601 UTC with milliseconds and Z. Messages, optional fields, texts and enums that are not
set are left out; numbers and booleans are always there; uint64 is text (a browser's numbers are exact to 2^53 only); bytes (digests, salts,
hashes) never leave.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from servicekit.errors import InvalidError

from services.realtime.domain.json_types import Json, JsonView

_TIMESTAMP = Timestamp.DESCRIPTOR.full_name
_Encode = Callable[[Any], Any]


def to_json(message: Message) -> Json:
    """Return the message as browser JSON."""
    found: Json = {}
    for name, encode, has_presence, always in _fields(message.DESCRIPTOR):
        if has_presence and not message.HasField(name):
            continue
        value = getattr(message, name)
        if not value and not (always or has_presence):
            continue
        found[name] = encode(value)
    return found


def time_text(moment: Timestamp) -> str:
    """Return ISO 8601 UTC with milliseconds."""
    return f"{datetime.fromtimestamp(moment.seconds, UTC):%Y-%m-%dT%H:%M:%S}.{moment.nanos // 1_000_000:03d}Z"


@cache
def _fields(descriptor: Descriptor) -> list[tuple[str, _Encode, bool, bool]]:
    """Return (name, encode, has presence, there even when zero) for each field that leaves."""
    plan: list[tuple[str, _Encode, bool, bool]] = []
    for field in descriptor.fields:
        if field.type == FieldDescriptor.TYPE_BYTES:
            continue
        encode = _encoder(field)
        if _is_map(field):
            plan.append((field.name, dict, False, True))
        elif field.is_repeated:
            plan.append((field.name, _each(encode), False, True))
        else:
            always = field.cpp_type not in {FieldDescriptor.CPPTYPE_STRING, FieldDescriptor.CPPTYPE_ENUM}
            plan.append((field.name, encode, field.has_presence, always))
    return plan


def _encoder(field: FieldDescriptor) -> _Encode:
    if field.message_type is not None:
        return time_text if field.message_type.full_name == _TIMESTAMP else to_json
    if field.enum_type is not None:
        words = _words(field.enum_type)
        # A value that this process is too old to know.
        return lambda number: words.get(number, "unknown")
    if field.type in {FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_FIXED64}:
        return str
    return _same


def _each(encode: _Encode) -> _Encode:
    return lambda values: [encode(value) for value in values]


def _same(value: object) -> object:
    return value


def _is_map(field: Any) -> bool:  # noqa: ANN401  # the stubs know two kinds of descriptor
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _prefix(descriptor: EnumDescriptor) -> str:
    """Every enum has its zero named PREFIX_UNSPECIFIED."""
    return str(descriptor.values_by_number[0].name).removesuffix("UNSPECIFIED")


@cache
def _words(descriptor: EnumDescriptor) -> dict[int, str]:
    prefix = _prefix(descriptor)
    return {value.number: value.name.removeprefix(prefix).lower() for value in descriptor.values}


@cache
def _numbers(descriptor: EnumDescriptor) -> dict[str, int]:
    return {word: number for number, word in _words(descriptor).items() if number}


def fill(message: Message, values: JsonView, path: str = "") -> None:
    """Set the message's fields from browser JSON; InvalidError names what does not fit. None means: leave it unset."""
    fields = message.DESCRIPTOR.fields_by_name
    for name, value in values.items():
        if value is None:
            continue
        where = f"{path}{name}"
        field = fields[name]
        try:
            _set(message, field, value, where)
        except (ValueError, TypeError, KeyError, UnicodeError):
            raise InvalidError(where, "is not a value this field can have") from None


def _set(message: Message, field: Any, value: Any, where: str) -> None:  # noqa: ANN401  # whatever the field's type is
    part = getattr(message, field.name)
    if field.message_type is None:
        if field.is_repeated:
            part.extend([_decoded(field, item) for item in value])
        else:
            setattr(message, field.name, _decoded(field, value))
    elif field.is_repeated:
        for item in value:
            fill(part.add(), item, f"{where}.")
    elif isinstance(value, datetime):
        part.FromDatetime(value)
    else:
        part.SetInParent()
        fill(part, value, f"{where}.")


def _decoded(field: Any, value: Any) -> Any:  # noqa: ANN401  # whatever the field's type is
    return _numbers(field.enum_type)[value] if field.enum_type is not None else value
