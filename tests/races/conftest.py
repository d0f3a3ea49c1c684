"""A stack with two conversation replicas and two gateways for the races, and callers that reach any of them."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from servicekit.clock import SystemClock
from servicekit.identity import ServiceIdentity

from deploy.local.demo import Demo, seed
from deploy.local.keys import service_keys
from deploy.local.plan import Plan
from deploy.local.stack import Stack
from deploy.local.table import kafka_servers, mongodb_uri
from tests.races.callers import Accounts, Agent, Platform

DATABASE = "baton_conversation"
AGENTS = ("AGENT1", "AGENT2", "AGENT3")
CROWD = 20


@dataclass(frozen=True)
class Site:
    """A running stack, and what a caller needs to know of it."""

    stack: Stack
    demo: Demo

    @property
    def plan(self) -> Plan:
        return self.stack.plan

    @property
    def mongodb_uri(self) -> str:
        return mongodb_uri(self.plan)

    @property
    def kafka_servers(self) -> str:
        return kafka_servers(self.plan)

    def public_targets(self) -> list[str]:
        return [self.plan.platform_address(instance) for instance in self.plan.instances("conversation")]

    def internal_targets(self) -> list[str]:
        return [self.plan.address(f"{instance}.grpc") for instance in self.plan.instances("conversation")]

    def login(self, who: str) -> tuple[str, str]:
        """Return the e-mail and password of one of the demo's people."""
        return next((email, password) for name, email, password in self.demo.logins() if name == who)

    def identity(self) -> ServiceIdentity:
        """The gateway's identity: the one that calls on behalf of agents."""
        return ServiceIdentity("realtime", service_keys(self.plan.home)["private"]["realtime"], SystemClock())


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A whole stack of its own, with two replicas of what decides and of what pushes."""
    plan = Plan(home=tmp_path_factory.mktemp("races"), replicas={"conversation": 2, "realtime": 2})
    with Stack(plan) as stack:
        yield Site(stack, seed(plan, stack.rows["auth"]))


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
    """Three human agents, routed at random."""
    callers = [_agent(site, await accounts.log_in(*site.login(who)), number) for number, who in enumerate(AGENTS)]
    yield callers
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
