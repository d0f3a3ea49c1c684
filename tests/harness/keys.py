"""Ed25519 keys in the forms that settings, key sets and tokens want, and access tokens signed with them."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import OKPAlgorithm
from servicekit.caller import Role


@dataclass
class Key:
    """A key with a name (its kid)."""

    name: str
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def pem(self) -> str:
        plain = serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain).decode()

    @property
    def jwk(self) -> dict[str, Any]:
        public: dict[str, Any] = json.loads(OKPAlgorithm.to_jwk(self.private.public_key()))
        return public | {"kid": self.name, "alg": "EdDSA"}

    def access_token(self, workspace_id: str, account_id: str, role: Role, /, **claims: object) -> str:
        """Return what auth would sign; `claims` replace its own, None takes one away."""
        now = datetime.now(UTC)
        all_claims: dict[str, object] = {"iss": "baton-auth", "aud": "baton", "sub": account_id, "sid": f"session of {account_id}", "ws": workspace_id}
        all_claims |= {"role": int(role), "name": account_id.title(), "dn": account_id.title(), "jti": "1"}
        all_claims |= {"iat": now, "exp": now + timedelta(minutes=10), "auth_at": now.timestamp()}
        kept = {name: value for name, value in (all_claims | claims).items() if value is not None}
        return jwt.encode(kept, self.private, algorithm="EdDSA", headers={"kid": self.name})
