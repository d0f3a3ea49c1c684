"""The local stack's own secrets: each service's key pair and the key that signs access tokens, generated once, readable by their owner alone."""

import json
import os
from pathlib import Path
from typing import Any

from servicekit.new_keys import new_service_keys, new_signing_key

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
    private, trusted = new_service_keys(SERVICES)
    return {"private": private, "trusted": trusted, "signing": [new_signing_key("local-1")]}
