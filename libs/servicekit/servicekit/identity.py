"""The identity that a service has of its own: short tokens it signs itself with its own key (docs/adr/0006)."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt

from servicekit.clock import Clock
from servicekit.errors import UnauthenticatedError

METADATA_KEY = "x-baton-service-token"
LIFETIME = timedelta(seconds=120)
# Signed anew when this much is left, so that a token never runs out on its way.
RENEW_BEFORE = timedelta(seconds=60)


@dataclass(slots=True)
class _Signed:
    token: str
    renew_at: float


class ServiceIdentity:
    """Signs tokens that say "I am this service", for one audience each. Needs no other service to be up."""

    def __init__(self, service: str, private_key_pem: str, clock: Clock) -> None:
        """`private_key_pem` is an Ed25519 key in PKCS 8."""
        self.service = service
        self._key = private_key_pem
        self._clock = clock
        self._signed: dict[str, _Signed] = {}

    def token_for(self, audience: str) -> str:
        """Return a token for the named service, from memory while it is fresh."""
        now = self._clock.now()
        signed = self._signed.get(audience)
        if signed is None or now.timestamp() >= signed.renew_at:
            claims = {"iss": self.service, "sub": self.service, "aud": audience, "iat": now, "exp": now + LIFETIME}
            token = jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self.service})
            signed = _Signed(token, (now + LIFETIME - RENEW_BEFORE).timestamp())
            self._signed[audience] = signed
        return signed.token


class ServiceTrust:
    """Verifies other services' tokens against a fixed set of public keys: {"service name": [JWK, ...]}."""

    def __init__(self, audience: str, trusted_keys_json: str) -> None:
        """Two keys under one name allow a rotation without a gap."""
        keys: dict[str, list[dict[str, Any]]] = json.loads(trusted_keys_json)
        self._audience = audience
        self._keys = {name: [jwt.PyJWK(key, "EdDSA") for key in of_service] for name, of_service in keys.items()}

    def verify(self, token: str) -> str:
        """Return the name of the service that signed; UnauthenticatedError if none of those trusted did."""
        try:
            name = str(jwt.get_unverified_header(token).get("kid", ""))
        except (jwt.InvalidTokenError, ValueError, RecursionError):
            # A header may be JSON of any shape and depth before anything of it is trusted.
            name = ""
        for key in self._keys.get(name, ()):
            try:
                claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=self._audience, issuer=name, leeway=5, options={"require": ["exp"]})
            except jwt.InvalidTokenError:
                continue
            if claims.get("sub") == name:
                return name
        raise UnauthenticatedError("SERVICE_IDENTITY_INVALID", "The service's identity is missing or not trusted.")
