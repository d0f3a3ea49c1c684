"""Where the brokers are and how one gets in: in the open, by password (SASL), over TLS, or both."""

import ssl
from dataclasses import dataclass, field
from typing import Any

from servicekit.settings import KafkaSettings


@dataclass(frozen=True, slots=True)
class Brokers:
    """What every Kafka client is made with."""

    bootstrap_servers: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""

    @classmethod
    def of(cls, settings: KafkaSettings) -> "Brokers":
        """Return what the settings say."""
        return cls(
            settings.kafka_bootstrap_servers,
            settings.kafka_security_protocol,
            settings.kafka_sasl_mechanism,
            settings.kafka_sasl_username,
            settings.kafka_sasl_password.get_secret_value(),
            settings.kafka_tls_ca_file,
        )

    def options(self) -> dict[str, Any]:
        """Return the arguments of a client; OSError if the authority's file cannot be read."""
        options: dict[str, Any] = {"bootstrap_servers": self.bootstrap_servers, "security_protocol": self.security_protocol}
        if self.security_protocol.startswith("SASL"):
            options |= {"sasl_mechanism": self.sasl_mechanism, "sasl_plain_username": self.username, "sasl_plain_password": self.password}
        if self.security_protocol.endswith("SSL"):
            options["ssl_context"] = ssl.create_default_context(cafile=self.ca_file or None)
        return options


# An address alone is a broker in the open.
Servers = Brokers | str


def options_of(servers: Servers) -> dict[str, Any]:
    """Return the arguments of a client."""
    return (Brokers(servers) if isinstance(servers, str) else servers).options()
