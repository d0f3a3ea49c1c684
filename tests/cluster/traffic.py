"""Traffic on the release while something is done to it, and what must be true afterwards: nothing failed, nothing lost or doubled, nobody told to reload."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NoReturn

from tests.cluster.cluster import Cluster
from tests.cluster.people import People
from tests.cluster.usage import Usage
from tests.faults.follower import Door, Follower
from tests.faults.load import Load, RestAgent
from tests.faults.patiently import patiently
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.waiting import wait_until
from tests.races.recount import Log, lost_or_moved, read_log, violations

# So many that fifty events a second come from them while pods start beside them, on two cores.
CONVERSATIONS = 24
# Those that keep the whole list too; the others follow one conversation each.
WITH_LIST = 3
AGENTS = ("AGENT1", "AGENT2", "SUPERVISOR")
TAKEOVER_SECONDS = CATCH_UP_SECONDS = 120.0
# Well within the ten minutes that an access token lives.
RENEW_SECONDS = 240.0


@dataclass
class Traffic:
    """What goes on. `seconds` and `appends` are filled in at the end."""

    load: Load
    browsers: Sequence[Browser]
    followers: list[Follower]
    usage: Usage
    began: float = field(default_factory=time.monotonic)
    seconds: float = 0.0

    @property
    def counts(self) -> Counter[str]:
        """Return what the followers went through, summed."""
        return sum((follower.counts for follower in self.followers), Counter[str]())

    async def renew_sessions(self) -> None:
        """Give everybody who is logged in a new access token."""
        await asyncio.gather(*(_renew(browser) for browser in self.browsers))

    def said(self) -> str:
        """Return the round in words, for the note."""
        load, counts = self.load, self.counts
        rate = len(load.accepted) / max(self.seconds, 1)
        moved = counts["sockets"] - len(self.followers)
        return (
            f"{self.seconds:.0f} s, {len(load.accepted)} appends ({rate:.0f}/s) of {len(load.started)} conversations, {len(load.takeovers)} takeovers, "
            f"{len(self.followers)} sockets that moved {moved} times, resyncs {counts['resync']}, no takeover for {load.longest_pause(self.began):.1f} s, "
            f"one conversation without an answer for {self.longest_wait():.1f} s at the most; {self.usage.said()}"
        )

    def longest_wait(self) -> float:
        """Return the longest time between two acknowledgements in one of the conversations that are talked in."""
        moments: dict[str, list[float]] = {one: [] for one in self.load.talked_in}
        for (one, _), moment in sorted(self.load.acknowledged_at.items(), key=lambda item: item[1]):
            if one in moments:
                moments[one].append(moment)
        return max((later - former for times in moments.values() for former, later in pairwise(times)), default=0.0)


@asynccontextmanager
async def traffic(cluster: Cluster, people: People, sockets: int) -> AsyncIterator[Traffic]:
    """Talk and follow for the length of the context; at its end check everything against the log."""
    async with AsyncExitStack() as stack:
        platform = Platform([cluster.platform_target] * 4, people.api_key, seed=1)
        stack.push_async_callback(platform.close)
        browsers = [await patiently(lambda who=who: stack.enter_async_context(people.browser(cluster, who))) for who in AGENTS]  # type: ignore[misc]  # mypy cannot infer a lambda with defaults
        await stack.enter_async_context(_logged_in(browsers))
        load = Load(platform, [RestAgent(browser) for browser in browsers[:2]], CONVERSATIONS)
        await load.begin()
        followers = []
        for number in range(sockets):
            browser, one = browsers[number % len(browsers)], load.talked_in[number % CONVERSATIONS]
            follower = Follower(browser, [one], [Door.of(cluster.url)], seed=number, with_list=number < WITH_LIST)
            followers.append(await stack.enter_async_context(follower))
        for follower in followers:
            await follower.joined()
        going = Traffic(load, browsers, followers, await stack.enter_async_context(Usage(cluster)))
        await load.more_takeovers(5, TAKEOVER_SECONDS)
        yield going
        await load.more_takeovers(5, TAKEOVER_SECONDS)
        await load.end()
        going.seconds = time.monotonic() - going.began
        await _assert_all_is_well(cluster, going)


@asynccontextmanager
async def _logged_in(browsers: Sequence[Browser]) -> AsyncIterator[None]:
    """Keep sessions going as the dashboard does; what ended one of them is raised."""
    renewing = [asyncio.create_task(_keep_logged_in(browser)) for browser in browsers]
    yield
    for task in renewing:
        task.cancel()
    for ended in await asyncio.gather(*renewing, return_exceptions=True):
        if not isinstance(ended, asyncio.CancelledError):
            raise ended


async def _keep_logged_in(browser: Browser) -> NoReturn:
    while True:
        await asyncio.sleep(RENEW_SECONDS)  # long before the end
        await _renew(browser)


async def _renew(browser: Browser) -> None:
    await patiently(lambda: browser.post("/api/session/refresh", {}))


async def _assert_all_is_well(cluster: Cluster, going: Traffic) -> None:
    with cluster.forwarded("pod/mongodb-0", 27017) as port:
        log = await read_log(f"mongodb://127.0.0.1:{port}/?directConnection=true", going.load.started)
    assert violations(log) == []
    assert lost_or_moved(log, going.load.accepted) == []
    assert going.load.spoke_after == []
    for follower in going.followers:
        await _has_all(follower, log)


async def _has_all(follower: Follower, log: Log) -> None:
    def caught_up() -> bool:
        follower.check()
        return all(follower.last_seq(one) == len(log[one]) for one in follower.chats)

    await wait_until(caught_up, CATCH_UP_SECONDS, what=f"a browser catches up: {follower.counts}", interval_seconds=0.1)
    for one, chat in follower.chats.items():
        assert [(event["seq"], event["command_id"]) for event in chat] == [(event["s"], event["cmd"]) for event in log[one]]
