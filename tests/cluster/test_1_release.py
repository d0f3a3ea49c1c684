"""The life of a release, in order: installed, used from outside, upgraded and scaled under load, rolled back."""

import asyncio
import os
import random
import statistics
import sys
import time

import pytest

from tests.cluster.cluster import RELEASE, SERVICES, Cluster, run
from tests.cluster.conftest import Note
from tests.cluster.people import People
from tests.cluster.traffic import traffic
from tests.cluster.usage import Usage

SOCKETS = int(os.environ.get("CLUSTER_SOCKETS", "200"))
KILL_SECONDS = float(os.environ.get("CLUSTER_KILL_SECONDS", "600"))
IDLE_SECONDS = 60.0
# How many of realtime and conversation the chart starts.
REPLICAS = 2
ALL_AT_ONCE = 0.25
RECOVERY_SECONDS = 180.0
# Values that change every pod.
CHANGED = [f"--set={service}.settings.LOG_LEVEL=WARNING" for service in SERVICES]


def test_all_pods_are_ready_and_keep_to_the_restricted_standard(installed: Cluster) -> None:
    installed.settle()
    for service in SERVICES:
        assert installed.pods(service)


def test_an_ai_platform_plays_real_dialogues_from_outside(installed: Cluster, people: People) -> None:
    words = ["--conversations", "3", "--rate", "60", "--thinking", "0.2", "--patience", "5", "--seed", "7", "--consumer", "cluster-test"]
    run(sys.executable, "-m", "examples.ai_platform", *words, environment=people.environment(installed))


def test_a_person_works_in_the_dashboard(installed: Cluster, people: People) -> None:
    journey = "test_a_conversation_appears_is_taken_over_answered_and_handed_back"
    run(sys.executable, "-m", "pytest", "-q", f"tests/browser/test_journeys.py::{journey}", environment=people.environment(installed))


def test_helm_test_sends_one_message_through(installed: Cluster) -> None:
    assert "Succeeded" in installed.helm("test", RELEASE, "--timeout=120s")


async def test_what_pods_use_when_nothing_happens(installed: Cluster, note: Note) -> None:
    async with Usage(installed) as usage:
        await asyncio.sleep(IDLE_SECONDS)  # what is measured is this time
    note("idle", usage.said())


async def test_an_upgrade_under_load_is_noticed_by_nobody(installed: Cluster, people: People, note: Note) -> None:
    async with traffic(installed, people, SOCKETS) as going:
        seconds = await asyncio.to_thread(lambda: installed.upgrade(*CHANGED))
    note("helm upgrade under load", f"{seconds:.0f} s; {going.said()}")
    assert going.counts["resync"] == 0


async def test_a_rollback_under_load_is_noticed_by_nobody(installed: Cluster, people: People, note: Note) -> None:
    async with traffic(installed, people, SOCKETS) as going:
        await asyncio.to_thread(lambda: installed.helm("rollback", RELEASE, "--wait", "--timeout=300s"))
    note("helm rollback under load", going.said())
    assert going.counts["resync"] == 0


@pytest.mark.parametrize("service", ["realtime", "conversation"])
async def test_scaling_under_load_is_noticed_by_nobody(installed: Cluster, people: People, note: Note, service: str) -> None:
    async with traffic(installed, people, SOCKETS) as going:
        for replicas in (1, 3, 1):
            await asyncio.to_thread(_scale, installed, service, replicas)
    note(f"{service} scaled 1, 3, 1 under load", going.said())
    assert going.counts["resync"] == 0
    _scale(installed, service, REPLICAS)


def _scale(cluster: Cluster, service: str, replicas: int) -> None:
    cluster.kubectl("scale", f"deployment/{RELEASE}-{service}", f"--replicas={replicas}")
    cluster.kubectl("rollout", "status", f"deployment/{RELEASE}-{service}", "--timeout=300s")
    # Those that go drain first; the traffic is to see that too.
    going = {pod["metadata"]["name"] for pod in cluster.get("pods", "-l", f"app.kubernetes.io/component={service}")} - set(cluster.pods(service))
    if going:
        cluster.kubectl("wait", "--for=delete", *(f"pod/{name}" for name in going), "--timeout=120s")


async def test_pods_killed_at_random_lose_and_double_nothing(installed: Cluster, people: People, note: Note) -> None:
    chance = random.Random(1)  # the same services in each run
    killed, until_answers, until_ready = 0, [], []
    async with traffic(installed, people, SOCKETS) as going:
        end = time.monotonic() + KILL_SECONDS
        while time.monotonic() < end:
            service = chance.choice(SERVICES)
            pods = installed.pods(service)
            # Every fourth time all of a service's at once.
            chosen = pods if chance.random() < ALL_AT_ONCE else [chance.choice(pods)]
            await asyncio.to_thread(installed.kubectl, "delete", "pod", *chosen, "--grace-period=0", "--force")
            killed, began = killed + len(chosen), time.monotonic()
            await going.load.all_go_on(RECOVERY_SECONDS)
            until_answers.append(time.monotonic() - began)
            await asyncio.to_thread(installed.settle)
            until_ready.append(time.monotonic() - began)
    recovery = f"answers in every conversation after {_spread(until_answers)}, all Ready after {_spread(until_ready)}"
    note(f"{killed} pods killed at random", f"{recovery}; {going.said()}")


def _spread(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):.1f} s (at most {max(seconds):.1f})"
