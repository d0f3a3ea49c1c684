"""Finds a Chromium: the one that BATON_CHROMIUM names, one on PATH, else the one that the dashboard's test packages carry."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "services" / "realtime" / "dashboard"
UNPACKED = ROOT / ".local" / "parts" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome")
_UNPACK = "import('@sparticuz/chromium').then(async (it) => process.stdout.write(await it.default.executablePath()))"


@dataclass(frozen=True)
class Chromium:
    """An executable and what its environment needs."""

    path: str
    environment: dict[str, str] = field(default_factory=dict)


def find_chromium() -> Chromium:
    """Return a Chromium that can be started; CalledProcessError when the packages are not installed."""
    named = os.environ.get("BATON_CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)
    if named:
        return Chromium(named)
    UNPACKED.mkdir(parents=True, exist_ok=True)
    # The package unpacks its own system libraries only where it believes to be in a Lambda function.
    environment = {**os.environ, "TMPDIR": str(UNPACKED), "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x"}
    unpacking = subprocess.run(["node", "-e", _UNPACK], cwd=DASHBOARD, env=environment, capture_output=True, text=True, check=True)
    linked = subprocess.run(["ldd", unpacking.stdout], capture_output=True, text=True, check=True)
    libraries = {"LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib")} if "not found" in linked.stdout else {}
    return Chromium(unpacking.stdout, libraries)
