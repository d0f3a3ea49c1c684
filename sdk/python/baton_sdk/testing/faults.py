"""What goes wrong on purpose between a platform and the fake."""

import asyncio
from collections import defaultdict

from baton_sdk.testing.refusals import Refusal


class Faults:
    """By the name of the RPC, for instance "AppendAiMessage"."""

    def __init__(self) -> None:
        # So many more requests are lost before, or answers after, the work is done.
        self.requests_to_lose: defaultdict[str, int] = defaultdict(int)
        self.answers_to_lose: defaultdict[str, int] = defaultdict(int)
        self._gates: dict[str, asyncio.Event] = {}
        self.key_revoked = False

    def hold_answers(self, rpc: str) -> None:
        """Keep the answers of an RPC back, with the control state as it was when they were made, until `let_go`."""
        self._gates[rpc] = asyncio.Event()

    def let_go(self, rpc: str) -> None:
        """Send what was kept back."""
        if gate := self._gates.pop(rpc, None):
            gate.set()

    async def before(self, rpc: str) -> None:
        """Stand before the work."""
        if self.requests_to_lose[rpc] > 0:
            self.requests_to_lose[rpc] -= 1
            raise Refusal("UNAVAILABLE")

    async def after(self, rpc: str) -> None:
        """Stand between the work and its answer."""
        if self.answers_to_lose[rpc] > 0:
            self.answers_to_lose[rpc] -= 1
            raise Refusal("UNAVAILABLE")
        if gate := self._gates.get(rpc):
            await gate.wait()
