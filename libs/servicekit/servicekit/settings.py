"""Settings read once from the environment, frozen. Names of the environment that no setting has are passed over."""

from typing import Any, Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def config(prefix: str) -> SettingsConfigDict:
    """Return the model configuration for a service's settings, for instance BATON_AUTH_."""
    return SettingsConfigDict(env_prefix=prefix, frozen=True, extra="forbid", env_ignore_empty=True)


class ServiceSettings(BaseSettings):
    """What every service's settings have; subclasses set model_config = config("BATON_NAME_")."""

    log_level: str = "INFO"
    host: str = "127.0.0.1"
    # The ops port: /healthz, /readyz, /metrics.
    ops_port: int = 0
    # Seconds that a graceful stop may take.
    grace_seconds: float = 10.0
    # Where traces go: OTLP over gRPC, as http://collector:4317. Empty: nothing is traced.
    otlp_endpoint: str = ""
    # TLS between services: the authority whose certificates are believed; without it peers are called in the open.
    tls_ca_file: str = ""


class ListenerSettings(ServiceSettings):
    """Of a service that others call."""

    # This service's certificate and key, read again when they change; without them the internal listener is open.
    tls_cert_file: str = ""
    tls_key_file: str = ""
    # Another service's connection is renewed after this long, so that it finds new replicas; calls under way end first.
    peer_connection_age_seconds: int = 300


class MongoSettings(BaseSettings):
    """Where the service's documents are."""

    # May carry a password.
    mongodb_uri: SecretStr
    # The authority that signed MongoDB's certificate; named: TLS is on.
    mongodb_tls_ca_file: str = ""

    def mongodb_options(self) -> dict[str, Any]:
        """Return what a MongoDB client takes beside the URI."""
        return {"tls": True, "tlsCAFile": self.mongodb_tls_ca_file} if self.mongodb_tls_ca_file else {}


class KafkaSettings(BaseSettings):
    """Where the topics are, and how one gets in."""

    # host:port, several separated by commas.
    kafka_bootstrap_servers: str
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str = ""
    kafka_sasl_password: SecretStr = SecretStr("")
    # The authority that signed the brokers' certificates; the system's when empty.
    kafka_tls_ca_file: str = ""
