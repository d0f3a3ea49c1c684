"""Access tokens signed with Ed25519: the first key signs, all verify, so that a key can be replaced without a gap."""

import json
import uuid
from datetime import datetime
from hashlib import sha256
from typing import Any

import jwt
from jwt.utils import base64url_encode
from servicekit.access_tokens import AUDIENCE, ISSUER

from services.auth.domain.accounts import Account
from services.auth.domain.sessions import ACCESS_TOKEN_LIFETIME

# What of a private key is public (RFC 8037).
PUBLIC_MEMBERS = ("crv", "kty", "x")


class Ed25519Signer:
    """Signs for as long as the process lives with the keys it was given."""

    def __init__(self, signing_keys_json: str) -> None:
        """`signing_keys_json` is a JSON list of private Ed25519 JWKs; ValueError, without the text, if it is not."""
        self._public = []
        try:
            keys: list[dict[str, Any]] = json.loads(signing_keys_json)
            self._key = jwt.PyJWK({key: value for key, value in keys[0].items() if key in {*PUBLIC_MEMBERS, "d"}}, "EdDSA")
            self._public = [_public(key) for key in keys]
            jwt.encode({}, self._key, algorithm="EdDSA")
        except Exception:  # noqa: BLE001  # whatever is wrong with it, its text must not reach the log
            msg = "the signing keys are not a JSON list of private Ed25519 JSON Web Keys"
            raise ValueError(msg) from None

    def sign(self, account: Account, session_id: str, now: datetime) -> str:
        """Return a token; `auth_at` is what account revocations are compared with."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": account.id,
            "sid": session_id,
            "ws": account.workspace_id,
            "role": int(account.role),
            "name": account.name,
            "dn": account.display_name,
            "iat": int(now.timestamp()),
            "exp": int((now + ACCESS_TOKEN_LIFETIME).timestamp()),
            "auth_at": account.tokens_from.timestamp(),
            "jti": str(uuid.uuid4()),
        }
        return jwt.encode(claims, self._key, algorithm="EdDSA", headers={"kid": self._public[0]["kid"]})

    def jwks(self) -> str:
        """Return all public keys."""
        return json.dumps({"keys": self._public})


def _public(key: dict[str, Any]) -> dict[str, str]:
    """Return a key's public half, under its own id or its thumbprint (RFC 7638)."""
    public = {member: str(key[member]) for member in PUBLIC_MEMBERS}
    jwt.PyJWK(public, "EdDSA")
    thumbprint = base64url_encode(sha256(json.dumps(public, separators=(",", ":"), sort_keys=True).encode()).digest()).decode()
    return {**public, "kid": str(key.get("kid") or thumbprint), "use": "sig", "alg": "EdDSA"}
