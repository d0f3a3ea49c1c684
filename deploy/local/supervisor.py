"""The one who runs a stack for people: starts it, says where it is, names what dies and starts it again, and leaves nothing behind but its data."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from servicekit.errors import ServiceError

from deploy.local import env_file, table
from deploy.local.demo import Demo, seed
from deploy.local.parts import PartMissingError
from deploy.local.plan import Plan
from deploy.local.running import DiedError
from deploy.local.stack import Stack

LOCK = "stack.lock"
POLL_SECONDS = 0.1
# A process that dies this often within this time is not started again: it is broken and not unlucky.
GIVE_UP_AFTER = 3
WITHIN_SECONDS = 30.0


class StopRequestedError(BaseException):
    """SIGINT or SIGTERM came; like KeyboardInterrupt no Exception, so that nothing on the way takes it for a failure."""


class AlreadyRunningError(Exception):
    """Another stack runs in this home."""


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the home's lock, which has the holder's process id; AlreadyRunningError if someone else holds it."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / LOCK).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            msg = f"a stack runs in {home} already (process {lock.read().strip()}); `make down` ends it"
            raise AlreadyRunningError(msg) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        try:
            yield
        finally:
            (home / LOCK).unlink(missing_ok=True)


def holder(home: Path) -> int | None:
    """Return the process id of the stack that runs in a home, or None."""
    try:
        with (home / LOCK).open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(lock.read() or 0) or None
    except FileNotFoundError:
        pass
    return None


def run(plan: Plan) -> int:
    """Run a stack until SIGINT or SIGTERM; return the exit code."""
    began = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    with only_one(plan.home):
        stack = Stack(plan, _say)
        try:
            stack.start()
            _say("making the demo's accounts, key and templates")
            demo = seed(plan, stack.rows["auth"])
            stack.add(table.end_user(plan, demo.end_user_key))
            if plan.demo:
                stack.add(table.example(plan, demo.api_key))
            _introduce(stack, demo, time.monotonic() - began)
            _watch(stack, demo)
        except StopRequestedError:
            _say("stopping")
            return 0
        except (DiedError, TimeoutError, PartMissingError, ServiceError, RuntimeError) as error:
            _say(str(error))
            return 1
        finally:
            # A second Ctrl-C must not leave half of it behind.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            (plan.home / env_file.NAME).unlink(missing_ok=True)
            stack.stop_all()
            _say("stopped")


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise StopRequestedError


def _say(words: str) -> None:
    print(f"[{time.strftime('%H:%M:%S')}] {words}", flush=True)


def _introduce(stack: Stack, demo: Demo, seconds: float) -> None:
    # First the words, then the file: `make up` waits for the file and shows what was said before.
    people = [f"    {who.capitalize():<12}{email:<28}{password}" for who, email, password in demo.logins()]
    plan = stack.plan
    print(
        "\n".join(
            [
                "",
                f"  Baton is ready after {seconds:.0f} s:  {plan.url()}/human-agent",
                f"  Be the end user:  {plan.end_user_url()}",
                "",
                "  Log in as",
                *people,
                "",
                f"  AI platforms connect to {plan.platform_address()} (gRPC) with the key in {plan.home / env_file.NAME}",
                "",
            ]
        ),
        flush=True,
    )
    env_file.write(stack, demo)


def _watch(stack: Stack, demo: Demo) -> NoReturn:
    """Name whoever dies at once, and start it again as a cluster would."""
    deaths: dict[str, list[float]] = {}
    given_up: set[str] = set()
    while True:
        for running in stack.dead():
            if running.name in given_up:
                continue
            _say(running.obituary())
            now = time.monotonic()
            recent = [death for death in deaths.get(running.name, []) if now - death < WITHIN_SECONDS]
            deaths[running.name] = [*recent, now]
            if len(recent) + 1 >= GIVE_UP_AFTER:
                given_up.add(running.name)
                _say(f"{running.name} died {GIVE_UP_AFTER} times in {WITHIN_SECONDS:.0f} s and is left as it is")
                continue
            try:
                stack.restart(running.name)
            except (DiedError, TimeoutError) as error:
                _say(str(error))
            env_file.write(stack, demo)
        time.sleep(POLL_SECONDS)
