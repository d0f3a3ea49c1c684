"""Two workspaces, every RPC, and the proof that nothing was written and nothing broke."""

from collections.abc import AsyncIterator, Iterator

import pytest
from servicekit.identity import METADATA_KEY

from tests.bad_input.evidence import Processes, content
from tests.bad_input.people import Maker, Side
from tests.bad_input.rpcs import Metadata, Rpc, all_rpcs
from tests.harness.site import Site

# Who alone may call it, where that is not the gateway.
CALLED_BY = {"ExportLog": "analytics"}


class Callers:
    """The credentials with which a call gets as far as its content."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def service(self, rpc: Rpc, name: str = "") -> tuple[str, str]:
        """Return a service's token for the RPC's listener."""
        return METADATA_KEY, self._site.identity(name or CALLED_BY.get(rpc.name, "realtime")).token_for(rpc.listener)

    def of(self, rpc: Rpc, side: Side) -> Metadata:
        """Return the metadata of the one on this side who may do the most."""
        if rpc.listener == "platform":
            return [("authorization", f"Bearer {side.api_key}")]
        person = side.spare if rpc.name in {"Logout", "ChangePassword"} else side.admin
        return [self.service(rpc), ("authorization", f"Bearer {person.token}")]


@pytest.fixture(scope="session")
def callers(stack: Site) -> Callers:
    return Callers(stack)


@pytest.fixture(scope="session")
async def rpcs(stack: Site) -> AsyncIterator[list[Rpc]]:
    """Every RPC of Baton's, whatever there is."""
    found = list(all_rpcs(stack))
    assert len(found) > 40
    yield found
    for channel in {rpc.channel for rpc in found}:
        await channel.close()


@pytest.fixture(scope="session")
async def maker(stack: Site) -> AsyncIterator[Maker]:
    maker = Maker(stack)
    yield maker
    await maker.close()


@pytest.fixture(scope="session")
async def workspaces(maker: Maker) -> list[Side]:
    """Two workspaces of their own, so that nothing here meets what other tests do; as they were last."""
    return [await maker.make("Near"), await maker.make("Far")]


@pytest.fixture(scope="module")
async def sides(maker: Maker, workspaces: list[Side]) -> tuple[Side, Side]:
    """The two workspaces, their people's tokens fresh for this file: others may have taken their time before."""
    workspaces[:] = [await maker.refreshed(side) for side in workspaces]
    near, far = workspaces
    return near, far


@pytest.fixture
def unharmed(stack: Site, sides: tuple[Side, Side]) -> Iterator[None]:  # noqa: ARG001  # made before the first look
    """Prove that what the test does writes nothing, ends no process and leaves no fault in a log."""
    processes, before = Processes(stack), content(stack)
    yield
    assert processes.complaints() == []
    assert content(stack) == before
