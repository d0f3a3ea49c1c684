"""Bytes that are no message of the method, and messages beyond what is read at all."""

import grpc
import pytest

from tests.bad_input.conftest import Callers
from tests.bad_input.people import Side
from tests.bad_input.requests import harmless
from tests.bad_input.rpcs import Rpc

pytestmark = pytest.mark.usefixtures("unharmed")

NO_MESSAGES = {
    "a byte": b"\xff",
    "a length beyond the end": b"\x0a\x7fx",
    "a length of 2^63": b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f",
    "an open group": b"\x0b" * 10_000,
    "JSON": b'{"command_id": {"$gt": ""}}',
}


async def test_what_is_no_message_is_bad_input(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side]) -> None:
    faults = []
    for rpc in rpcs:
        for what, raw in NO_MESSAGES.items():
            reply = await rpc(raw, callers.of(rpc, sides[0]))
            if (reply.code, reply.field) != (grpc.StatusCode.INVALID_ARGUMENT, "request") or reply.faults():
                faults.append(f"{rpc.service}.{rpc.name} {what}: {reply}")
    assert not faults, "\n".join(faults)


async def test_a_field_of_another_type_is_not_read_as_what_it_is_not(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side]) -> None:
    """Protobuf passes over a field whose type on the wire is another: it is then as if it were not there."""
    faults = []
    for rpc in rpcs:
        request = harmless(rpc)
        fields = request.DESCRIPTOR.fields
        if not fields or rpc.name == "Logout":
            # Without its field, a Logout is a Logout.
            continue
        # Each as a varint, as 64 bits, as bytes, as 32 bits.
        for wire, content in ((0, b"\x07"), (1, b"\0" * 8), (2, b"\x01\x07"), (5, b"\0" * 4)):
            raw = b"".join(_tag(field.number, wire) + content for field in fields)
            reply = await rpc(raw, callers.of(rpc, sides[0]))
            faults += [f"{rpc.service}.{rpc.name} as wire type {wire}: {fault}" for fault in reply.faults()]
    assert not faults, "\n".join(faults)


def _tag(number: int, wire: int) -> bytes:
    value = number << 3 | wire
    return bytes([value]) if value < 128 else bytes([value & 127 | 128, value >> 7])


async def test_more_than_a_mebibyte_is_not_read(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side]) -> None:
    # An unknown field of 1 MiB.
    raw = b"\xfa\x7f\x80\x80\x40" + b"x" * 1024 * 1024
    for rpc in {rpc.listener: rpc for rpc in rpcs}.values():
        reply = await rpc(raw, callers.of(rpc, sides[0]))
        assert reply.code is grpc.StatusCode.RESOURCE_EXHAUSTED, rpc.path
