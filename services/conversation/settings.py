"""Settings of conversation, from BATON_CONVERSATION_*."""

from pydantic import SecretStr
from servicekit.settings import ServiceSettings, config


class StoreSettings(ServiceSettings):
    """What `migrate` needs."""

    model_config = config("BATON_CONVERSATION_") | {"extra": "ignore"}

    # May carry a password.
    mongodb_uri: SecretStr
    mongodb_database: str = "baton_conversation"


class Settings(StoreSettings):
    """What the service needs."""

    model_config = config("BATON_CONVERSATION_")

    # The internal listener and the one for AI platforms; 0 takes a free port.
    grpc_port: int = 0
    public_grpc_port: int = 0
    kafka_bootstrap_servers: str
    # A gRPC target (host:port, dns:///...).
    auth_target: str
    # Ed25519, PEM (PKCS 8): who this service is.
    service_private_key: SecretStr
    # {"service name": [JWK, ...]}: whom it believes.
    service_trusted_keys: str
    # A platform's connection is renewed after this long, so that load spreads again after a rollout; a Watch ends itself a little before.
    max_connection_age_seconds: int = 1_800
