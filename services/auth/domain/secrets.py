"""Secrets of 256 random bits, and the digests that are stored instead of them.

A plain SHA-256 is enough here: unlike a password, 256 random bits cannot be guessed.
"""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode

SECRET_BYTES = 32


def new_secret() -> str:
    """Return a new secret of 43 URL-safe characters."""
    return secrets.token_urlsafe(SECRET_BYTES)


def new_nonce() -> bytes:
    """Return what makes a derived secret unpredictable to who knows only its parent."""
    return secrets.token_bytes(SECRET_BYTES)


def digest(secret: str) -> bytes:
    """Return what is stored of a secret. Any text is fine, lone surrogates too: it then matches nothing."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def derive(parent: str, nonce: bytes) -> str:
    """Return the secret that follows `parent`: needs both, so neither the database alone nor the parent alone gives it away."""
    mac = hmac.new(nonce, parent.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return urlsafe_b64encode(mac).rstrip(b"=").decode()
