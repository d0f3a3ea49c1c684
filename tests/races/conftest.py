"""A stack with two conversation replicas and two gateways for the races, and callers that reach any of them."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.harness.callers import Accounts, Agent, Platform
from tests.harness.site import Site, open_site

CROWD = 20
AGENTS = ("AGENT1", "AGENT2", "AGENT3")
# An access token lives for ten minutes.
LOG_IN_EVERY_SECONDS = 240.0


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A whole stack of its own, with two replicas of what decides and of what pushes."""
    with open_site(tmp_path_factory.mktemp("races"), replicas={"conversation": 2, "realtime": 2}) as site:
        yield site


@pytest.fixture
async def platform(site: Site) -> AsyncIterator[Platform]:
    """The AI platform, routed at random."""
    caller = Platform(site.public_targets(), site.demo.api_key, seed=1)
    yield caller
    await caller.close()


@pytest.fixture
async def accounts(site: Site) -> AsyncIterator[Accounts]:
    """Where people log in."""
    caller = Accounts(site.plan.address("auth.grpc"), site.identity())
    yield caller
    await caller.channel.close()


@pytest.fixture
async def agents(site: Site, accounts: Accounts) -> AsyncIterator[list[Agent]]:
    """Three human agents, routed at random, who stay logged in however long a race takes."""
    callers = [_agent(site, await accounts.log_in(*site.login(who)), number) for number, who in enumerate(AGENTS)]

    async def stay() -> None:
        while True:
            await asyncio.sleep(LOG_IN_EVERY_SECONDS)
            for who, caller in zip(AGENTS, callers, strict=True):
                token, _ = await accounts.log_in(*site.login(who))
                caller.renew(token)

    staying = asyncio.create_task(stay())
    yield callers
    staying.cancel()
    for caller in callers:
        await caller.close()


@pytest.fixture
async def crowd(site: Site, accounts: Accounts) -> AsyncIterator[list[Agent]]:
    """Twenty human agents, routed at random."""
    admin_token, _ = await accounts.log_in(*site.login("ADMIN"))
    callers = [_agent(site, await accounts.make_agent(admin_token), number) for number in range(CROWD)]
    yield callers
    for caller in callers:
        await caller.close()


def _agent(site: Site, login: tuple[str, str], seed: int) -> Agent:
    return Agent(site.internal_targets(), site.identity(), *login, seed=seed)
