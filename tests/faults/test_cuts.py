"""Sockets cut at random moments, in the middle of frames too: whoever comes back with a cursor gets exactly what was missed."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.faults.follower import Door
from tests.faults.scene import FOLLOWERS, open_scene
from tests.harness.proxy import TcpProxy
from tests.harness.site import Site
from tests.harness.waiting import wait_until

CUTS = 100
CHANCE = 0.08


async def test_a_browser_whose_socket_is_cut_again_and_again_misses_nothing(tmp_path: Path, measured: dict[str, str]) -> None:
    with ExitStack() as stack:
        proxies: list[TcpProxy] = []

        def through_proxies(site: Site) -> Sequence[Sequence[Door]]:
            proxies.extend(stack.enter_context(TcpProxy(Door.of(url).port)) for url in site.urls())
            doors = [Door(url, proxy.port) for url, proxy in zip(site.urls(), proxies, strict=True)]
            return [doors for _ in FOLLOWERS]

        async with open_scene(tmp_path, doors=through_proxies) as scene:
            scene.measured = measured
            scene.begin_fault()
            for seed, proxy in enumerate(proxies):
                proxy.cut_at_random(CHANCE, seed)

            def cut_enough() -> bool:
                for follower in scene.followers:
                    follower.check()
                return sum(follower.counts["lost"] for follower in scene.followers) >= CUTS

            await wait_until(cut_enough, 300, what=f"{CUTS} cut sockets")
            for proxy in proxies:
                proxy.heal()
        assert [follower.counts["resync"] for follower in scene.followers] == [0, 0]
