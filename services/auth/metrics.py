"""All metrics of the service beyond those that the kit gives."""

from prometheus_client import Counter, Gauge, Histogram

LOGINS = Counter("baton_auth_logins_total", "Tries to log in, by how they ended: ok, failed, limited.", ["result"])
REFRESHES = Counter(
    "baton_auth_refreshes_total",
    "Uses of refresh tokens: rotated; repeated within the grace; ended, because the session was over or the token reused.",
    ["result"],
)
TICKETS = Counter("baton_auth_tickets_redeemed_total", "Uses of socket tickets, by how they ended: ok, invalid.", ["result"])
KEYS_VERIFIED = Counter("baton_auth_api_keys_verified_total", "Verifications of API keys, by how they ended: ok, invalid.", ["result"])
HASH_SECONDS = Histogram(
    "baton_auth_password_hash_seconds", "Time to hash or verify a password, waiting included.", buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
)
HASHES_WAITING = Gauge("baton_auth_password_hashes_waiting", "Passwords being hashed or waiting for it.")
