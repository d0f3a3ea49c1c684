"""One release for all tests here: servers first, then the chart, then people."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.cluster import PATIENCE_SECONDS, ROOT, Cluster
from tests.cluster.people import People, people_of

REPORT = ROOT / ".local" / "test-cluster.md"
# Leaves the release standing, and goes on with one that stands: the tests part by part.
KEEP = bool(os.environ.get("CLUSTER_KEEP"))
Note = Callable[[str, str], None]


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The cluster of KUBECONFIG, with a namespace of its own in which only restricted pods are admitted, and MongoDB and Kafka in it."""
    if "KUBECONFIG" not in os.environ:
        pytest.fail("make test-cluster wants KUBECONFIG: the cluster to prove the chart on")
    cluster = Cluster.of_environment()
    if not (KEEP and cluster.stands()):
        _prepare(cluster)
    yield cluster
    if not KEEP:
        cluster.kubectl("delete", "namespace", cluster.namespace, "--wait=true")


def _prepare(cluster: Cluster) -> None:
    cluster.kubectl("delete", "namespace", cluster.namespace, "--ignore-not-found", "--wait=true")
    cluster.kubectl("create", "namespace", cluster.namespace)
    cluster.kubectl("label", "namespace", cluster.namespace, "pod-security.kubernetes.io/enforce=restricted")
    cluster.kubectl("apply", "-f", str(ROOT / "deploy" / "dev" / "servers.yaml"))
    for server in ("mongodb", "kafka"):
        cluster.kubectl("rollout", "status", f"statefulset/{server}", f"--timeout={PATIENCE_SECONDS}s")


@pytest.fixture(scope="session")
def note() -> Note:
    """Writes a measurement down, in .local/test-cluster.md."""
    began = time.strftime("%Y-%m-%d %H:%M")
    REPORT.parent.mkdir(exist_ok=True)
    with REPORT.open("a" if KEEP else "w") as report:
        report.write(f"# {began}\n\n| what | measured |\n|---|---|\n")

    def write(what: str, measured: str) -> None:
        with Path(REPORT).open("a") as report:
            report.write(f"| {what} | {measured} |\n")

    return write


@pytest.fixture(scope="session")
def installed(cluster: Cluster, note: Note) -> Cluster:
    """The release, all of it ready."""
    if not cluster.is_installed():
        note("helm install until all is Ready", f"{cluster.upgrade():.0f} s")
    return cluster


@pytest.fixture(scope="session")
async def people(installed: Cluster) -> People:
    """The demo's people in the release."""
    return await people_of(installed)
