"""The ops port: alive, ready with reasons, measured."""

from collections.abc import AsyncIterator

import httpx
import pytest
from servicekit.ops_http import OpsServer, Readiness


@pytest.fixture
async def readiness() -> Readiness:
    return Readiness()


@pytest.fixture
async def client(readiness: Readiness) -> AsyncIterator[httpx.AsyncClient]:
    ops = OpsServer("127.0.0.1", 0, readiness)
    await ops.start()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{ops.port}") as client:
        yield client
    await ops.stop()


async def test_alive_from_the_start(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).status_code == 200


async def test_ready_when_started_well_and_not_draining(client: httpx.AsyncClient, readiness: Readiness) -> None:
    trouble = ["Kafka cannot be reached"]
    readiness.add("events", lambda: trouble[0])
    assert await ready(client) == (False, {"start": "still starting", "events": "Kafka cannot be reached"})
    readiness.started()
    assert await ready(client) == (False, {"events": "Kafka cannot be reached"})
    trouble[0] = ""
    assert await ready(client) == (True, {})
    readiness.draining()
    assert await ready(client) == (False, {"drain": "draining"})


async def test_a_dependency_that_goes_away_later_is_reported_and_takes_no_replica_out(client: httpx.AsyncClient, readiness: Readiness) -> None:
    trouble = ["", ""]
    readiness.add("events", lambda: trouble[0])
    readiness.add("clock", lambda: trouble[1], always=True)
    readiness.started()
    assert await ready(client) == (True, {})
    trouble[0] = "Kafka cannot be reached"
    assert await ready(client) == (True, {"events": "Kafka cannot be reached"})
    trouble[1] = "an hour off"
    assert await ready(client) == (False, {"events": "Kafka cannot be reached", "clock": "an hour off"})


async def ready(client: httpx.AsyncClient) -> tuple[bool, dict[str, str]]:
    answer = await client.get("/readyz")
    assert answer.status_code == (200 if answer.json()["ready"] else 503)
    return answer.json()["ready"], answer.json()["problems"]


async def test_metrics_are_in_prometheus_text(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert "baton_grpc_server_seconds" in answer.text


async def test_a_port_that_is_taken_is_said_so(readiness: Readiness) -> None:
    first = OpsServer("127.0.0.1", 0, readiness)
    await first.start()
    try:
        with pytest.raises(OSError, match="in use"):
            await OpsServer("127.0.0.1", first.port, readiness).start()
    finally:
        await first.stop()
