"""One operating system process of the stack: started, watched, stopped, killed."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from signal import Signals

# What a process that was told to end at once has to write down why it hung.
LAST_WORDS_SECONDS = 5.0
TETHER = Path(__file__).with_name("tethered.py")


class DiedError(Exception):
    """A process ended that should not have; the text names it and has its last log lines."""


class Running:
    """A started process. Its output goes to a log file; it dies with this one. Start it from a thread that lives as long as it shall."""

    def __init__(self, name: str, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        """Starts at once. `env` is added to this process's environment."""
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                [sys.executable, "-S", "-E", str(TETHER), str(os.getpid()), *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **(env or {})},
                # A session of its own: Ctrl-C reaches the one who started it, who then stops the parts in order.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id; the command's own, since the tether becomes the command."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; minus the signal's number when a signal ended it."""
        return self._popen.poll()

    def check(self) -> None:
        """Raise DiedError if it has ended."""
        if self.exit_code is not None:
            raise DiedError(self.obituary())

    def obituary(self, lines: int = 15) -> str:
        """Say who ended, how, and its last words."""
        code = self.exit_code
        how = "runs" if code is None else f"ended with {code}" if code >= 0 else f"was ended by {Signals(-code).name}"
        return "\n".join([f"{self.name} {how}. Its last log lines ({self.log}):", *(f"    {line}" for line in self.last_lines(lines))])

    def last_lines(self, count: int = 15) -> list[str]:
        """Return the end of its log."""
        with self.log.open("rb") as text:
            text.seek(max(0, self.log.stat().st_size - 16_384))
            return text.read().decode(errors="replace").splitlines()[-count:]

    def signal(self, number: Signals) -> None:
        """Send a signal; nothing happens if it has ended."""
        self._popen.send_signal(number)

    def kill(self) -> None:
        """End it as a crash would, and wait until it is gone."""
        self._popen.kill()
        self._popen.wait()

    def stop(self, grace_seconds: float, last: Signals = Signals.SIGKILL) -> bool:
        """Ask it to end; send it the `last` signal when the grace is over, and kill it if that does not help. True when it ended by itself."""
        self._popen.terminate()
        try:
            self._popen.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self._popen.send_signal(last)
        else:
            return True
        try:
            self._popen.wait(LAST_WORDS_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        return False

    def wait_until_ended(self, timeout_seconds: float) -> int:
        """Wait for its end and return the exit code; subprocess.TimeoutExpired if it goes on."""
        return self._popen.wait(timeout_seconds)


def wait_for_port(running: Running, host: str, port: int, deadline: float) -> None:
    """Return when something accepts connections on the port; DiedError if the process ends, TimeoutError after `deadline` (time.monotonic())."""
    while time.monotonic() < deadline:
        running.check()
        if listens(host, port):
            return
        time.sleep(0.05)
    msg = f"{running.name} does not listen on port {port}. {running.obituary()}"
    raise TimeoutError(msg)


def listens(host: str, port: int) -> bool:
    """Whether something accepts connections on the port now."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False
