"""The frames that the gateway sends, complete and ready to be written. Their examples are in proto/golden/frames/server."""

from collections.abc import Sequence
from typing import Any

import orjson

from services.realtime.domain.frames import payload_of, text_frame
from services.realtime.domain.json_types import Json
from services.realtime.domain.ring import RingRecord


def frame(kind: str, /, **fields: Any) -> bytes:  # noqa: ANN401  # whatever JSON can hold
    """Return one frame; fields that are None are left out."""
    return text_frame(orjson.dumps({"type": kind, **{name: value for name, value in fields.items() if value is not None}}))


def row(patch: Json) -> bytes:
    """Return a row patch's frame; None inside a patch is said, it takes a value away."""
    return frame("row", patch=patch)


def resync(scope: str, reason: str, conversation_id: str | None = None) -> bytes:
    """Return the word that something is missing: fetch anew, then subscribe anew. The scope's subscription has ended."""
    return frame("resync", scope=scope, conversation_id=conversation_id, reason=reason)


def subscribed(scope: str, conversation_id: str | None = None) -> bytes:
    """Return the end of a replay; from here on things come as they happen."""
    return frame("subscribed", scope=scope, conversation_id=conversation_id)


def merged_rows(records: Sequence[RingRecord]) -> dict[str, bytes]:
    """Merge row patches, latest wins, into one frame for each conversation."""
    found: dict[str, list[RingRecord]] = {}
    for record in records:
        found.setdefault(record.conversation_id, []).append(record)
    return {conversation_id: _merged(of_one) for conversation_id, of_one in found.items()}


def _merged(records: Sequence[RingRecord]) -> bytes:
    if len(records) == 1:
        return records[0].row_frame
    merged: Json = {}
    for record in records:
        merged |= _patch(record.row_frame)
    return row(merged)


def _patch(row_frame: bytes) -> Json:
    patch: Json = orjson.loads(payload_of(row_frame))["patch"]
    return patch
