"""The process table: what a stack consists of. `make run`, the integration tests, the faults and the benchmarks all start from it."""

import json
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from deploy.local import kafka_broker, mongodb
from deploy.local.compose import or_compose
from deploy.local.keys import service_keys
from deploy.local.parts import ROOT
from deploy.local.plan import Plan
from deploy.local.running import listens
from deploy.local.topics import create_topics_now

DASHBOARD = ROOT / "services" / "realtime" / "dashboard" / "dist"


@dataclass(frozen=True)
class Process:
    """One row of the table. `is_ready` asks the process itself, quickly, and may be asked again and again."""

    name: str
    # Called at each start, since it may have to fetch or prepare something.
    command: Callable[[], Sequence[str]]
    is_ready: Callable[[], bool]
    depends_on: tuple[str, ...] = ()
    ports: Mapping[str, int] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    # A signal asks it to end; after this many seconds it gets the last one.
    grace_seconds: float = 12.0
    last_signal: signal.Signals = signal.SIGKILL


def processes(plan: Plan) -> list[Process]:
    """Return the rows of a stack without its traffic, in an order in which each stands after what it depends on."""
    rows = []
    if not plan.mongodb_uri:
        rows.append(_mongodb(plan))
    if not plan.kafka_bootstrap_servers:
        rows.append(_kafka(plan))
    for service in ("auth", "conversation", "analytics", "realtime"):
        rows += [_service(plan, service, instance) for instance in plan.instances(service)]
    return rows


def example(plan: Plan, api_key: str) -> Process:
    """Return the row of the example AI platform, which plays real dialogues."""
    return Process(
        name="example",
        command=lambda: [sys.executable, "-m", "examples.ai_platform", "--consumer", "example"],
        is_ready=lambda: True,
        depends_on=("conversation",),
        env={"BATON_GRPC": plan.platform_address(), "BATON_API_KEY": api_key},
    )


def end_user(plan: Plan, api_key: str) -> Process:
    """Return the row of the end user's page, whose key is its own: a platform has one program that answers its users."""
    port = plan.port("end-user.http")
    return Process(
        name="end-user",
        command=lambda: [sys.executable, "-m", "examples.end_user", "--host", plan.host, "--port", str(port)],
        is_ready=lambda: _answers(f"http://127.0.0.1:{port}/healthz"),
        depends_on=("conversation",),
        ports={"http": port},
        env={"BATON_GRPC": plan.platform_address(), "BATON_API_KEY": api_key},
        grace_seconds=5,
    )


def mongodb_uri(plan: Plan) -> str:
    """Return how the services reach MongoDB."""
    return plan.mongodb_uri or mongodb.uri(plan.port("mongodb"))


def kafka_servers(plan: Plan) -> str:
    """Return how the services reach Kafka."""
    return plan.kafka_bootstrap_servers or plan.address("kafka")


def metrics_url(plan: Plan, instance: str) -> str:
    """Return where Prometheus would scrape a process."""
    return f"http://{plan.address(f'{instance}.ops')}/metrics"


def _mongodb(plan: Plan) -> Process:
    port = plan.port("mongodb")

    def own() -> Sequence[str]:
        return mongodb.command(mongodb.find_mongod(), port, plan.home / "mongodb", oplog_megabytes=plan.oplog_megabytes)

    return Process(
        name="mongodb",
        command=lambda: or_compose("mongodb", port, plan.home, own),
        is_ready=lambda: mongodb.is_ready(port),
        ports={"mongodb": port},
        grace_seconds=30,
    )


def _kafka(plan: Plan) -> Process:
    port, controller_port = plan.port("kafka"), plan.port("kafka.controller")

    def own() -> Sequence[str]:
        return kafka_broker.command(kafka_broker.find_java(), kafka_broker.find_libraries(), port, controller_port, plan.home / "kafka")

    return Process(
        name="kafka",
        command=lambda: or_compose("kafka", port, plan.home, own),
        is_ready=lambda: listens("127.0.0.1", port) and create_topics_now(plan.address("kafka")),
        ports={"kafka": port, "controller": controller_port},
        grace_seconds=30,
    )


def _service(plan: Plan, service: str, instance: str) -> Process:
    listeners = {"auth": ["grpc"], "conversation": ["grpc", "public"], "analytics": ["grpc"], "realtime": ["http"]}[service]
    ports = {listener: plan.port(f"{instance}.{listener}") for listener in (*listeners, "ops")}
    prefix = f"BATON_{service.upper()}_"
    settings = {**_settings(plan, service, instance), **plan.settings.get(service, {})}
    return Process(
        name=instance,
        command=lambda: [sys.executable, "-m", f"services.{service}"],
        is_ready=lambda: _answers(f"http://127.0.0.1:{ports['ops']}/readyz"),
        depends_on={
            "auth": ("mongodb",),
            "conversation": ("mongodb", "kafka"),
            "analytics": ("mongodb", "kafka"),
            "realtime": ("kafka",),
        }[service],
        ports=ports,
        # A service that does not end says where its threads are.
        env={prefix + name: value for name, value in settings.items()} | {"PYTHONFAULTHANDLER": "1"},
        last_signal=signal.SIGABRT,
    )


def _settings(plan: Plan, service: str, instance: str) -> dict[str, str]:
    """Return a service's settings by their names without the service's prefix."""
    keys = service_keys(plan.home)
    common = {
        "LOG_LEVEL": plan.log_level,
        "HOST": plan.host if service in {"conversation", "realtime"} else "127.0.0.1",
        "OPS_PORT": str(plan.port(f"{instance}.ops")),
        "SERVICE_PRIVATE_KEY": keys["private"][service],
        "SERVICE_TRUSTED_KEYS": json.dumps(keys["trusted"]),
    }
    store = {"MONGODB_URI": mongodb_uri(plan), "MONGODB_DATABASE": f"baton_{service}"}
    topics = {"KAFKA_BOOTSTRAP_SERVERS": kafka_servers(plan)}
    auth = {"AUTH_TARGET": plan.target("auth")}
    if service == "realtime":
        gateway = {"HTTP_PORT": str(plan.port(f"{instance}.http")), "PUBLIC_URL": plan.url(instance), "DASHBOARD_DIR": str(DASHBOARD)}
        return common | topics | auth | gateway | {"CONVERSATION_TARGET": plan.target("conversation"), "ANALYTICS_TARGET": plan.target("analytics")}
    common["GRPC_PORT"] = str(plan.port(f"{instance}.grpc"))
    if service == "auth":
        return common | store | {"SIGNING_KEYS": json.dumps(keys["signing"]), "PUBLIC_URL": plan.url()}
    if service == "conversation":
        return common | store | topics | auth | {"PUBLIC_GRPC_PORT": str(plan.port(f"{instance}.public"))}
    return common | store | topics | auth | {"CONVERSATION_TARGET": plan.target("conversation")}


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310  # our own process's http port
            return bool(answer.status == 200)  # noqa: PLR2004  # OK
    except (OSError, urllib.error.URLError):
        return False
