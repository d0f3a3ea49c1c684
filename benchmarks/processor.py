"""Processor time of the processes of a stack: what an append costs is told by it even where others use the machine too."""

import os
import time
from collections.abc import Mapping
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# The fields of /proc/PID/stat behind the name: user and system time in ticks.
_USER, _SYSTEM = 11, 12


class Processor:
    """Between `begin` and `end`; this process counts as the callers. Where there is no /proc it tells nothing."""

    def __init__(self, processes: Mapping[str, int]) -> None:
        """Processes by name and id."""
        self._processes = processes
        self._before: dict[str, float] = {}
        self._used: dict[str, float] = {}

    def begin(self) -> None:
        """Note what was used until now."""
        self._before = self._now()

    def end(self) -> None:
        """Note what was used since."""
        self._used = {name: seconds - self._before.get(name, seconds) for name, seconds in self._now().items()}

    def told(self, count: int) -> str:
        """Return the milliseconds for one of so many, in all and by process."""
        if len(self._used) <= 1:
            return "not known here"
        each = {name: seconds * 1000 / count for name, seconds in self._used.items()}
        parts = ", ".join(f"{name} {ms:.2f}" for name, ms in sorted(each.items(), key=lambda item: -item[1]))
        return f"{sum(each.values()):.2f} = {parts}"

    def _now(self) -> dict[str, float]:
        return {"callers": time.process_time()} | {name: _seconds(pid) for name, pid in self._processes.items() if Path(f"/proc/{pid}/stat").exists()}


def _seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_USER]) + int(fields[_SYSTEM])) / _TICKS_PER_SECOND
