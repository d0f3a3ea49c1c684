"""TCP proxies that misbehave on purpose. They run in a thread and an event loop of their own, so tests may block or not.

TcpProxy stalls, refuses, resets and cuts at random. MongoProxy knows MongoDB's messages: it cuts or holds what a chosen command asks or is answered,
for instance the acknowledgement of every insert after the insert was carried out.
"""

import asyncio
import contextlib
import enum
import random
import struct
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import pytest

# PyMongo's asyncio client lets go of a socket without closing it when a connection is cut, or its task cancelled, while it is being made: for tests that do
# so on purpose.
DROPPED_SOCKETS = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
HEADER = struct.Struct("<iiii")  # length, request id, response to, operation code
OP_MSG = 2013
CHUNK = 65_536
# For a step of the proxy, on a busy machine.
LOOP_SECONDS = 60


class ConnectionCutError(Exception):
    """The proxy decided to end this connection."""


@dataclass(eq=False)
class Link:
    """One proxied connection. `source_port` is the client's own port, by which one can find out whose it is."""

    source_port: int
    client: asyncio.StreamWriter
    server: asyncio.StreamWriter | None = None
    commands: dict[int, str] = field(default_factory=dict)

    def reset(self) -> None:
        """End it at once, both ways."""
        for writer in (self.client, self.server):
            if writer is not None:
                writer.transport.abort()


class TcpProxy:
    """Passes bytes between clients and one server, until told to do worse. Use it as a context manager; `port` is where clients connect."""

    def __init__(self, target_port: int, port: int = 0) -> None:
        """Port 0 means any free one."""
        self.target_port = target_port
        self.port = port
        self.cuts = 0
        self._links: set[Link] = set()
        self._stalled = False
        self._refusing = False
        self._cut_chance = 0.0
        self._chance = random.Random(0)  # faults, repeatable by their seed
        self._loop = asyncio.new_event_loop()
        self._changed = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy to {target_port}", daemon=True)

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(asyncio.start_server(self._accept, "127.0.0.1", self.port), self._loop).result(LOOP_SECONDS)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """End all connections and the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(LOOP_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LOOP_SECONDS)
        self._loop.close()

    def stall(self) -> None:
        """Pass nothing any more, either way, until heal(): what a network does that loses packets. New connections are accepted and stall too."""
        self._tell(stalled=True)

    def refuse(self) -> None:
        """Reset all connections and every new one, until heal()."""
        self._tell(refusing=True)
        self._in_loop(self._reset_refused)

    def cut_at_random(self, chance: float, seed: int) -> None:
        """Reset a connection at each chunk (each message, in a MongoProxy), either way, with this chance, until heal()."""
        self._tell(cut_chance=chance, seed=seed)

    def reset(self) -> None:
        """Reset the connections there are; new ones pass."""
        self._in_loop(self._reset)

    def heal(self) -> None:
        """Pass everything again; what was stalled goes on its way."""
        self._tell()

    def _tell(self, *, stalled: bool = False, refusing: bool = False, cut_chance: float = 0.0, seed: int = 0) -> None:
        def change() -> None:
            self._stalled, self._refusing, self._cut_chance = stalled, refusing, cut_chance
            self._chance.seed(seed)
            self._wake()

        self._in_loop(change)

    def _in_loop(self, change: Callable[[], None]) -> None:
        """Make a change between two steps of the proxy; it is in force when this returns."""

        async def apply() -> None:
            change()

        asyncio.run_coroutine_threadsafe(apply(), self._loop).result(LOOP_SECONDS)

    def _wake(self) -> None:
        """Let whoever waits look again."""
        self._changed.set()
        self._changed = asyncio.Event()

    def _reset(self) -> None:
        for link in list(self._links):
            link.reset()

    def _reset_refused(self) -> None:
        for link in list(self._links):
            if self.is_refused(link):
                link.reset()

    async def _close(self) -> None:
        self._refusing = True
        # First no more are accepted, and those that were become connections: a server that ends meanwhile drops them unclosed (asyncio in Python 3.11).
        for listening in self._server.sockets:
            self._loop.remove_reader(listening)
        await asyncio.sleep(0)
        self._server.close()
        self._reset()
        # What was stalled finds its connection gone, and ends.
        self._stalled = False
        self._wake()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)
        for task in self._tasks:
            task.cancel()
        # A connection that was accepted in this very moment ends by itself: cancelled before its first step it would never be closed.
        # Accepting is itself a task that begins another.
        while accepted := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(accepted, timeout=5)
        # A last turn for the transports to close.
        await asyncio.sleep(0.01)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        link = Link(writer.get_extra_info("peername")[1], writer)
        self._links.add(link)
        try:
            if await self.turns_away(link):
                return
            server_reader, link.server = await asyncio.open_connection("127.0.0.1", self.target_port)
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._pass(link, reader, link.server, to_server=True))
                ways.create_task(self._pass(link, server_reader, link.client, to_server=False))
        except* (OSError, ConnectionCutError, asyncio.IncompleteReadError):
            pass
        finally:
            self._links.discard(link)
            link.reset()

    async def _pass(self, link: Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, to_server: bool) -> None:
        while chunk := await self.read(reader):
            while self._stalled:
                await self._changed.wait()
            if self._cut_chance and self._chance.random() < self._cut_chance:
                self.cuts += 1
                raise ConnectionCutError
            await self.before_passing(link, chunk, to_server=to_server)
            writer.write(chunk)
            await writer.drain()
        raise ConnectionCutError

    async def turns_away(self, link: Link) -> bool:
        """Whether a new connection must not be; it waits for the answer."""
        return self.is_refused(link)

    def is_refused(self, link: Link) -> bool:  # noqa: ARG002  # subclasses decide by the link
        """Whether this connection must not be."""
        return self._refusing

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        """Return what is passed in one piece; empty at the end."""
        return await reader.read(CHUNK)

    async def before_passing(self, link: Link, chunk: bytes, *, to_server: bool) -> None:
        """Do what a subclass wants done before a chunk is passed; ConnectionCutError ends the connection and the chunk is lost."""


class When(enum.Enum):
    """Which half of a command a fault meets."""

    REQUEST = "before it reaches the server"
    REPLY = "after the server has carried it out and answered"


class Fault(enum.Enum):
    """What happens to it."""

    CUT = "it is lost and the connection with it"
    HOLD = "it is held until heal()"


class MongoProxy(TcpProxy):
    """A proxy before a mongod that picks its victims by the command's name. Clients need `directConnection=true`: the server advertises its own port."""

    def __init__(self, target_port: int, port: int = 0) -> None:
        """Without faults until fault() is called."""
        super().__init__(target_port, port)
        self._faults: dict[tuple[str, When], tuple[Fault, int]] = {}
        self.held = 0
        self.seen: dict[str, int] = defaultdict(int)

    @property
    def uri(self) -> str:
        """How clients reach the server through this proxy."""
        return f"mongodb://127.0.0.1:{self.port}/?directConnection=true"

    def fault(self, command: str, when: When, fault: Fault, times: int = 1_000_000_000) -> None:
        """Let the fault happen to the next `times` commands of this name ("insert", "find", ...); `cuts` and `held` count what it did."""
        self._in_loop(lambda: self._faults.update({(command, when): (fault, times)}))

    def heal(self) -> None:
        """Also end all faults; what was held goes on its way."""
        self._in_loop(self._faults.clear)
        super().heal()

    async def read(self, reader: asyncio.StreamReader) -> bytes:
        """Return one whole message."""
        with contextlib.suppress(asyncio.IncompleteReadError):
            head = await reader.readexactly(4)
            return head + await reader.readexactly(int.from_bytes(head, "little") - 4)
        return b""

    async def before_passing(self, link: Link, chunk: bytes, *, to_server: bool) -> None:
        """Find out which command this asks or answers and do the fault it has."""
        _, request_id, response_to, _ = HEADER.unpack_from(chunk)
        if to_server:
            command = command_name(chunk)
            self.seen[command] += 1
            link.commands[request_id] = command
            await self._suffer(command, When.REQUEST)
        else:
            await self._suffer(link.commands.pop(response_to, ""), When.REPLY)

    async def _suffer(self, command: str, when: When) -> None:
        fault, times = self._faults.get((command, when), (None, 0))
        if fault is None or times == 0:
            return
        self._faults[command, when] = (fault, times - 1)
        if fault is Fault.CUT:
            self.cuts += 1
            raise ConnectionCutError
        self.held += 1
        try:
            while (command, when) in self._faults:
                await self._changed.wait()
        finally:
            self.held -= 1


def command_name(message: bytes) -> str:
    """Return the name of the command that a message asks for: the first key of its first document; "" for what is no OP_MSG."""
    if HEADER.unpack_from(message)[3] != OP_MSG:
        return ""
    first_key = HEADER.size + 4 + 1 + 4 + 1  # flags, section kind, document length, element type
    return message[first_key : message.index(b"\0", first_key)].decode()
