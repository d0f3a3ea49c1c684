"""Installs into the checkout what is missing there: `python -m deploy.local.install run` or `dev` (with the test tools). Nothing twice.

Standard library only: it makes the virtual environment that everything else runs in.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from deploy.local import versions

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
DASHBOARD = ROOT / "services" / "realtime" / "dashboard"
BUILD_INPUTS = ("src", "public", "index.html", "vite.config.ts", "tsconfig.json", "package-lock.json")
# Where imports begin: the services, the kit, the generated contracts, the SDK.
IMPORT_ROOTS = (ROOT, ROOT / "libs" / "servicekit", ROOT / "proto" / "gen" / "python", ROOT / "sdk" / "python")
DEV_PURPOSE = "dev"
# Of a command that failed: its first and its last words say why.
SHOWN_LINES = 40


class StepFailedError(Exception):
    """An installing command failed; the text has its last lines."""


def digest(files: Iterable[Path]) -> str:
    """Return what changes when a file's name or content does."""
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(f"{file.relative_to(ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def step(words: str, stamp: Path, wanted: str, work: Callable[[], None]) -> None:
    """Do a piece of work unless its stamp says that it was done with just this input; say what is done and how long it took."""
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print(f"  {words} …", flush=True)
    began = time.monotonic()
    work()
    stamp.write_text(wanted)
    print(f"      done in {time.monotonic() - began:.0f} s", flush=True)


def run(command: list[str | Path], folder: Path = ROOT) -> None:
    """Run a command quietly; StepFailedError with its last lines if it fails."""
    line = [str(part) for part in command]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        lines = (done.stdout + done.stderr).strip().splitlines()
        said = lines if len(lines) <= SHOWN_LINES else [*lines[: SHOWN_LINES // 2], "…", *lines[-SHOWN_LINES // 2 :]]
        raise StepFailedError("\n".join([f"`{' '.join(line)}` failed:", *(f"    {one}" for one in said)]))


def install_python(purpose: str) -> None:
    """Make the virtual environment with the locked packages. Those for development include those for running."""
    if not PYTHON.exists():
        step("Python: a virtual environment in .venv", VENV / "made", "", lambda: run([sys.executable, "-m", "venv", VENV]))
    pinned = REQUIREMENTS / "uv.txt"
    step("Python: uv", VENV / "uv", digest([pinned]), lambda: run([PYTHON, "-m", "pip", "install", "-q", "--require-hashes", "-r", pinned]))
    development, running = (REQUIREMENTS / f"{name}.txt" for name in ("dev", "run"))
    both = digest([development, running])
    if purpose != DEV_PURPOSE and _is_stamped(VENV / "packages-dev", both):
        return
    locked, stamp = (development, VENV / "packages-dev") if purpose == DEV_PURPOSE else (running, VENV / "packages-run")
    command: list[str | Path] = [VENV / "bin" / "uv", "pip", "install", "-q", "--python", PYTHON, "--require-hashes", "-r", locked]
    step(f"Python: the packages of requirements/{locked.name}", stamp, both, lambda: run(command))


def point_imports_here() -> None:
    """Let the environment's Python find this checkout's packages."""
    site = next((VENV / "lib").glob("python3*/site-packages"))
    wanted = "".join(f"{folder}\n" for folder in IMPORT_ROOTS)
    file = site / "_baton.pth"
    if not file.exists() or file.read_text().strip() != wanted.strip():
        file.write_text(wanted)


def install_dashboard(purpose: str) -> None:
    """Fetch the dashboard's packages and build it, unless its sources are as they were."""
    lock = digest([DASHBOARD / "package-lock.json"])
    modules = DASHBOARD / "node_modules"
    command: list[str | Path] = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    if purpose == DEV_PURPOSE:
        step("Dashboard: its packages and test tools", modules / ".baton-dev", lock, lambda: run(command, DASHBOARD))
    elif not _is_stamped(modules / ".baton-dev", lock):
        step("Dashboard: its packages", modules / ".baton-run", lock, lambda: run([*command, "--omit=dev"], DASHBOARD))
    stamp = DASHBOARD / "dist" / ".baton-built"
    step("Dashboard: the build", stamp, digest(_build_inputs()), lambda: run(["npx", "--no-install", "vite", "build"], DASHBOARD))


def _build_inputs() -> list[Path]:
    paths = [DASHBOARD / name for name in BUILD_INPUTS]
    return [file for path in paths for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file()]


def fetch_servers() -> None:
    """Fetch MongoDB, Kafka and Java where this machine and the environment's variables have none."""
    parts = ROOT / ".local" / "parts"
    parts.mkdir(parents=True, exist_ok=True)
    wanted = f"{versions.MONGOD} {versions.KAFKA} {os.environ.get('MONGODB_URI', '')} {os.environ.get('KAFKA_BOOTSTRAP_SERVERS', '')} {shutil.which('mongod')}"
    step("Servers: MongoDB and Kafka", parts / "fetched", wanted, lambda: run([PYTHON, "-m", "deploy.local.fetch"]))


def _is_stamped(stamp: Path, wanted: str) -> bool:
    return stamp.is_file() and stamp.read_text() == wanted


def main() -> None:
    """Install for the purpose that the command line names."""
    purpose = sys.argv[1] if len(sys.argv) > 1 else "run"
    try:
        install_python(purpose)
        point_imports_here()
        fetch_servers()
        install_dashboard(purpose)
    except (StepFailedError, OSError) as error:
        sys.exit(f"Installing failed. {error}")


if __name__ == "__main__":
    main()
