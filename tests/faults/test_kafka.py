"""Kafka away for a minute: frozen, or killed and started again on its data."""

import asyncio
import os
import signal
import time
from pathlib import Path

from tests.faults.patiently import all_rows
from tests.faults.scene import Scene, open_scene
from tests.harness.waiting import wait_until

OUTAGE_SECONDS = float(os.environ.get("FAULT_OUTAGE_SECONDS", "60"))
TAKEOVERS = 15


async def _show_that_life_goes_on(scene: Scene) -> None:
    """While Kafka is away: takeovers, a list that knows new conversations, and browsers that are told."""
    outage = asyncio.create_task(asyncio.sleep(OUTAGE_SECONDS))  # its length is what is tested
    for follower in scene.followers:
        await follower.hears(stale=True)
    scene.measured["told stale after"] = f"{time.monotonic() - scene.fault_at:.1f} s"
    await scene.load.more_takeovers(TAKEOVERS, OUTAGE_SECONDS)
    newest = scene.load.started[-1]

    async def listed() -> bool:
        return newest in {row["conversation_id"] for row in (await all_rows(scene.watcher))[0]}

    await wait_until(listed, 30, what="a conversation that began while Kafka is away is in the list")
    await outage


async def _show_that_browsers_are_live_again(scene: Scene) -> None:
    scene.measured["told live after"] = f"{max([await follower.hears(stale=False) for follower in scene.followers]):.1f} s"
    await scene.load.more_takeovers(TAKEOVERS)


async def test_takeovers_go_on_while_kafka_is_frozen(tmp_path: Path, measured: dict[str, str]) -> None:
    async with open_scene(tmp_path) as scene:
        scene.measured = measured
        scene.begin_fault()
        scene.signal("kafka", signal.SIGSTOP)
        await _show_that_life_goes_on(scene)
        scene.signal("kafka", signal.SIGCONT)
        await _show_that_browsers_are_live_again(scene)


async def test_takeovers_go_on_while_kafka_is_dead(tmp_path: Path, measured: dict[str, str]) -> None:
    async with open_scene(tmp_path) as scene:
        scene.measured = measured
        await scene.kill("kafka")
        await _show_that_life_goes_on(scene)
        await scene.restart("kafka")
        await _show_that_browsers_are_live_again(scene)
