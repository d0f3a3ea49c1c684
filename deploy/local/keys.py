"""The local stack's own secrets: each service's key pair and the key that signs access tokens, generated once, readable by their owner alone."""

import base64
import json
import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SERVICES = ("auth", "conversation", "realtime", "analytics")


def service_keys(home: Path) -> dict[str, Any]:
    """Return {"private": {service: PEM}, "trusted": {service: [JWK]}, "signing": [private JWK]}, made at the first call."""
    file = home / "keys.json"
    if not file.exists():
        write_private(file, _generate())
    return read_private(file)


def write_private(file: Path, content: object) -> None:
    """Write JSON that only its owner can read; whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as text:
        json.dump(content, text, indent=2)
    partial.rename(file)


def read_private(file: Path) -> dict[str, Any]:
    """Return what write_private wrote."""
    content: dict[str, Any] = json.loads(file.read_text())
    return content


def _generate() -> dict[str, Any]:
    private: dict[str, str] = {}
    trusted: dict[str, list[dict[str, str]]] = {}
    for service in SERVICES:
        key = Ed25519PrivateKey.generate()
        private[service] = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        trusted[service] = [_jwk(key, service)]
    signing = Ed25519PrivateKey.generate()
    secret = _base64url(signing.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
    return {"private": private, "trusted": trusted, "signing": [{**_jwk(signing, "local-1"), "d": secret}]}


def _jwk(key: Ed25519PrivateKey, name: str) -> dict[str, str]:
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": name, "x": _base64url(public)}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
