"""A platform that watches: connected from then on, and told what is to be delivered and whose turn it is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from baton.conversation.v1 import platform_pb2

from tests.harness.callers import Platform, new_id
from tests.harness.waiting import wait_until

PATIENCE_SECONDS = 30


@dataclass
class Watched:
    """What a Watch stream has told so far, of all conversations; what it caught up with may come twice."""

    items: list[Any] = field(default_factory=list)

    async def of(self, conversation_id: str, fits: Callable[[Any], object]) -> Any:
        """Return the first item of a conversation that fits, come or still to come."""

        def found() -> Any:
            return next((item for item in self.items if item.conversation_id == conversation_id and fits(item)), None)

        return await wait_until(found, PATIENCE_SECONDS, what=f"an item of {conversation_id} among {len(self.items)}")


@asynccontextmanager
async def watching(platform: Platform) -> AsyncIterator[Watched]:
    """Open a Watch stream; it is there when this is entered, and gone afterwards."""
    watched = Watched()
    stream = platform.stubs[0].Watch(platform_pb2.WatchRequest(consumer_name=new_id(), catch_up=True), metadata=platform.metadata)

    async def read() -> None:
        async for item in stream:
            watched.items.append(item)

    reading = asyncio.create_task(read())
    try:
        await wait_until(lambda: any(item.HasField("caught_up") for item in watched.items), PATIENCE_SECONDS, what="that it has caught up")
        yield watched
    finally:
        stream.cancel()
        with suppress(asyncio.CancelledError):
            await reading
