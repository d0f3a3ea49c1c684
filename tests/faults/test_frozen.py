"""A process that stands still, and wakes up believing that nothing happened: a long pause of its machine, or of its memory."""

import signal
from pathlib import Path

import pytest

from tests.faults.scene import open_scene
from tests.harness.waiting import wait_until

TAKEOVERS = 15


@pytest.mark.parametrize("role", ["relay", "projector"])
async def test_a_replica_that_was_frozen_longer_than_its_lease_does_no_harm_when_it_wakes(tmp_path: Path, measured: dict[str, str], role: str) -> None:
    async with open_scene(tmp_path) as scene:
        scene.measured = measured
        former = await scene.lease(role)
        victim = await scene.holder_of(role)
        scene.begin_fault()
        scene.signal(victim, signal.SIGSTOP)

        async def taken_by_another() -> bool:
            return (await scene.lease(role))["holder"] not in {former["holder"], ""}

        await wait_until(taken_by_another, 60, what=f"another replica takes the role {role}")
        await scene.load.more_takeovers(TAKEOVERS, 120)
        scene.signal(victim, signal.SIGCONT)
        await scene.load.more_takeovers(TAKEOVERS, 120)
