"""Where the checkout keeps the servers it fetched, and how: pinned by hash, once, whoever asks first."""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# In the checkout and not under BATON_HOME: several stacks share what was fetched.
PARTS = ROOT / ".local" / "parts"


class PartMissingError(Exception):
    """A server that this machine lacks and that cannot be fetched for it; the text says what to do."""


def fetched(name: str, fetch: Callable[[Path], None]) -> Path:
    """Return the folder of a part, fetched first if it is not there; processes that ask at the same time wait for one of them.

    `fetch` fills an empty folder; if it fails nothing is kept.
    """
    folder = PARTS / name
    if folder.is_dir():
        return folder
    PARTS.mkdir(parents=True, exist_ok=True)
    with (PARTS / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            partial = PARTS / f"{name}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            fetch(partial)
            partial.rename(folder)
    return folder


def unpack_wheel(requirement: str, folder: Path) -> None:
    """Unpack the wheel that requirements/<requirement>.txt pins into a folder, without installing it."""
    pinned = ROOT / "requirements" / f"{requirement}.txt"
    run_quietly([sys.executable, "-m", "pip", "install", "--no-deps", "--require-hashes", "--only-binary=:all:", "--target", str(folder), "-r", str(pinned)])


def run_quietly(command: list[str]) -> None:
    """Run a command whose output matters only when it fails; then raise PartMissingError with its last lines."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, env={**os.environ, "PIP_NO_INPUT": "1"})
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()[-15:]
        raise PartMissingError("\n".join([f"`{' '.join(command[:6])} …` failed:", *said]))


def is_linux_x86() -> bool:
    """Whether the pinned downloads were made for this system."""
    return sys.platform == "linux" and platform.machine() == "x86_64"
