"""One scenario's stage: a stack of its own under load, browsers that follow, a hand that breaks things, and the recount at the end."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from tests.faults.agreement import assert_agreement
from tests.faults.follower import Door, Follower
from tests.faults.load import Human, Load, RestAgent
from tests.harness.browser import Browser
from tests.harness.callers import Accounts, Agent, Platform
from tests.harness.site import Site, open_site
from tests.races.recount import DATABASE

REPLICAS = {"conversation": 2, "realtime": 2}
# One browser stays at the first gateway, the other one comes back to any.
FOLLOWERS = ("AGENT1", "AGENT2")


@dataclass
class Scene:
    """What a scenario plays with. `site.stack` knows the processes by name; kill() and restart() do not hold up the load."""

    site: Site
    load: Load
    followers: list[Follower]
    watcher: Browser
    hand: ThreadPoolExecutor
    # What was measured, for the table at the end.
    measured: dict[str, str] = field(default_factory=dict)
    fault_at: float = 0.0

    def begin_fault(self) -> None:
        """Note that the fault begins now."""
        self.fault_at = time.monotonic()

    async def kill(self, *names: str) -> None:
        """End processes as a crash would; the fault begins."""
        self.begin_fault()
        for name in names:
            await self._by_hand(self.site.stack.kill, name)

    async def restart(self, *names: str) -> None:
        """Start them again, and note how long they take to be ready."""
        began = time.monotonic()
        await self._by_hand(self.site.stack.start, *names)
        self.measured["ready again after"] = f"{time.monotonic() - began:.1f} s"

    def signal(self, name: str, number: signal.Signals) -> None:
        """Freeze a process with SIGSTOP, let it go on with SIGCONT."""
        self.site.stack.running[name].signal(number)

    async def holder_of(self, role: str) -> str:
        """Return the process that holds a role, by the lease in MongoDB."""
        lease = await self.lease(role)
        pid = int(lease["holder"].split(":")[1])
        return next(name for name, running in self.site.stack.running.items() if running.pid == pid)

    async def lease(self, role: str) -> dict[str, Any]:
        """Return a role's lease as it is stored."""
        async with AsyncMongoClient[dict[str, Any]](self.site.mongodb_uri) as client:
            found = await client[DATABASE]["leases"].find_one({"_id": role})
        assert found is not None
        return found

    def log_has(self, service: str, words: str) -> bool:
        """Whether a service's processes said these words in their logs."""
        return any(words in self.site.stack.running[name].log.read_text() for name in self.site.plan.instances(service))

    async def agreement(self) -> None:
        """End the load, and hold everything against the log; then measure how far apart things were at the worst."""
        await self.load.end()
        await assert_agreement(self.site, self.load, self.followers, self.watcher)
        delays = [
            came - self.load.acknowledged_at[key]
            for follower in self.followers
            for key, came in follower.came_at.items()
            if self.load.acknowledged_at.get(key, 0.0) > self.fault_at - 1
        ]
        counts = [dict(follower.counts) for follower in self.followers]
        self.measured |= {
            "longest without a takeover": f"{self.load.longest_pause(self.fault_at):.1f} s",
            "longest way to a browser": f"{max(delays):.1f} s",
            "takeovers": str(len(self.load.takeovers)),
            "events": str(len(self.load.accepted)),
            "browsers": str(counts),
        }

    async def _by_hand(self, act: Callable[..., None], *names: str) -> None:
        await asyncio.get_running_loop().run_in_executor(self.hand, act, *names)


@asynccontextmanager
async def open_scene(home: Path, *, oplog_megabytes: int = 0, doors: Callable[[Site], Sequence[Sequence[Door]]] | None = None) -> AsyncIterator[Scene]:
    """Start everything, and wait until there is traffic. `doors` gives each browser its ways in."""
    # The thread outlives the stack: processes die with the thread that started them.
    with ThreadPoolExecutor(1) as hand, open_site(home, replicas=REPLICAS, oplog_megabytes=oplog_megabytes) as site:
        async with AsyncExitStack() as stack:
            platform = Platform(site.public_targets(), site.demo.api_key, seed=1)
            stack.push_async_callback(platform.close)
            # At the gateway that is not broken.
            watcher = await stack.enter_async_context(Browser(site.urls()[1], *site.login("SUPERVISOR")))
            rest = RestAgent(await stack.enter_async_context(Browser(site.urls()[1], *site.login("AGENT3"))))
            load = Load(platform, [*[await _agent(stack, site, who) for who in FOLLOWERS], rest])
            await load.begin()
            straight = [Door.of(url) for url in site.urls()]
            ways = doors(site) if doors else [straight[:1], straight]
            followers = [
                await stack.enter_async_context(Follower(await stack.enter_async_context(Browser(urls[-1].url, *site.login(who))), load.talked_in, urls, seed))
                for seed, (who, urls) in enumerate(zip(FOLLOWERS, ways, strict=True))
            ]
            scene = Scene(site, load, followers, watcher, hand)
            for follower in followers:
                await follower.joined()
            await load.more_takeovers(10)
            yield scene
            await scene.agreement()


async def _agent(stack: AsyncExitStack, site: Site, who: str) -> Human:
    accounts = Accounts(site.plan.address("auth.grpc"), site.identity())
    stack.push_async_callback(accounts.channel.close)
    agent = Agent(site.internal_targets(), site.identity(), *await accounts.log_in(*site.login(who)), seed=len(who))
    stack.push_async_callback(agent.close)
    return agent
