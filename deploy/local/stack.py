"""A stack of processes that runs: started each after what it depends on, watched, killed and started again by name, stopped in reverse."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from deploy.local.plan import Plan
from deploy.local.running import Running
from deploy.local.table import Process, processes

START_SECONDS = 180.0
POLL_SECONDS = 0.05


class Stack:
    """The processes of a plan. Start it from a thread that lives as long as the stack shall: the processes die with it."""

    def __init__(self, plan: Plan, announce: Callable[[str], None] = lambda _: None) -> None:
        """Nothing starts before start(). `announce` is told each step in words."""
        self.plan = plan
        self._announce = announce
        self.rows: dict[str, Process] = {row.name: row for row in processes(plan)}
        self.running: dict[str, Running] = {}

    def __enter__(self) -> Self:
        """Start."""
        try:
            self.start()
        except BaseException:
            self.stop_all()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop everything."""
        self.stop_all()

    def start(self, *names: str) -> None:
        """Start these processes, or all, each after what it depends on, and return when they are ready.

        DiedError when one ends, TimeoutError when one hangs.
        """
        waiting = [self.rows[name] for name in names or self.rows]
        begun: dict[str, float] = {}
        deadline = time.monotonic() + START_SECONDS
        while waiting:
            for row in list(waiting):
                if row.name not in begun and not any(other.name in row.depends_on for other in waiting):
                    begun[row.name] = time.monotonic()
                    self._begin(row)
                if row.name in begun:
                    self.running[row.name].check()
                    if row.is_ready():
                        waiting.remove(row)
                        self._announce(f"{row.name} is ready ({time.monotonic() - begun[row.name]:.1f} s)")
            if waiting and time.monotonic() > deadline:
                raise TimeoutError("\n".join(["not ready:", *(self._why(row) for row in waiting)]))
            time.sleep(POLL_SECONDS)

    def add(self, row: Process) -> None:
        """Add a row to the table and start it."""
        self.rows[row.name] = row
        self.start(row.name)

    def kill(self, name: str) -> None:
        """End a process as a crash would."""
        self.running[name].kill()

    def stop(self, name: str, at_least_seconds: float = 0.0) -> bool:
        """Ask a process to end; False if it had to be killed, after its row's grace or longer."""
        return self.running[name].stop(max(self.rows[name].grace_seconds, at_least_seconds), self.rows[name].last_signal)

    def restart(self, name: str) -> None:
        """Start a process again that has ended, on the same ports; returns when it is ready."""
        self.start(name)

    def stop_all(self, at_least_seconds: float = 0.0) -> list[Running]:
        """Stop everything, what depends on others first, with so much grace for each; return what did not end when asked."""
        alive = [name for name in reversed(self.running) if self.running[name].exit_code is None]
        return [self.running[name] for name in alive if not self.stop(name, at_least_seconds)]

    def dead(self) -> list[Running]:
        """Return the processes that have ended."""
        return [running for running in self.running.values() if running.exit_code is not None]

    def _begin(self, row: Process) -> None:
        self._announce(f"starting {row.name}")
        self.running[row.name] = Running(row.name, row.command(), self.plan.home / "logs" / f"{row.name}.log", row.env)

    def _why(self, row: Process) -> str:
        return self.running[row.name].obituary() if row.name in self.running else f"{row.name} waits for {', '.join(row.depends_on)}"
