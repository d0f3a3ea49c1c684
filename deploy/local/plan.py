"""What a stack is to look like: where its data lies, which ports it has, how many replicas. Read from the environment by people's commands, made by tests."""

import os
import socket
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.parts import ROOT
from deploy.local.ports import first_free, free_port

DEFAULT_PORT = 8080


@dataclass
class Plan:
    """A stack. Ports are chosen when first asked for and stay as long as the stack."""

    home: Path
    # Where browsers and AI platforms connect; everything else binds 127.0.0.1.
    host: str = "127.0.0.1"
    # 0: any free one.
    public_port: int = 0
    demo: bool = False
    replicas: dict[str, int] = field(default_factory=dict)
    # Set: used instead of one's own.
    mongodb_uri: str = ""
    kafka_bootstrap_servers: str = ""
    # More settings for one service, by its name: {"conversation": {"GRACE_SECONDS": "1"}}.
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    # How much MongoDB remembers of what it wrote; 0 is its own choice.
    oplog_megabytes: int = 0
    log_level: str = "INFO"
    _ports: dict[str, int] = field(default_factory=dict, repr=False)

    def port(self, name: str) -> int:
        """Return the port of a listener, for instance "auth.grpc" or "conversation-2.ops"."""
        if name == "realtime.http" and self.public_port:
            return self.public_port
        if name not in self._ports:
            self._ports[name] = free_port(self.host)
        return self._ports[name]

    def instances(self, service: str) -> list[str]:
        """Return the names of a service's processes: conversation, conversation-2, ..."""
        return [service, *(f"{service}-{number}" for number in range(2, self.replicas.get(service, 1) + 1))]

    def address(self, name: str) -> str:
        """Return host:port of an internal listener."""
        return f"127.0.0.1:{self.port(name)}"

    def target(self, service: str, listener: str = "grpc") -> str:
        """Return the gRPC target of a service, all its replicas."""
        addresses = [self.address(f"{instance}.{listener}") for instance in self.instances(service)]
        return addresses[0] if len(addresses) == 1 else "ipv4:" + ",".join(addresses)

    def url(self, instance: str = "realtime") -> str:
        """Return where browsers reach a gateway."""
        name = socket.gethostname() if self.host == "0.0.0.0" else self.host  # what the operator asked for
        return f"http://{name}:{self.port(f'{instance}.http')}"

    def end_user_url(self) -> str:
        """Return where browsers reach the end user's page of the example."""
        name = socket.gethostname() if self.host == "0.0.0.0" else self.host  # as above
        return f"http://{name}:{self.port('end-user.http')}"

    def platform_address(self, instance: str = "conversation") -> str:
        """Return where AI platforms connect."""
        name = socket.gethostname() if self.host == "0.0.0.0" else self.host  # what the operator asked for
        return f"{name}:{self.port(f'{instance}.public')}"


def home_from_environment() -> Path:
    """Return BATON_HOME, or .local in the checkout."""
    return Path(os.environ.get("BATON_HOME") or ROOT / ".local").absolute()


def plan_from_environment() -> Plan:
    """Return the stack that BATON_HOME, BATON_HOST, BATON_PORT, DEMO, MONGODB_URI and KAFKA_BOOTSTRAP_SERVERS ask for."""
    host = os.environ.get("BATON_HOST") or "127.0.0.1"
    port = os.environ.get("BATON_PORT")
    return Plan(
        home=home_from_environment(),
        host=host,
        public_port=int(port) if port else first_free(host, DEFAULT_PORT),
        demo=os.environ.get("DEMO", "1") not in {"0", "false", "no"},
        mongodb_uri=os.environ.get("MONGODB_URI", ""),
        kafka_bootstrap_servers=os.environ.get("KAFKA_BOOTSTRAP_SERVERS", ""),
        log_level=os.environ.get("BATON_LOG_LEVEL", "INFO"),
    )
