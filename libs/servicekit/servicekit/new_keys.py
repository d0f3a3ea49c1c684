"""Makes keys: what services prove themselves with to each other, and what signs access tokens. Nobody ships with one."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

Jwk = dict[str, str]


def new_service_keys(services: Sequence[str]) -> tuple[dict[str, str], dict[str, list[Jwk]]]:
    """Return each service's private key (PEM, PKCS 8), and the public keys by service as all are to trust them."""
    keys = {service: Ed25519PrivateKey.generate() for service in services}
    private = {service: key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode() for service, key in keys.items()}
    return private, {service: [_public_jwk(key, service)] for service, key in keys.items()}


def new_signing_key(key_id: str) -> Jwk:
    """Return a private JWK that signs access tokens."""
    key = Ed25519PrivateKey.generate()
    secret = _base64url(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))
    return {**_public_jwk(key, key_id), "d": secret}


def identity_files(services: Sequence[str], key_id: str) -> dict[str, str]:
    """Return everything by the names that the files have in a Secret: <service>.pem, trusted.json, signing.json."""
    private, trusted = new_service_keys(services)
    content: dict[str, Any] = {"trusted.json": trusted, "signing.json": [new_signing_key(key_id)]}
    return {f"{service}.pem": pem for service, pem in private.items()} | {name: json.dumps(value) for name, value in content.items()}


def _public_jwk(key: Ed25519PrivateKey, key_id: str) -> Jwk:
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": key_id, "x": _base64url(public)}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
