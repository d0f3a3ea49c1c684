"""A cluster, as the environment says, and what is done to it with kubectl and helm."""

import json
import os
import shlex
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy" / "helm" / "baton"
RELEASE = "baton"
WEB_PORT, PLATFORM_PORT = 30080, 30443
PATIENCE_SECONDS = 300
SERVICES = ("auth", "conversation", "realtime", "analytics")


@dataclass(frozen=True)
class Cluster:
    """Reached by KUBECONFIG. `host` is where its NodePorts are reached from here."""

    namespace: str
    host: str
    tag: str

    @classmethod
    def of_environment(cls) -> Self:
        """Return the cluster of KUBECONFIG; CLUSTER_NAMESPACE, CLUSTER_HOST and IMAGE_TAG may say more."""
        host = os.environ.get("CLUSTER_HOST") or run("kubectl", "get", "nodes", "-o", "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}")
        return cls(os.environ.get("CLUSTER_NAMESPACE", "baton-test"), host, os.environ.get("IMAGE_TAG", "dev"))

    @property
    def url(self) -> str:
        return f"http://{self.host}:{WEB_PORT}"

    @property
    def platform_target(self) -> str:
        return f"{self.host}:{PLATFORM_PORT}"

    def kubectl(self, *words: str, given: str = "") -> str:
        """Return what it prints; RuntimeError with its words when it fails."""
        return run("kubectl", "-n", self.namespace, *words, given=given)

    def helm(self, *words: str) -> str:
        """Return what it prints; RuntimeError with its words when it fails."""
        return run("helm", "-n", self.namespace, *words)

    def get(self, *what: str) -> list[dict[str, Any]]:
        """Return objects as the API server has them."""
        items: list[dict[str, Any]] = json.loads(self.kubectl("get", *what, "-o", "json"))["items"]
        return items

    def pods(self, component: str) -> list[str]:
        """Return the names of a service's pods that are not going away."""
        found = self.get("pods", "-l", f"app.kubernetes.io/instance={RELEASE},app.kubernetes.io/component={component}")
        return [pod["metadata"]["name"] for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def values(self) -> list[str]:
        """Return the values of a release on this cluster."""
        chosen = {
            "publicUrl": self.url,
            "image.tag": self.tag,
            "identity.generate": "true",
            "mongodb.existingSecret": "baton-mongodb",
            "kafka.bootstrapServers": "kafka:9092",
            "kafka.topics.replicationFactor": "1",
            "web.service.type": "NodePort",
            "web.service.nodePort": str(WEB_PORT),
            "platform.service.type": "NodePort",
            "platform.service.nodePort": str(PLATFORM_PORT),
        }
        # Two hundred sockets of a few people are the test's, no person's.
        return [*(f"--set={name}={value}" for name, value in chosen.items()), "--set-string=realtime.settings.SOCKETS_PER_USER=500"]

    def stands(self) -> bool:
        """Whether the namespace is there, with the servers in it."""
        return bool(run("kubectl", "-n", self.namespace, "get", "statefulset/kafka", "--ignore-not-found", "-o", "name"))

    def is_installed(self) -> bool:
        """Whether the release is there and its last change went well."""
        return RELEASE in self.helm("list", "--deployed", "--short").split()

    def upgrade(self, *more: str) -> float:
        """Install or upgrade the release and wait until all is ready; return the seconds."""
        began = time.monotonic()
        self.helm("upgrade", "--install", RELEASE, str(CHART), *self.values(), *more, "--wait", f"--timeout={PATIENCE_SECONDS}s")
        return time.monotonic() - began

    def settle(self) -> None:
        """Wait until no deployment changes any more."""
        for service in SERVICES:
            self.kubectl("rollout", "status", f"deployment/{RELEASE}-{service}", f"--timeout={PATIENCE_SECONDS}s")

    @contextmanager
    def forwarded(self, what: str, port: int) -> Iterator[int]:
        """Lend a local port that leads to a pod's."""
        command = ["kubectl", "-n", self.namespace, "port-forward", what, f":{port}"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarding:
            assert forwarding.stdout is not None
            try:
                yield int(forwarding.stdout.readline().split(" -> ")[0].rsplit(":", 1)[1])
            finally:
                forwarding.terminate()


def run(*command: str, given: str = "", environment: Mapping[str, str] | None = None) -> str:
    """Return a command's output; RuntimeError with its words when it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, input=given or None, cwd=ROOT, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        message = f"{shlex.join(command)[:300]}: {done.stdout[-2000:]} {done.stderr[-2000:]}"
        raise RuntimeError(message)
    return done.stdout
