"""`make bench`: starts stacks of its own, one after the other, and prints the table."""

import asyncio
import platform
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from benchmarks import append, delivery
from tests.harness.site import Site, open_site

APPEND_HEAD = (
    "| what | per second | p50 ms | p99 ms | floor: raw insert_one | its p50 ms | its p99 ms | share of the floor |\n|---|---|---|---|---|---|---|---|"
)
DELIVERY_HEAD = "| what | p50 | p99 | sum of its hops (p50) | ratio |\n|---|---|---|---|---|"


def _measure(replicas: int, *parts: Callable[[Site], Awaitable[list[str]]]) -> list[list[str]]:
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder, open_site(Path(folder), replicas={"conversation": replicas}) as site:

        async def all_parts() -> list[list[str]]:
            return [await part(site) for part in parts]

        return asyncio.run(all_parts())


def main() -> None:
    """Measure and print."""
    print(f"{platform.machine()}, Python {platform.python_version()}; everything on one machine: MongoDB, Kafka, four services and the callers")
    one, delivered = _measure(1, lambda site: append.rows(site, 1), delivery.rows)
    (two,) = _measure(2, lambda site: append.rows(site, 2))
    print("\n".join([APPEND_HEAD, *one, *two, "", DELIVERY_HEAD, *delivered]))


if __name__ == "__main__":
    main()
