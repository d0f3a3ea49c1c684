"""Writes what each image holds as CycloneDX (JSON, 1.5) to .local/sbom: the locked Python packages, and the dashboard's with realtime."""

import base64
import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".local" / "sbom"
SERVICES = ("auth", "conversation", "realtime", "analytics")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^ ;]+)")


def python_packages(service: str) -> list[dict[str, Any]]:
    """Return the components that a service's lock names."""
    lines = (ROOT / "requirements" / f"{service}.txt").read_text().splitlines()
    found = [match.groups() for line in lines if (match := PINNED.match(line))]
    return [{"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"} for name, version in found]


def dashboard_packages() -> list[dict[str, Any]]:
    """Return the components that the dashboard is built from, without its test tools."""
    lock = json.loads((ROOT / "services" / "realtime" / "dashboard" / "package-lock.json").read_text())
    found = {path.rpartition("node_modules/")[2]: each for path, each in lock["packages"].items() if path and not each.get("dev")}
    return [
        {
            "type": "library",
            "name": name,
            "version": each["version"],
            "purl": f"pkg:npm/{name.replace('@', '%40')}@{each['version']}",
            "hashes": [{"alg": "SHA-512", "content": base64.b64decode(each["integrity"].removeprefix("sha512-")).hex()}] if "integrity" in each else [],
        }
        for name, each in found.items()
    ]


def main() -> None:
    """Write one file per image."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for service in SERVICES:
        components = python_packages(service) + (dashboard_packages() if service == "realtime" else [])
        document = {
            "bomFormat": "CycloneDX",
            "specVersion": "1.5",
            "version": 1,
            "metadata": {"component": {"type": "container", "name": f"baton-{service}"}},
            "components": components,
        }
        (FOLDER / f"baton-{service}.cdx.json").write_text(json.dumps(document, indent=2) + "\n")
        print(f".local/sbom/baton-{service}.cdx.json: {len(components)} components")


if __name__ == "__main__":
    main()
