"""The gateway's row patches say of every golden event what the conversation service's list will say: a live row equals a fetched one."""

import json
from pathlib import Path
from typing import Any

import pytest
from baton.conversation.v1.event_pb2 import EventRecord
from google.protobuf import json_format

from services.conversation.adapters.event_from_proto import to_event
from services.conversation.domain.attention import attention
from services.conversation.domain.rows import message_of

GOLDEN = Path(__file__).parents[2] / "proto" / "golden" / "events"
EXAMPLES = sorted(path for path in GOLDEN.glob("*.json") if path.stem != "heartbeat")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_patch_says_of_an_event_what_the_list_says(path: Path) -> None:
    example: dict[str, Any] = json.loads(path.read_text())
    event = to_event(json_format.ParseDict(example["record"], EventRecord()).event)
    patch = example["patch"]
    need, said = attention(event.after), patch["attention"]
    assert (said["class"], tuple(said["reasons"])) == (need.rank.name.lower(), need.reasons)
    assert said["since"] == f"{need.since:%Y-%m-%dT%H:%M:%S}.{need.since.microsecond // 1000:03d}Z"
    message, told = message_of(event), patch.get("last_message")
    assert (message is None) == (told is None)
    if message is not None and told is not None:
        assert (told["author"], told.get("author_name", ""), told["preview"]) == (message.author.value, message.author_name, message.preview)
