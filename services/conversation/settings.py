"""Settings of conversation, from BATON_CONVERSATION_*."""

from pydantic import SecretStr
from servicekit.settings import KafkaSettings, ListenerSettings, MongoSettings, config


class StoreSettings(MongoSettings):
    """What the database's part of `migrate` needs."""

    model_config = config("BATON_CONVERSATION_") | {"extra": "ignore"}

    mongodb_database: str = "baton_conversation"


class TopicSettings(KafkaSettings):
    """What the topics' part of `migrate` needs."""

    model_config = config("BATON_CONVERSATION_") | {"extra": "ignore"}

    # Which topics there are; without a file `migrate` creates none.
    topics_file: str = ""
    # Of topics that are created.
    topics_replication_factor: int = 3


class Settings(ListenerSettings, StoreSettings, KafkaSettings):
    """What the service needs."""

    model_config = config("BATON_CONVERSATION_")

    # The internal listener and the one for AI platforms; 0 takes a free port.
    grpc_port: int = 0
    public_grpc_port: int = 0
    # TLS of the listener for AI platforms; without it put TLS in front of it.
    public_tls_cert_file: str = ""
    public_tls_key_file: str = ""
    # A gRPC target (host:port, dns:///...).
    auth_target: str
    # Ed25519, PEM (PKCS 8): who this service is.
    service_private_key: SecretStr
    # {"service name": [JWK, ...]}: whom it believes.
    service_trusted_keys: str
    # A platform's connection is renewed after this long, so that load spreads again after a rollout; a Watch ends itself a little before.
    max_connection_age_seconds: int = 1_800
