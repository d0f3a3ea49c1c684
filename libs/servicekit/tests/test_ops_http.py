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
    async def problems() -> dict[str, str]:
        answer = await client.get("/readyz")
        found: dict[str, str] = answer.json()["problems"]
        assert answer.status_code == (503 if found else 200)
        assert answer.json()["ready"] is (not found)
        return found

    trouble = ["Kafka cannot be reached"]
    readiness.add("events", lambda: trouble[0])
    assert await problems() == {"start": "still starting", "events": "Kafka cannot be reached"}
    readiness.started()
    assert await problems() == {"events": "Kafka cannot be reached"}
    trouble[0] = ""
    assert await problems() == {}
    readiness.draining()
    assert await problems() == {"drain": "draining"}


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
