"""Settings of analytics, from BATON_ANALYTICS_*."""

from pydantic import SecretStr
from servicekit.settings import KafkaSettings, ListenerSettings, MongoSettings, ServiceSettings, config


class StoreSettings(MongoSettings):
    """What `migrate` needs."""

    model_config = config("BATON_ANALYTICS_") | {"extra": "ignore"}

    mongodb_database: str = "baton_analytics"


class RebuildSettings(ServiceSettings, StoreSettings):
    """What `rebuild` needs beside it: the log."""

    model_config = config("BATON_ANALYTICS_") | {"extra": "ignore"}

    # gRPC target (host:port, dns:///...).
    conversation_target: str
    # Ed25519, PEM (PKCS 8): who this service is.
    service_private_key: SecretStr


class Settings(ListenerSettings, RebuildSettings, KafkaSettings):
    """What the service needs."""

    model_config = config("BATON_ANALYTICS_")

    # The internal listener; 0 takes a free port.
    grpc_port: int = 0
    # gRPC target.
    auth_target: str
    # {"service name": [JWK, ...]}: whom it believes.
    service_trusted_keys: str
