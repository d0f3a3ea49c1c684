"""The fake as a test holds it: a server, the chats, the faults."""

from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import grpc
import grpc.aio

from baton_sdk.contract import platform_pb2_grpc
from baton_sdk.testing.chat import Chat
from baton_sdk.testing.faults import Faults
from baton_sdk.testing.feed import Feed
from baton_sdk.testing.service import Call, FakePlatformService


class FakeBaton:
    """A server of its own on a free port of this machine, from `async with` on. `stop` and `start` restart it on the same port, with all it knew."""

    def __init__(self, api_key: str = "test-key", clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """`clock` gives the time of events: stand it still to let two things happen in the same millisecond."""
        self.api_key = api_key
        self.faults = Faults()
        self.feed = Feed()
        self._service = FakePlatformService(api_key, self.feed, self.faults, clock)
        self._server: grpc.aio.Server | None = None
        self._port = 0

    @property
    def target(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self._port}"

    @property
    def chats(self) -> dict[str, Chat]:
        """All conversations, by the platform's own ids."""
        return self._service.commands.chats

    @property
    def calls(self) -> list[Call]:
        """All that reached it, in order."""
        return self._service.calls

    def chat(self, chat_id: str) -> Chat:
        """Return the conversation that the platform calls so."""
        return self._service.commands.chats[chat_id]

    def on_call(self, heard: Callable[[Call], None]) -> None:
        """Be told of each call as it arrives, before it is carried out."""
        self._service.heard = heard

    async def start(self) -> None:
        """Listen; again on the same port after a stop."""
        self._server = grpc.aio.server()
        platform_pb2_grpc.add_PlatformServiceServicer_to_server(self._service, self._server)
        self._port = self._server.add_insecure_port(self.target if self._port else "127.0.0.1:0")
        await self._server.start()

    async def stop(self) -> None:
        """Cut every connection and listen no longer."""
        if self._server:
            self.feed.cut()
            await self._server.stop(None)
            self._server = None

    def revoke_key(self) -> None:
        """From now on the key is worth nothing; streams end too."""
        self.faults.key_revoked = True
        self.feed.cut()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.stop()
