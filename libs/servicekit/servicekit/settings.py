"""Settings read once from the environment, frozen. Names of the environment that no setting has are passed over."""

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
