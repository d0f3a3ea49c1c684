"""What pods use, as the cluster's metrics server tells."""

import asyncio
import re
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from tests.cluster.cluster import RELEASE, SERVICES, Cluster

# The metrics server itself looks every ten to fifteen seconds.
SAMPLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One pod at one moment."""

    service: str
    millicores: int
    mebibytes: int


@dataclass
class Usage:
    """A context manager: samples until its end."""

    cluster: Cluster
    samples: list[Sample] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def said(self) -> str:
        """Return, for each service, the least and the most that one of its pods was seen to use."""
        return "; ".join(_range(service, [one for one in self.samples if one.service == service]) for service in SERVICES)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)  # as often as there is something new to see
            self.samples += await asyncio.to_thread(self._look)

    def _look(self) -> list[Sample]:
        try:
            lines = self.cluster.kubectl("top", "pods", "--no-headers").splitlines()
        except RuntimeError:
            # No metrics server, or it has seen none of these pods yet.
            return []
        found = (re.match(rf"{RELEASE}-(\w+)-\S+\s+(\d+)m\s+(\d+)Mi", line) for line in lines)
        return [Sample(match[1], int(match[2]), int(match[3])) for match in found if match]


def _range(service: str, samples: list[Sample]) -> str:
    if not samples:
        return f"{service}: not seen"
    cpu, memory = [one.millicores for one in samples], [one.mebibytes for one in samples]
    return f"{service} {min(cpu)} to {max(cpu)} m, {min(memory)} to {max(memory)} MiB"
