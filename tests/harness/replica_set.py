"""A three-member MongoDB replica set whose members can be cut off from each other while clients still reach them.

Every member is known to the others and to clients by the port of a proxy. The proxy finds out which process connects (by the connection's two ports: a
source port alone may be of several processes at once, each with a link elsewhere), so the links between two members can be reset and refused while those
of clients pass. (Reset and not stalled: a member asks the old primary for its vote, too, and would wait for it until that has noticed by itself.)
"""

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

import psutil
from bson import Timestamp
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.local import mongodb
from deploy.local.ports import free_port
from deploy.local.running import Running, wait_for_port
from tests.harness.proxy import Link, TcpProxy

NAME = "three"
PATIENCE_SECONDS = 180
CLIENT = -1
# Whose connection was gone before one could see whose it was, or is nobody's here: it gets nothing.
NOBODY = -2
LOOKS = 5
TOGETHER_SECONDS = 0.25

# A connection by its source port and the port that it leads to.
Ends = tuple[int, int]


class MemberProxy(TcpProxy):
    """The proxy that stands before one member; asks the set whether a link is cut."""

    def __init__(self, target_port: int, owners: Callable[[], dict[Ends, int]], cut: Callable[[], set[int]]) -> None:
        """`owners` answers which member (or CLIENT) has which connections now; `cut` whose links to this member are cut."""
        super().__init__(target_port)
        self._owners = owners
        self._cut = cut
        self._sources: WeakKeyDictionary[Link, int] = WeakKeyDictionary()

    async def turns_away(self, link: Link) -> bool:
        """Who is cut off tries again as soon as it is turned away: those who come within a while are looked up together."""
        if self._cut():
            await asyncio.sleep(TOGETHER_SECONDS)
        return self.is_refused(link)

    def is_refused(self, link: Link) -> bool:
        """A link is known by who opened it. Looking that up is slow: nobody asks while nobody is cut off."""
        if super().is_refused(link):
            return True
        cut = self._cut()
        return bool(cut) and self._source(link) in {*cut, NOBODY}

    def _source(self, link: Link) -> int:
        """Find whose it is, and by the way whose the others are. The system's table is read in pieces and may miss one while others come and go."""
        for _ in range(LOOKS):
            if link in self._sources:
                break
            owners = self._owners()
            unknown = {each: (each.source_port, self.port) for each in self._links if each not in self._sources}
            self._sources.update({each: owners[ends] for each, ends in unknown.items() if ends in owners})
        return self._sources.setdefault(link, NOBODY)

    def look_again(self) -> None:
        """Reset the links that are cut now."""
        self._in_loop(self._reset_refused)


@dataclass
class Member:
    """One mongod with the proxy before it."""

    number: int
    port: int
    proxy: MemberProxy
    command: list[str]
    log: Path
    running: Running


class ReplicaSet:
    """Three members, numbered 0 to 2; member 0 is the first primary. A context manager.

    A member that is cut off goes on believing that it is primary for `election_timeout_ms`; elect() makes another one primary meanwhile.
    """

    def __init__(self, home: Path, election_timeout_ms: int = 10_000) -> None:
        """Nothing starts before the context is entered, from a thread that lives as long as the set."""
        self._home = home
        self._election_timeout_ms = election_timeout_ms
        self._cut: set[tuple[int, int]] = set()
        self.members: list[Member] = []

    def __enter__(self) -> Self:
        """Start the members and wait until member 0 is primary and the others follow it."""
        with ExitStack() as stack:
            mongod = mongodb.find_mongod()
            for number in range(3):
                self._start_member(stack, number, mongod)
            self._initiate()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Kill the members."""
        self._stack.close()

    @property
    def uri(self) -> str:
        """How ordinary clients reach the set; they find the primary themselves."""
        hosts = ",".join(f"127.0.0.1:{member.proxy.port}" for member in self.members)
        return f"mongodb://{hosts}/?replicaSet={NAME}"

    def direct_uri(self, number: int) -> str:
        """How a client reaches this member whatever its role; reads of a secondary need a read preference."""
        return f"mongodb://127.0.0.1:{self.members[number].proxy.port}/?directConnection=true"

    def isolate(self, number: int) -> None:
        """Cut a member's links to and from the other members, once these have all that it has; clients still reach it.

        A member that lags behind the others would get no vote, and nothing is left that it could catch up from.
        """
        self._wait_until_all_have_what(number)
        others = [member.number for member in self.members if member.number != number]
        self._cut |= {(number, other) for other in others} | {(other, number) for other in others}
        self._look_again()

    def hide_from_clients(self, number: int) -> None:
        """Let clients no longer reach a member; the other members do."""
        self._cut.add((CLIENT, number))
        self._look_again()

    def heal(self) -> None:
        """Let everyone reach everyone again."""
        self._cut.clear()
        self._look_again()

    def elect(self, number: int) -> None:
        """Make a member primary now; one that is cut off from it may still believe that it is primary, too."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.believes_itself_primary(number):
            with contextlib.suppress(PyMongoError), self.admin(number) as client:
                client.admin.command("replSetStepUp")
            if time.monotonic() > deadline:
                msg = f"member {number} is not elected. {self.members[number].running.obituary()}"
                raise TimeoutError(msg)
            time.sleep(0.05)

    def believes_itself_primary(self, number: int) -> bool:
        """Whether this member takes writes, as itself sees it."""
        try:
            with self.admin(number) as client:
                return bool(client.admin.command("hello").get("isWritablePrimary"))
        except PyMongoError:
            return False

    def primaries(self) -> list[int]:
        """Return who believes itself primary; two for a while after a partition."""
        return [member.number for member in self.members if self.believes_itself_primary(member.number)]

    def kill(self, number: int) -> None:
        """End a member as a crash would."""
        self.members[number].running.kill()

    def restart(self, number: int) -> None:
        """Start a killed member again on its data."""
        member = self.members[number]
        member.running = Running(f"member {number}", member.command, member.log)
        self._stack.callback(member.running.kill)
        wait_for_port(member.running, "127.0.0.1", member.port, time.monotonic() + PATIENCE_SECONDS)

    @contextlib.contextmanager
    def admin(self, number: int, patience_seconds: int = 5) -> Iterator[MongoClient[dict[str, Any]]]:
        """A client of one member that passes by its proxy; where nobody listens it waits as long as it is patient."""
        port = self.members[number].port
        with MongoClient[dict[str, Any]](
            "127.0.0.1", port, directConnection=True, serverSelectionTimeoutMS=patience_seconds * 1_000, socketTimeoutMS=60_000
        ) as client:
            yield client

    def _start_member(self, stack: ExitStack, number: int, mongod: Path) -> None:
        port = free_port()
        proxy = stack.enter_context(MemberProxy(port, self._owners, lambda: {source for source, target in self._cut if target == number}))
        # What a primary writes by itself would come between "all have what it has" and the cut.
        command = [*mongodb.command(mongod, port, self._home / str(number), NAME), "--setParameter", "writePeriodicNoops=false"]
        log = self._home / f"{number}.log"
        member = Member(number, port, proxy, command, log, Running(f"member {number}", command, log))
        stack.callback(member.running.kill)
        self.members.append(member)

    def _initiate(self) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        for member in self.members:
            wait_for_port(member.running, "127.0.0.1", member.port, deadline)
        hosts = [{"_id": member.number, "host": f"127.0.0.1:{member.proxy.port}"} for member in self.members]
        settings = {"electionTimeoutMillis": self._election_timeout_ms, "heartbeatIntervalMillis": 500, "chainingAllowed": False}
        with self.admin(0, PATIENCE_SECONDS) as client:
            client.admin.command("replSetInitiate", {"_id": NAME, "members": hosts, "settings": settings})
        # Nobody would stand for election before the election timeout has passed.
        self.elect(0)
        while not self._all_follow(0):
            if time.monotonic() > deadline:
                msg = f"the replica set does not come up. {self.members[0].running.obituary()}"
                raise TimeoutError(msg)
            time.sleep(0.1)
            if any(number != 0 for number in self.primaries()):
                self.elect(0)

    def _all_follow(self, number: int) -> bool:
        if not self.believes_itself_primary(number):
            return False
        with self.admin(number, PATIENCE_SECONDS) as client:
            states = [member["stateStr"] for member in client.admin.command("replSetGetStatus")["members"]]
        return sorted(states) == ["PRIMARY", "SECONDARY", "SECONDARY"]

    def _wait_until_all_have_what(self, number: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self.admin(number, PATIENCE_SECONDS) as client:
            written = _applied(client)[number]
            while (applied := min(_applied(client).values())) < written:
                if time.monotonic() > deadline:
                    msg = f"a member has only what was written until {applied}, not {written}"
                    raise TimeoutError(msg)
                time.sleep(0.02)

    def _owners(self) -> dict[Ends, int]:
        return owners_of({member.number: member.running.pid for member in self.members} | {CLIENT: os.getpid()})

    def _look_again(self) -> None:
        for member in self.members:
            member.proxy.look_again()


def owners_of(pids: Mapping[int, int]) -> dict[Ends, int]:
    """Return whose each connection is that a process of `pids` (number to process id) has open now."""
    return {ends: number for number, pid in pids.items() for ends in _connections_of(pid)}


def _connections_of(pid: int) -> set[Ends]:
    with contextlib.suppress(psutil.Error):
        return {(each.laddr.port, each.raddr.port) for each in psutil.Process(pid).net_connections("tcp") if each.raddr}
    return set()


def _applied(client: MongoClient[dict[str, Any]]) -> dict[int, Timestamp]:
    """Return up to where each member has the log, as this one knows it."""
    return {member["_id"]: member["optime"]["ts"] for member in client.admin.command("replSetGetStatus")["members"]}
