"""kill -9 of each process under load, the holders of relay and projector too."""

from pathlib import Path

import pytest

from tests.faults.scene import open_scene
from tests.harness.browser import Browser

TAKEOVERS = 15


@pytest.mark.parametrize("victim", ["auth", "analytics"])
async def test_takeovers_go_on_while_what_they_do_not_need_is_dead(tmp_path: Path, measured: dict[str, str], victim: str) -> None:
    async with open_scene(tmp_path) as scene:
        scene.measured = measured
        await scene.kill(victim)
        await scene.load.more_takeovers(TAKEOVERS)
        await scene.restart(victim)
        await scene.load.more_takeovers(TAKEOVERS)
        async with Browser(scene.site.urls()[0], *scene.site.login("ADMIN")) as newcomer:
            assert newcomer.account


@pytest.mark.parametrize("role", ["relay", "projector"])
async def test_another_replica_takes_the_role_of_a_killed_one(tmp_path: Path, measured: dict[str, str], role: str) -> None:
    async with open_scene(tmp_path) as scene:
        scene.measured = measured
        former = await scene.lease(role)
        victim = await scene.holder_of(role)
        await scene.kill(victim)
        await scene.load.more_takeovers(TAKEOVERS)
        await scene.restart(victim)
        await scene.load.more_takeovers(TAKEOVERS)
        lease = await scene.lease(role)
        assert lease["term"] > former["term"]
        assert lease["holder"] != former["holder"]


async def test_browsers_of_a_killed_gateway_come_back_and_go_on_where_they_were(tmp_path: Path, measured: dict[str, str]) -> None:
    async with open_scene(tmp_path) as scene:
        scene.measured = measured
        await scene.kill("realtime")
        await scene.load.more_takeovers(TAKEOVERS)
        await scene.restart("realtime")
        await scene.load.more_takeovers(TAKEOVERS)
    assert scene.followers[0].counts["lost"] >= 1
    # The new process fills its ring from the topic, so nobody has to reload.
    assert [follower.counts["resync"] for follower in scene.followers] == [0, 0]


async def test_what_mongodb_acknowledged_survives_its_death(tmp_path: Path, measured: dict[str, str]) -> None:
    async with open_scene(tmp_path) as scene:
        scene.measured = measured
        await scene.kill("mongodb")
        await scene.restart("mongodb")
        await scene.load.more_takeovers(2 * TAKEOVERS)
