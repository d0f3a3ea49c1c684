"""Settings of analytics, from BATON_ANALYTICS_*."""

from pydantic import SecretStr
from servicekit.settings import KafkaSettings, ListenerSettings, MongoSettings, config


class StoreSettings(MongoSettings):
    """What `migrate` needs."""

    model_config = config("BATON_ANALYTICS_") | {"extra": "ignore"}

    mongodb_database: str = "baton_analytics"


class Settings(ListenerSettings, StoreSettings, KafkaSettings):
    """What the service needs."""

    model_config = config("BATON_ANALYTICS_")

    # The internal listener; 0 takes a free port.
    grpc_port: int = 0
    # gRPC targets (host:port, dns:///...).
    auth_target: str
    conversation_target: str
    # Ed25519, PEM (PKCS 8): who this service is.
    service_private_key: SecretStr
    # {"service name": [JWK, ...]}: whom it believes.
    service_trusted_keys: str
