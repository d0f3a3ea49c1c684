"""The service as a process, and the operator's command line."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass

import httpx
import pytest

from deploy.local.ports import free_port
from services.auth.tests.world import signing_key, signing_keys

DEADLINE_SECONDS = 60


@pytest.fixture
def environment(mongodb: str, database: str) -> dict[str, str]:
    return {
        **os.environ,
        "BATON_AUTH_MONGODB_URI": mongodb,
        "BATON_AUTH_MONGODB_DATABASE": database,
        "BATON_AUTH_SIGNING_KEYS": signing_keys(signing_key()),
        "BATON_AUTH_SERVICE_TRUSTED_KEYS": "{}",
        "BATON_AUTH_PUBLIC_URL": "https://baton.example/",
    }


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process came to."""

    code: int | None
    out: str
    err: str


async def start(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.auth", *arguments, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )


async def end_of(process: asyncio.subprocess.Process) -> Ended:
    async with asyncio.timeout(DEADLINE_SECONDS):
        out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


async def command(environment: dict[str, str], *arguments: str) -> Ended:
    return await end_of(await start(environment, *arguments))


async def test_create_admin_prints_a_link_and_nothing_else_and_says_what_is_wrong(environment: dict[str, str]) -> None:
    arguments = ("create-admin", "--workspace", "Acme", "--email", "ada@example.com", "--name", "Ada")
    made = await command(environment, *arguments)
    assert (made.code, made.err) == (0, "")
    address, _, token = made.out.strip().partition("#token=")
    assert address == "https://baton.example/human-agent/set-password"
    assert len(token) == 43
    again, bad = await asyncio.gather(command(environment, *arguments), command(environment, "create-admin", "--workspace", "Acme", "--email", "nonsense"))
    assert (again.code, again.out) == (1, "")
    assert "--reset" in again.err
    assert (bad.code, bad.out) == (1, "")
    assert bad.err.startswith("email: ")


async def test_migrate_ends_well_and_bad_settings_are_named_without_their_value(environment: dict[str, str]) -> None:
    broken = {name: value for name, value in environment.items() if name != "BATON_AUTH_SIGNING_KEYS"} | {"BATON_AUTH_GRPC_PORT": "s3cret"}
    migrated, ended = await asyncio.gather(command(environment, "migrate"), command(broken))
    assert migrated == Ended(0, "", "")
    assert ended.code == 1
    assert "BATON_AUTH_SIGNING_KEYS" in ended.err
    assert "BATON_AUTH_GRPC_PORT" in ended.err
    assert "s3cret" not in ended.err


async def test_the_service_becomes_ready_and_stops_when_asked_without_a_secret_in_its_log(environment: dict[str, str]) -> None:
    ops = f"http://127.0.0.1:{(port := free_port())}"
    process = await start({**environment, "BATON_AUTH_OPS_PORT": str(port)})
    try:
        async with httpx.AsyncClient() as client, asyncio.timeout(DEADLINE_SECONDS):
            await until_ready(client, ops, process)
            assert (await client.get(f"{ops}/healthz")).status_code == httpx.codes.OK
            assert "baton_auth_password_hash_seconds" in (await client.get(f"{ops}/metrics")).text
        process.terminate()
        ended = await end_of(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (ended.code, ended.err) == (0, "")
    records = [json.loads(line) for line in ended.out.splitlines()]
    events = [record["event"] for record in records]
    assert events.index("listening") < events.index("stopping") < events.index("stopped")
    assert json.loads(environment["BATON_AUTH_SIGNING_KEYS"])[0]["d"] not in ended.out


async def until_ready(client: httpx.AsyncClient, ops: str, process: asyncio.subprocess.Process) -> None:
    while process.returncode is None:
        try:
            if (await client.get(f"{ops}/readyz")).status_code == httpx.codes.OK:
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.05)
    pytest.fail("the process ended")
