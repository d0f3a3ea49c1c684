"""Settings, from environment variables that begin with BATON_AUTH_."""

from pydantic import SecretStr
from servicekit.settings import ListenerSettings, MongoSettings, config


class StoreSettings(MongoSettings):
    """What `migrate` needs."""

    model_config = config("BATON_AUTH_") | {"extra": "ignore"}

    mongodb_database: str = "baton_auth"


class Settings(ListenerSettings, StoreSettings):
    """What the service is told at its start."""

    model_config = config("BATON_AUTH_")

    grpc_port: int = 0
    # JSON list of private Ed25519 JWKs; the first signs, all verify.
    signing_keys: SecretStr
    # {"service name": [public JWK, ...]}: who may call.
    service_trusted_keys: str
    # Where people reach the dashboard: what links begin with.
    public_url: str = "http://127.0.0.1:8080"
    # Threads that hash passwords; each takes 64 MiB while it does.
    hash_threads: int = 2
    # In the words of the library `limits`; successful logins do not count.
    logins_per_email: str = "10/5minutes"
    logins_per_address: str = "100/5minutes"
