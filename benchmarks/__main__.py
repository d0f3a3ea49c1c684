"""`make bench`: stacks of its own, one after the other, and the table. `python -m benchmarks dashboard` (services, replicas) measures one part."""

import asyncio
import platform
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path

from benchmarks import append, dashboard, delivery, figures, freshness, ingest, sdk, streaming
from tests.harness.site import Site, open_site

APPEND_HEAD = (
    "| what (each: per second, p50 ms, p99 ms) | product | floor: raw insert_one | second floor: a bare gRPC handler with insert_one "
    "| share of the floor | share of the second floor | processor ms per append |\n|---|---|---|---|---|---|---|"
)
STREAMING_HEAD = "| what | per second | p50 ms | p99 ms | |\n|---|---|---|---|---|"
DELIVERY_HEAD = "| what | p50 | p99 | sum of its hops (p50) | ratio |\n|---|---|---|---|---|"


def _measure(replicas: int, part: Callable[[Site], Coroutine[None, None, None]]) -> None:
    with tempfile.TemporaryDirectory(prefix="baton-bench-") as folder, open_site(Path(folder), replicas={"conversation": replicas}) as site:
        asyncio.run(part(site))


async def _one_replica(site: Site) -> None:
    await append.warm_up(site)
    print(f"\n{APPEND_HEAD}")
    async for row in append.rows(site, 1):
        print(row, flush=True)
    print(f"\n{STREAMING_HEAD}")
    async for row in streaming.rows(site):
        print(row, flush=True)
    print(f"\n{DELIVERY_HEAD}")
    print(await delivery.row(site), flush=True)
    print(f"\n{figures.HEAD}")
    print(await freshness.row(site), flush=True)
    print(await ingest.row(site), flush=True)
    for row in await figures.rows(site):
        print(row, flush=True)
    print(f"\n{sdk.HEAD}")
    async for row in sdk.rows(site):
        print(row, flush=True)


async def _two_replicas(site: Site) -> None:
    await append.warm_up(site)
    print(f"\n{APPEND_HEAD}")
    async for row in append.rows(site, 2):
        print(row, flush=True)


async def _dashboard(site: Site) -> None:
    print(f"\n{dashboard.HEAD}")
    async for row in dashboard.rows(site):
        print(row, flush=True)


PARTS = {"services": (1, _one_replica), "replicas": (2, _two_replicas), "dashboard": (1, _dashboard)}


def main() -> None:
    """Measure and print."""
    print(f"{platform.machine()}, Python {platform.python_version()}; everything on one machine: MongoDB, Kafka, four services and the callers")
    for part in sys.argv[1:] or PARTS:
        _measure(*PARTS[part])


if __name__ == "__main__":
    main()
