"""MongoDB forgets what the relay has not read yet: a real rollover of a small oplog, pushed out by large documents in a database of their own."""

from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from tests.faults.scene import Scene, open_scene
from tests.harness.waiting import wait_until

OPLOG_MEGABYTES = 64
MEGABYTE = 1024 * 1024
TAKEOVERS = 15
POSITION_LOST = "position lost, reading the log again"


async def roll_over(scene: Scene, *roles: str) -> None:
    """Write until the oplog's oldest entry is newer than the stored position of each of these roles."""
    positions = [(await scene.lease(role))["position"]["cluster_time"] for role in roles]
    async with AsyncMongoClient[dict[str, Any]](scene.site.mongodb_uri) as client:

        async def forgotten() -> bool:
            await client["ballast"]["things"].insert_many([{"filling": bytes(MEGABYTE)} for _ in range(16)])
            # MongoDB keeps what its last checkpoint needs; this makes one now instead of within a minute.
            await client.admin.command("fsync", 1)
            oldest = await client.local["oplog.rs"].find_one({}, {"ts": 1}, sort=[("$natural", 1)])
            assert oldest is not None
            return bool((oldest["ts"].time << 32 | oldest["ts"].inc) > max(positions))

        await wait_until(forgotten, 180, what="the oplog rolls over", interval_seconds=0.2)
        await client.drop_database("ballast")
    for role, position in zip(roles, positions, strict=True):
        assert (await scene.lease(role))["position"]["cluster_time"] == position


async def test_nothing_is_lost_when_the_oplog_rolls_over_while_the_relay_waits_for_kafka(tmp_path: Path, measured: dict[str, str]) -> None:
    async with open_scene(tmp_path, oplog_megabytes=OPLOG_MEGABYTES) as scene:
        scene.measured = measured
        await scene.kill("kafka")
        await scene.load.more_takeovers(TAKEOVERS)
        await roll_over(scene, "relay")
        await scene.restart("kafka")
        await scene.load.more_takeovers(TAKEOVERS)
        assert scene.log_has("conversation", POSITION_LOST)


async def test_nothing_is_lost_when_the_oplog_rolls_over_while_relay_and_projector_are_dead(tmp_path: Path, measured: dict[str, str]) -> None:
    async with open_scene(tmp_path, oplog_megabytes=OPLOG_MEGABYTES) as scene:
        scene.measured = measured
        await scene.kill("conversation", "conversation-2")
        await roll_over(scene, "relay", "projector")
        await scene.restart("conversation", "conversation-2")
        await scene.load.more_takeovers(TAKEOVERS)
        assert scene.log_has("conversation", POSITION_LOST)
