"""The services' keys and those of access tokens are replaced as docs/operators.md says, while people work."""

import asyncio
import json
import time
from base64 import b64decode

from tests.cluster.cluster import RELEASE, Cluster
from tests.cluster.conftest import Note
from tests.cluster.people import People
from tests.cluster.test_1_release import SOCKETS
from tests.cluster.traffic import traffic

SECRET = f"{RELEASE}-identity"
Files = dict[str, str]


async def test_all_keys_are_replaced_under_load_and_nobody_notices(installed: Cluster, people: People, note: Note) -> None:
    old = _files(installed)
    new: Files = json.loads(installed.kubectl("exec", f"deployment/{RELEASE}-auth", "--", "python", "-m", "services.auth", "generate-keys"))
    async with traffic(installed, people, SOCKETS) as going:
        began = time.monotonic()
        both = {"trusted.json": _trusted_both(old, new)}
        await asyncio.to_thread(_restart_with, installed, old | both | {"signing.json": _signing(old, new)})
        await asyncio.to_thread(_restart_with, installed, new | both | {"signing.json": _signing(new, old)})
        # What ten minutes do otherwise: nobody has an access token of the old key any more.
        await going.renew_sessions()
        await asyncio.to_thread(_restart_with, installed, new)
        seconds = time.monotonic() - began
    note("all keys replaced under load, in three restarts of everything", f"{seconds:.0f} s; {going.said()}")
    assert going.counts["resync"] == 0
    assert _files(installed) == new


def _files(cluster: Cluster) -> Files:
    data: dict[str, str] = json.loads(cluster.kubectl("get", "secret", SECRET, "-o", "json"))["data"]
    return {name: b64decode(content).decode() for name, content in data.items()}


def _trusted_both(old: Files, new: Files) -> str:
    first, second = json.loads(old["trusted.json"]), json.loads(new["trusted.json"])
    return json.dumps({service: [*first[service], *second[service]] for service in first})


def _signing(first: Files, second: Files) -> str:
    return json.dumps([*json.loads(first["signing.json"]), *json.loads(second["signing.json"])])


def _restart_with(cluster: Cluster, files: Files) -> None:
    cluster.kubectl("patch", "secret", SECRET, "--type=merge", "--patch", json.dumps({"stringData": files}))
    cluster.kubectl("rollout", "restart", "deployment", "--selector", f"app.kubernetes.io/instance={RELEASE}")
    cluster.settle()
