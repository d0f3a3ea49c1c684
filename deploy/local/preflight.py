"""The check before every start: names all that is missing at once, with the command for this system, before anything is downloaded.

Standard library only, and a syntax that old Pythons know: it must be able to say that this Python is too old.
"""

import ctypes
import importlib.util
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

from deploy.local import versions

PARTS = Path(__file__).resolve().parents[2] / ".local" / "parts"
FREE_GIGABYTES = 2
# What a package manager calls the things that may be missing, and how it is called.
MANAGERS = {
    "apt-get": (
        "sudo apt-get install -y",
        {"python": "python3 python3-venv", "venv": "python3-venv", "node": "nodejs npm", "maven": "maven", "curl": "libcurl4"},
    ),
    "dnf": ("sudo dnf install -y", {"python": "python3.11", "venv": "python3-libs", "node": "nodejs npm", "maven": "maven", "curl": "libcurl"}),
    "pacman": ("sudo pacman -S --needed", {"python": "python", "venv": "python", "node": "nodejs npm", "maven": "maven", "curl": "curl"}),
    "brew": ("brew install", {"python": "python@3.12", "venv": "python@3.12", "node": "node@22", "maven": "maven", "curl": "curl"}),
}


class Missing:
    """One thing that is missing: what, and how to get it."""

    def __init__(self, what: str, remedy: str) -> None:
        """Both in words for the person at the terminal."""
        self.what = what
        self.remedy = remedy


def install_command(thing: str) -> str:
    """Return the command that installs a thing on this system, or words where no package manager is known."""
    for manager, (command, names) in MANAGERS.items():
        if shutil.which(manager):
            return command + " " + names[thing]
    return "install it with this system's package manager"


def output_of(command: "list[str]") -> str:
    """Return what a command prints, or nothing when it cannot be run."""
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode(errors="replace")


def check_python() -> "list[Missing]":
    """Check this Python and that it can make virtual environments."""
    wanted = ".".join(str(number) for number in versions.PYTHON)
    if sys.version_info < versions.PYTHON:
        have = platform.python_version()
        return [Missing(f"Python {wanted} or newer (this is {have})", install_command("python") + ", then `make PYTHON=python" + wanted + " …`")]
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        return [Missing("Python's venv", install_command("venv"))]
    return []


def check_node() -> "list[Missing]":
    """Check Node and npm, which build the dashboard."""
    version = re.match(r"v(\d+)", output_of(["node", "--version"]))
    if version is None or int(version.group(1)) < versions.NODE:
        have = "there is none" if version is None else "this is " + version.group(1)
        return [Missing(f"Node {versions.NODE} or newer ({have})", install_command("node") + f"; where that is older than {versions.NODE}, see nodejs.org")]
    return [] if shutil.which("npm") else [Missing("npm", install_command("node"))]


def check_kafka() -> "list[Missing]":
    """Check Maven, only where Kafka must be fetched with it."""
    on_path = any(shutil.which(name) for name in ("kafka-server-start.sh", "kafka-server-start"))
    if os.environ.get("KAFKA_BOOTSTRAP_SERVERS") or on_path or (PARTS / versions.KAFKA).is_dir() or shutil.which("mvn") or has_docker():
        return []
    return [Missing("Maven, which fetches Kafka", install_command("maven") + " (or set KAFKA_BOOTSTRAP_SERVERS, or put Kafka's bin folder on PATH)")]


def check_mongodb() -> "list[Missing]":
    """Check that there is a mongod for this system, and the libraries that the pinned one needs."""
    if os.environ.get("MONGODB_URI") or shutil.which("mongod"):
        return []
    if sys.platform != "linux" or platform.machine() != "x86_64":
        return [] if has_docker() else [Missing("MongoDB: there is no pinned one for this system", "put `mongod` (6.0 or newer) on PATH, or set MONGODB_URI")]
    lacking = [name for name in ("libcurl.so.4", "libcrypto.so.3", "libssl.so.3") if not can_load(name)]
    return [Missing(", ".join(lacking) + ", which the pinned mongod needs", install_command("curl"))] if lacking else []


def can_load(library: str) -> bool:
    """Whether the system has a shared library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_docker() -> bool:
    """Whether compose.yaml can be used: Docker's daemon answers."""
    return bool(shutil.which("docker")) and bool(re.match(r"\d", output_of(["docker", "info", "--format", "{{.ServerVersion}}"])))


def check_port() -> "list[Missing]":
    """Check that the port somebody asked for is free."""
    port = os.environ.get("BATON_PORT", "")
    if not port:
        return []
    if not port.isdigit() or not 0 < int(port) < 65_536:  # noqa: PLR2004  # ports have 16 bits
        return [Missing(f"a port: BATON_PORT is {port!r}", "set BATON_PORT to a number from 1 to 65535, or to nothing")]
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("BATON_HOST", "127.0.0.1"), int(port)))
        except OSError as error:
            return [
                Missing(
                    f"port {port} ({error.strerror})", "end what uses it (`make down`?), or set another BATON_PORT, or none: then the next free one is taken"
                )
            ]
    return []


def check_disk() -> "list[Missing]":
    """Check that the parts and some data fit."""
    free = shutil.disk_usage(str(PARTS.parents[1])).free / 2**30
    return [] if free >= FREE_GIGABYTES else [Missing(f"{FREE_GIGABYTES} GB of free disk ({free:.1f} GB are)", "free some")]


def missing() -> "list[Missing]":
    """Return all that is missing."""
    found = []
    for check in (check_python, check_node, check_mongodb, check_kafka, check_port, check_disk):
        found.extend(check())
    return found


def main() -> None:
    """Say what is missing and end with 1, or say nothing."""
    found = missing()
    if not found:
        return
    print("Before Baton can start, this machine needs:\n", file=sys.stderr)
    for number, one in enumerate(found, 1):
        print(f"  {number}. {one.what}\n       {one.remedy}", file=sys.stderr)
    print(file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
