"""Each field of each RPC, one at a time: what it never takes is refused by its name, and nothing breaks or is written."""

import asyncio
from collections.abc import Iterator

import pytest
from google.protobuf.message import Message

from tests.bad_input.conftest import Callers
from tests.bad_input.people import Side
from tests.bad_input.requests import SPOILED, Spot, baseline, harmless, never, not_utf8, odd, spots
from tests.bad_input.rpcs import Reply, Rpc

# Calls under way at once.
AT_ONCE = 8

pytestmark = pytest.mark.usefixtures("unharmed")


class Round:
    """Many calls, a few at a time, and what was wrong with the answers."""

    def __init__(self, callers: Callers, side: Side) -> None:
        self.calls = 0
        self.faults: list[str] = []
        self._callers = callers
        self._side = side
        self._places = asyncio.Semaphore(AT_ONCE)
        self._hashes = asyncio.Semaphore(1)

    async def call(self, rpc: Rpc, what: str, raw: bytes, *, refused: bool = False, field: str = "") -> None:
        """Call; `refused`: it must not be carried out; `field`: if it is bad input, then by this name."""
        # A password costs its hash, few of which are made at once.
        async with self._hashes if rpc.name in {"Login", "ChangePassword"} else self._places:
            reply = await rpc(raw, self._callers.of(rpc, self._side))
        self.calls += 1
        faults = reply.faults()
        if refused and not reply.refused:
            faults.append("accepted")
        if field and reply.field and not _names(reply, field, rpc):
            faults.append(f"names {reply.field}")
        self.faults += [f"{rpc.service}.{rpc.name} {what}: {fault}" for fault in faults]


def _names(reply: Reply, field: str, rpc: Rpc) -> bool:
    named = reply.field.replace("[0]", "")
    return f"{field}.".startswith(f"{named}.") or named in SPOILED.get(rpc.name, {}) or named == "request"


async def each(rpcs: list[Rpc], callers: Callers, side: Side, kind: str) -> None:
    calls = Round(callers, side)
    async with asyncio.TaskGroup() as group:
        for rpc in rpcs:
            if rpc.name == "AppendStream":
                # Its fields are those of the commands in it, each of which is among the RPCs as streamed.
                continue
            request = harmless(rpc) if kind == "odd" else baseline(rpc)
            for spot in spots(request):
                for what, raw in _bad(kind, spot, request):
                    group.create_task(calls.call(rpc, f"{spot.name} {what}", raw, refused=kind != "odd", field=spot.name))
    assert not calls.faults, "\n".join(calls.faults)
    assert calls.calls > len(rpcs)


def _bad(kind: str, spot: Spot, request: Message) -> Iterator[tuple[str, bytes]]:
    if kind == "bytes":
        yield from not_utf8(spot, request).items()
        return
    for what, value in (never(spot) if kind == "never" else odd(spot)).items():
        yield f"is {what}", spot.set(request, value).SerializeToString()


@pytest.mark.parametrize("kind", ["never", "odd", "bytes"])
async def test_a_bad_field_is_refused_by_its_name_or_is_nothing_but_text(rpcs: list[Rpc], callers: Callers, sides: tuple[Side, Side], kind: str) -> None:
    await each(rpcs, callers, sides[0], kind)
