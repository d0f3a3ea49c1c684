"""What the gateway needs from outside, and what its sockets are to it."""

from collections.abc import Sequence
from typing import Protocol

from services.realtime.domain.json_types import Json
from services.realtime.domain.ring import RingRecord


class RemoteService(Protocol):
    """One gRPC service of Baton, called with and answering plain JSON."""

    async def call(self, rpc: str, /, *, access_token: str = "", **fields: object) -> Json:
        """Call an RPC by its name; what it refuses is raised as the ServiceError it was there."""
        ...


class FleetingThings(Protocol):
    """Where typing and viewing are told to all gateways; what cannot be told is lost."""

    def tell(self, workspace_id: str, conversation_id: str, kind: str, **fields: object) -> None:
        """Tell one thing: "typing" or "viewing" with agent_id, agent_name, active."""
        ...


class Outlet(Protocol):
    """A socket, as the hub sees it. Nothing blocks; all of one turn of the loop goes out together."""

    @property
    def workspace_id(self) -> str:
        """The workspace that it is told of."""
        ...

    @property
    def complete(self) -> bool:
        """Whether a cursor given now covers all that was before it."""
        ...

    def send(self, frames: bytes) -> None:
        """Send what must arrive."""
        ...

    def send_rows(self, frames: bytes, records: Sequence[RingRecord]) -> None:
        """Send row patches, of which only the newest of a conversation needs to arrive."""
        ...

    def send_fleeting(self, frame: bytes) -> None:
        """Send what may be lost."""
        ...
