"""What the gateway is told from outside."""

from pathlib import Path

from pydantic import Field, SecretStr
from servicekit.settings import KafkaSettings, ServiceSettings, config


class Settings(ServiceSettings, KafkaSettings):
    """The environment's BATON_REALTIME_ names."""

    model_config = config("BATON_REALTIME_")

    # Pages, REST and socket.
    http_port: int = 8080
    # Where browsers reach it: the one origin that commands and sockets may come from.
    public_url: str = "http://127.0.0.1:8080"
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    auth_target: str = "127.0.0.1:9101"
    conversation_target: str = "127.0.0.1:9102"
    analytics_target: str = "127.0.0.1:9104"
    # The built dashboard.
    dashboard_dir: Path = Path(__file__).parent / "dashboard" / "dist"
    service_private_key: SecretStr
    # Every service is given all public keys; the gateway itself is called by none.
    service_trusted_keys: str = "{}"
    # Proxies whose X-Forwarded-For is believed, separated by commas; none by default.
    trusted_proxies: str = ""
    # Newest records kept for browsers that come back, by number and by bytes of their frames.
    ring_records: int = Field(default=50_000, ge=1)
    ring_bytes: int = Field(default=64 * 1024 * 1024, ge=1)
    sockets_per_user: int = Field(default=20, ge=1)
