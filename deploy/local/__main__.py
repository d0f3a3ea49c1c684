"""`python -m deploy.local run | up | down`: what `make run`, `make up` and `make down` call once everything is installed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.local import env_file, supervisor
from deploy.local.plan import home_from_environment, plan_from_environment

UP_SECONDS = 300.0
DOWN_SECONDS = 90.0
POLL_SECONDS = 0.1


def run() -> int:
    """Run a stack in the foreground until Ctrl-C."""
    return supervisor.run(plan_from_environment())


def up() -> int:
    """Start a stack in the background; return when it is ready, or 1 with the reason when it does not become so."""
    home = home_from_environment()
    if supervisor.holder(home):
        sys.exit(f"a stack runs in {home} already; `make down` ends it")
    home.mkdir(parents=True, exist_ok=True)
    # A file left by a stack that was killed says nothing about this one.
    (home / env_file.NAME).unlink(missing_ok=True)
    log = home / "stack.log"
    with log.open("wb") as output:
        background = subprocess.Popen(
            [sys.executable, "-m", "deploy.local", "run"], stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    with log.open() as said:
        deadline = time.monotonic() + UP_SECONDS
        while time.monotonic() < deadline:
            is_over = background.poll() is not None
            is_ready = (home / env_file.NAME).exists()
            print(said.read(), end="", flush=True)
            if is_ready:
                return 0
            if is_over:
                return background.returncode or 1
            time.sleep(POLL_SECONDS)
    background.terminate()
    print(f"not ready after {UP_SECONDS:.0f} s; see {log}")
    return 1


def down() -> int:
    """End the stack that runs in the background, and return when nothing of it is left but its data."""
    home = home_from_environment()
    process = supervisor.holder(home)
    if process is None:
        print(f"no stack runs in {home}")
        return 0
    os.kill(process, signal.SIGTERM)
    deadline = time.monotonic() + DOWN_SECONDS
    while supervisor.holder(home):
        if time.monotonic() > deadline:
            print(f"the stack (process {process}) does not end; see {home / 'stack.log'}")
            return 1
        time.sleep(POLL_SECONDS)
    print(f"stopped; the data stays in {home}")
    return 0


def main() -> None:
    """Read the command line."""
    commands = {"run": run, "up": up, "down": down}
    if len(sys.argv) != 2 or sys.argv[1] not in commands:  # noqa: PLR2004  # the program's name and one word
        sys.exit(f"usage: python -m deploy.local {' | '.join(commands)}")
    os.chdir(Path(__file__).resolve().parents[2])
    sys.exit(commands[sys.argv[1]]())


if __name__ == "__main__":
    main()
