"""What the kit asks of the code under test: a connector, and the world that it is put into."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HandOff:
    """The model called your hand-off tool: ask Baton for a human now, with this reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """The model says that all is answered: end the conversation, if it is still yours."""


Piece = str | HandOff | Resolved


class World(Protocol):
    """What surrounds a connector: Baton, its users' pages, its model. All three are the kit."""

    @property
    def target(self) -> str:
        """Baton's address, host:port, in the clear."""
        ...

    @property
    def api_key(self) -> str:
        """The platform's key."""
        ...

    def model(self, chat_id: str, question: str, brief: str = "") -> AsyncIterator[Piece]:
        """Answer a user's question piece by piece; all text together, as it is, is the answer. `brief` is what a human said at hand-back, if one did."""
        ...

    async def show(self, chat_id: str, author: str, text: str) -> None:
        """Put words on the user's page: `author` is "ai", "human" or "system". Returns when they are there."""
        ...

    async def typing(self, chat_id: str, *, active: bool) -> None:
        """Put the AI's typing dots on the user's page, or take them off. A connector without dots never calls it."""
        ...


class Connector(Protocol):
    """The code under test. One object is one process of the platform: what it is to know after a restart it must have kept outside of itself, or ask Baton."""

    async def start(self) -> None:
        """Connect, and begin to listen to Baton."""
        ...

    async def stop(self) -> None:
        """End everything, at once."""
        ...

    async def user_writes(self, chat_id: str, message_id: str, text: str) -> None:
        """Take a user's message; the first in a chat begins it. Both ids are the kit's; a chat's is a UUID, and `platform_conversation_id` in Baton.

        May return before the AI has answered, or after.
        """
        ...


Factory = Callable[[World], Connector]
