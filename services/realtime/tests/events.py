"""Records to let happen, made from the golden examples."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from baton.conversation.v1.event_pb2 import EventRecord
from google.protobuf import json_format

GOLDEN = Path(__file__).parents[3] / "proto" / "golden"
CONVERSATION = "0b6f3c52-7a0e-5f5e-8b1d-2f6f6a9f0d21"


def golden(*parts: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(GOLDEN.joinpath(*parts).with_suffix(".json").read_text())
    return content


def record_of(example: dict[str, Any]) -> EventRecord:
    return json_format.ParseDict(example["record"], EventRecord())


def message(seq: int, *, conversation: str = CONVERSATION, text: str = "Hello", workspace: str = "", cluster_time: int = 0) -> EventRecord:
    """Return a human's message as a record; the cluster time is the seq where none is given."""
    record = EventRecord()
    record.CopyFrom(_human_message())
    record.cluster_time = cluster_time or seq
    record.event.seq = seq
    record.event.conversation_id = conversation
    record.event.human_message.text = text
    if workspace:
        record.event.workspace_id = workspace
    return record


@cache
def _human_message() -> EventRecord:
    return record_of(golden("events", "human_message"))
