"""A real Prometheus that scrapes a stack every second."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from deploy.local.ports import free_port
from deploy.local.running import Running
from tests.harness.waiting import wait_until

SCRAPE_SECONDS = 1
# As Grafana would choose it for this scrape interval: at least four scrapes.
RATE_INTERVAL = "5s"


def program(name: str) -> str:
    """Return `prometheus` or `promtool`, or leave the test out, loudly; CI demands them (BATON_DEMAND_PROMTOOL)."""
    found = shutil.which(name)
    if found is None and os.environ.get("BATON_DEMAND_PROMTOOL"):
        pytest.fail(f"{name} is not installed, and CI demands it")
    if found is None:
        pytest.skip(f"NOT RUN: {name} is not installed (Debian: apt-get install prometheus)")
    return found


@dataclass(frozen=True)
class Series:
    """What a query gave for one set of labels: (seconds, value), NaN left out."""

    labels: dict[str, str]
    points: list[tuple[float, float]]


@dataclass(frozen=True)
class Prometheus:
    """Its HTTP API."""

    url: str

    async def series(self, query: str, start: float, end: float, step: float = SCRAPE_SECONDS) -> list[Series]:
        """Return what the query gives over a time, as a panel would ask for it."""
        async with httpx.AsyncClient(base_url=self.url, timeout=30, trust_env=False) as client:
            answer = await client.get("/api/v1/query_range", params={"query": query, "start": start, "end": end, "step": step})
        content: dict[str, Any] = answer.json()
        assert content["status"] == "success", (query, content)
        found = [Series(each["metric"], [(float(at), float(value)) for at, value in each["values"] if value != "NaN"]) for each in content["data"]["result"]]
        return [each for each in found if each.points]

    async def scrapes(self, targets: int) -> None:
        """Wait until everything has been scraped."""

        async def all_up() -> bool:
            async with httpx.AsyncClient(base_url=self.url, trust_env=False) as client:
                try:
                    answer = await client.get("/api/v1/query", params={"query": "sum(up)"})
                except httpx.HTTPError:
                    return False
            result = answer.json().get("data", {}).get("result", [])
            return bool(result) and int(result[0]["value"][1]) == targets

        await wait_until(all_up, 60, what="every process scraped")


@contextmanager
def scraping(targets: dict[str, str], home: Path) -> Iterator[Prometheus]:
    """Scrape host:port of each job for the time of the `with`."""
    jobs = [{"job_name": name, "static_configs": [{"targets": [address]}]} for name, address in targets.items()]
    home.mkdir(parents=True)
    config = home / "prometheus.yaml"
    config.write_text(yaml.safe_dump({"global": {"scrape_interval": f"{SCRAPE_SECONDS}s", "scrape_timeout": f"{SCRAPE_SECONDS}s"}, "scrape_configs": jobs}))
    address = f"127.0.0.1:{free_port()}"
    command = [program("prometheus"), f"--config.file={config}", f"--storage.tsdb.path={home / 'data'}", f"--web.listen-address={address}", "--log.level=warn"]
    running = Running("prometheus", command, home / "prometheus.log")
    try:
        yield Prometheus(f"http://{address}")
    finally:
        running.kill()
