"""A whole running stack as tests see it: where things are, who can log in, and what can be broken."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servicekit.clock import SystemClock
from servicekit.identity import ServiceIdentity

from deploy.local import table
from deploy.local.demo import Demo, seed
from deploy.local.keys import service_keys
from deploy.local.plan import Plan
from deploy.local.stack import Stack

# Who has not ended by then hangs, on the slowest machine.
END_SECONDS = 60.0


@dataclass(frozen=True)
class Site:
    """A stack from the process table, with the demo's accounts. `stack` kills, stops and restarts processes by name."""

    stack: Stack
    demo: Demo

    @property
    def plan(self) -> Plan:
        return self.stack.plan

    @property
    def mongodb_uri(self) -> str:
        return table.mongodb_uri(self.plan)

    @property
    def kafka_servers(self) -> str:
        return table.kafka_servers(self.plan)

    def urls(self) -> list[str]:
        """Return the public URL of each gateway."""
        return [self.plan.url(instance) for instance in self.plan.instances("realtime")]

    def public_targets(self) -> list[str]:
        """Return where AI platforms connect, each replica."""
        return [self.plan.platform_address(instance) for instance in self.plan.instances("conversation")]

    def internal_targets(self) -> list[str]:
        """Return the internal listener of each conversation replica."""
        return [self.plan.address(f"{instance}.grpc") for instance in self.plan.instances("conversation")]

    def identity(self, service: str = "realtime") -> ServiceIdentity:
        """Return a service's identity; the gateway's is the one that calls on behalf of agents."""
        return ServiceIdentity(service, service_keys(self.plan.home)["private"][service], SystemClock())

    def login(self, who: str) -> tuple[str, str]:
        """Return e-mail and password of ADMIN, SUPERVISOR, AGENT1, AGENT2 or AGENT3."""
        return next((email, password) for name, email, password in self.demo.logins() if name == who)


@contextmanager
def open_site(
    home: Path, replicas: dict[str, int] | None = None, settings: dict[str, dict[str, str]] | None = None, oplog_megabytes: int = 0
) -> Iterator[Site]:
    """Start a stack of its own in a folder, with the demo's accounts, and end it whatever happens; AssertionError when a part does not end when asked."""
    plan = Plan(home=home, replicas=replicas or {}, settings=settings or {}, oplog_megabytes=oplog_megabytes)
    with Stack(plan) as stack:
        yield Site(stack, seed(plan, stack.rows["auth"]))
        hung = stack.stop_all(END_SECONDS)
        assert not hung, "\n".join(running.obituary(lines=100) for running in hung)
