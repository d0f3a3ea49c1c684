"""The golden examples are what the gateway makes of the same records, and every frame is described."""

import json
from typing import Any

import pytest
import yaml
from baton.conversation.v1.event_pb2 import DESCRIPTOR as EVENT_FILE
from baton.realtime.v1.ephemeral_pb2 import DESCRIPTOR as EPHEMERAL_FILE
from baton.realtime.v1.ephemeral_pb2 import Ephemeral
from google.protobuf import json_format

from services.realtime.adapters.event_json import ephemeral_json, event_json
from services.realtime.domain.close_codes import FIRST_STOP, CloseCode
from services.realtime.domain.patch import row_patch
from services.realtime.entrypoints.socket import inbound
from services.realtime.tests.events import GOLDEN, golden, record_of

EVENTS = sorted(path.stem for path in GOLDEN.joinpath("events").glob("*.json") if path.stem != "heartbeat")
EPHEMERALS = sorted(path.stem for path in GOLDEN.joinpath("ephemeral").glob("*.json"))
ASYNCAPI = GOLDEN.parent / "asyncapi.yaml"


def _frames(direction: str) -> set[str]:
    return {path.stem for path in GOLDEN.joinpath("frames", direction).glob("*.json")}


def test_every_event_type_and_every_fleeting_kind_has_an_example() -> None:
    types = {field.name for field in EVENT_FILE.message_types_by_name["Event"].oneofs_by_name["body"].fields}
    assert set(EVENTS) == types
    kinds = {field.name for field in EPHEMERAL_FILE.message_types_by_name["Ephemeral"].oneofs_by_name["content"].fields}
    assert {name.split("_")[0] for name in EPHEMERALS} == kinds


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_is_told_to_browsers_as_the_example_says(name: str) -> None:
    example = golden("events", name)
    told = event_json(record_of(example).event)
    assert told == example["browser"]
    assert row_patch(told) == example["patch"]


@pytest.mark.parametrize("name", EVENTS)
def test_digests_salts_and_hashes_never_leave(name: str) -> None:
    told = json.dumps(event_json(record_of(golden("events", name)).event))
    for secret in ("digest", "salt", "hash", "ledger", "chain"):
        assert secret not in told


def test_an_event_of_a_type_from_the_future_leaves_no_hole() -> None:
    event = record_of(golden("events", "note_added")).event
    event.ClearField("note_added")
    told = event_json(event)
    assert (told["type"], told["body"], told["seq"]) == ("unknown", {}, event.seq)
    assert row_patch(told)["seq"] == event.seq


def test_patches_merged_in_order_are_the_row() -> None:
    row: dict[str, Any] = {}
    examples = sorted((golden("events", name) for name in EVENTS), key=lambda example: int(example["browser"]["seq"]))
    for example in examples:
        row = {**row, **example["patch"]}
    assert row["user"]["name"] == "Ana Wijaya"
    assert row["last_message"]["preview"] == "Hello Ana, Budi here.\nI will find out."
    assert row["control"]["holder"] == "closed"
    assert row["oldest_unanswered_at"] is None


@pytest.mark.parametrize("name", EPHEMERALS)
def test_a_fleeting_thing_is_told_as_the_example_says(name: str) -> None:
    example = golden("ephemeral", name)
    value = json_format.ParseDict(example["record"], Ephemeral())
    assert {"type": "ephemeral", **ephemeral_json(value)} == example["browser"]


@pytest.mark.parametrize("name", sorted(_frames("client")))
def test_every_frame_a_browser_may_send_is_understood(name: str) -> None:
    content = json.loads((GOLDEN / "frames/client" / f"{name}.json").read_text())
    assert inbound.decode(json.dumps(content).encode()).type == name


def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(ASYNCAPI.read_text())
    return document


def test_the_asyncapi_document_has_the_parts_that_the_standard_asks_for() -> None:
    document = _document()
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= set(document["info"])
    assert {operation["action"] for operation in document["operations"].values()} == {"send", "receive"}
    for operation in document["operations"].values():
        assert _resolved(document, operation["channel"])["address"] == "/api/socket"
        for message in operation["messages"]:
            assert _resolved(document, _resolved(document, message))["payload"]["type"] == "object"


def _resolved(document: dict[str, Any], reference: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in reference:
        return reference
    found: Any = document
    for part in reference["$ref"].removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    return _resolved(document, found)


@pytest.mark.parametrize(("action", "direction"), [("send", "server"), ("receive", "client")])
def test_every_frame_is_described_and_has_an_example(action: str, direction: str) -> None:
    document = _document()
    described = {}
    for operation in document["operations"].values():
        if operation["action"] == action:
            for message in operation["messages"]:
                payload = _resolved(document, message)["payload"]
                described[payload["properties"]["type"]["const"]] = payload
    assert set(described) == _frames(direction)
    for name, payload in described.items():
        example = json.loads((GOLDEN / "frames" / direction / f"{name}.json").read_text())
        assert set(payload.get("required", [])) <= set(example), name
        assert set(example) <= set(payload["properties"]), name


def test_the_close_codes_of_the_document_are_those_of_the_gateway() -> None:
    codes = _document()["components"]["x-close-codes"]
    assert {code: entry["name"] for code, entry in codes.items()} == {int(code): code.name.lower() for code in CloseCode}
    for code, entry in codes.items():
        assert (entry["then"] == "reconnect") == (code < FIRST_STOP) == CloseCode(code).comes_back
