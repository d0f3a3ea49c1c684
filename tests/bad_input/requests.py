"""Requests that are in order and concern nothing that exists, and what becomes of one when a single field goes wrong."""

import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.descriptor import FieldDescriptor as Field
from google.protobuf.message import Message

from tests.bad_input import values
from tests.bad_input.rpcs import Rpc

# Long enough for a password; stands in for every text that has no other rule.
WORDS = "words-of-some-length"
# Fields that do not go together, or have rules of their own.
INSTEAD: dict[str, dict[str, object]] = {
    "ListEvents": {"after_seq": 0},
    "ListFacts": {"kinds": "waiting"},
    "UpdateWorkspaceSettings": {
        "settings.time_zone": "Asia/Jakarta",
        "settings.hours.closes": 2,
        "settings.grace_seconds": 60,
        "settings.away_seconds": 60,
        "settings.idle_seconds": 3600,
        "settings.unanswered_seconds": 60,
        "settings.default_language": "en",
        "settings.texts.language": "en",
        "settings.texts.code": "closed",
        # Never the current one.
        "settings.revision": 2**40,
    },
}
# What a request that is in order would write, it does not with these; two, so that one is left when the other is looked at.
SPOILED: dict[str, dict[str, object]] = {
    "StartConversation": {"user.id": "", "ai_agent.id": ""},
    "ReportPresence": {"agents.presence": 0, "reporter_id": ""},
    "Watch": {"cursor": "no cursor", "consumer_name": ""},
    "AckWatch": {"cursor": "no cursor", "consumer_name": ""},
    "CreateAccount": {"email": "nobody", "name": ""},
    "CreateApiKey": {"name": "", "platform_id": "none"},
    "UpdateWorkspaceSettings": {"settings.grace_seconds": 0, "settings.time_zone": "Nowhere"},
    "PutTemplate": {"template.name": "/", "template.text": ""},
}


@dataclass(frozen=True)
class Spot:
    """One field of a request, by its path."""

    path: tuple[str, ...]
    field: Field

    @property
    def name(self) -> str:
        return ".".join(self.path)

    def set(self, request: Message, value: object) -> Message:
        """Return a copy of the request with this field as given; a list or map has the value alone."""
        copy = type(request)()
        copy.CopyFrom(request)
        owner: Any = copy
        for name in self.path[:-1]:
            part = getattr(owner, name)
            owner = part if isinstance(part, Message) else part[0]
        name = self.path[-1]
        if is_map(self.field):
            getattr(owner, name).clear()
            getattr(owner, name).update(value)
        elif self.field.is_repeated:
            del getattr(owner, name)[:]
            getattr(owner, name).extend(value if isinstance(value, list) else [value])
        else:
            setattr(owner, name, value)
        return copy


def is_map(field: Field) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def baseline(rpc: Rpc) -> Message:
    """Return a request that is in order."""
    request = rpc.request()
    _fill(request)
    return _with(request, INSTEAD.get(rpc.name, {}))


def harmless(rpc: Rpc) -> Message:
    """Return a request that writes nothing, whatever becomes of one of its fields."""
    return _with(baseline(rpc), SPOILED.get(rpc.name, {}))


def _with(request: Message, given: dict[str, object]) -> Message:
    for spot in spots(request):
        if spot.name in given:
            request = spot.set(request, given[spot.name])
    return request


def _fill(message: Any) -> None:  # fields by name
    for field in message.DESCRIPTOR.fields:
        part = getattr(message, field.name)
        if is_map(field):
            part[WORDS] = WORDS
        elif field.message_type is not None and field.message_type.full_name == "google.protobuf.Timestamp":
            # An end comes after its beginning.
            part.seconds = int(time.time()) + field.number
        elif field.message_type is not None:
            _fill(part.add() if field.is_repeated else part)
        elif field.is_repeated:
            part.append(_plain(field))
        else:
            setattr(message, field.name, _plain(field))


def _plain(field: Field) -> object:
    if field.enum_type is not None:
        return field.enum_type.values[1].number
    if field.type == Field.TYPE_STRING:
        return _text(field.name)
    return field.type == Field.TYPE_BOOL or 1


def _text(name: str) -> str:
    if name in {"id", "ids"} or name.endswith(("_id", "_ids")):
        return str(uuid.uuid4())
    if "email" in name:
        return f"{uuid.uuid4().hex}@baton.example"
    return {"locale": "en", "client_address": f"2001:db8::{uuid.uuid4().hex[:4]}", "page_token": "", "cursor": "", "after_position": ""}.get(name, WORDS)


def spots(request: Message, prefix: tuple[str, ...] = ()) -> Iterator[Spot]:
    """Yield every field of a request, nested ones too."""
    fields: list[Any] = list(request.DESCRIPTOR.fields)
    for field in fields:
        path = (*prefix, field.name)
        if field.message_type is None or is_map(field):
            yield Spot(path, field)
        else:
            part: Any = getattr(request, field.name)
            yield from spots(part[0] if field.is_repeated else part, path)


def never(spot: Spot) -> Mapping[str, object]:
    """Return what this field never takes."""
    if spot.field.type == Field.TYPE_STRING:
        return dict(values.NEVER_TEXT)
    if is_map(spot.field):
        bad = [{f"{what} as name": {text: "v"}, f"{what} as value": {"k": text}} for what, text in values.NEVER_TEXT.items()]
        return {what: entry for each in bad for what, entry in each.items()} | {"5,000 entries": {str(number): "" for number in range(5_000)}}
    return {}


def odd(spot: Spot) -> Mapping[str, object]:
    """Return what this field may take or refuse, as long as nothing breaks."""
    if spot.field.type == Field.TYPE_STRING:
        many = {"10,000 of them": ["x"] * 10_000} if spot.field.is_repeated else {}
        return {**values.ODD_TEXT, **many}
    if is_map(spot.field):
        return {what: {text: text} for what, text in values.ODD_TEXT.items()}
    if spot.field.enum_type is not None:
        return dict(values.ENUM)
    return {Field.CPPTYPE_INT64: dict(values.INT64), Field.CPPTYPE_INT32: dict(values.INT32), Field.CPPTYPE_UINT64: dict(values.UINT64)}.get(
        spot.field.cpp_type, {}
    )


def not_utf8(spot: Spot, request: Message) -> dict[str, bytes]:
    """Return the request's bytes with this text field no longer in UTF-8."""
    if spot.field.type != Field.TYPE_STRING:
        return {}
    found = {}
    for what, bad in values.NOT_UTF8.items():
        mark = "\x01" * len(bad)
        found[what] = spot.set(request, mark).SerializeToString().replace(mark.encode(), bad)
    return found
