"""`make up` and `make down` as a person runs them, without the installing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.local.parts import ROOT
from tests.harness.browser import Browser
from tests.harness.waiting import wait_until

NAMED = [
    *("BATON_URL", "BATON_GRPC", "BATON_API_KEY", "BATON_END_USER_URL", "MONGODB_URI", "KAFKA_BOOTSTRAP_SERVERS"),
    *(f"BATON_{who}_{what}" for who in ("ADMIN", "SUPERVISOR", "AGENT1", "AGENT2", "AGENT3") for what in ("EMAIL", "PASSWORD")),
    *(f"METRICS_{service}" for service in ("AUTH", "CONVERSATION", "REALTIME", "ANALYTICS")),
    *(f"PID_{name}" for name in ("MONGODB", "KAFKA", "AUTH", "CONVERSATION", "REALTIME", "ANALYTICS", "END_USER", "STACK")),
]


def make(command: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "BATON_HOME": str(home), "DEMO": "0"}
    for given in ("BATON_PORT", "MONGODB_URI", "KAFKA_BOOTSTRAP_SERVERS"):
        env.pop(given, None)
    return subprocess.run([sys.executable, "-m", "deploy.local", command], cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=240)


def sourced(file: Path) -> dict[str, str]:
    """Return the variables as a shell understands them."""
    said = subprocess.run(["bash", "-c", f"set -a; . {file}; env -0"], env={}, capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in said.split("\0") if line)


def left_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


async def test_up_starts_a_stack_that_names_what_dies_and_down_leaves_nothing_but_data(home: Path) -> None:
    up = make("up", home)
    try:
        assert up.returncode == 0, up.stdout
        env = sourced(home / "baton.env")
        assert [name for name in NAMED if not env.get(name)] == []
        assert (home / "baton.env").stat().st_mode & 0o077 == 0
        assert env["BATON_URL"] in up.stdout
        assert env["BATON_AGENT1_PASSWORD"] in up.stdout
        again = make("up", home)
        assert again.returncode == 1
        assert "already" in again.stderr

        async with Browser(env["BATON_URL"], env["BATON_AGENT1_EMAIL"], env["BATON_AGENT1_PASSWORD"]) as browser:
            templates = await browser.get("/api/templates")
            assert {"greeting", "greeting-late", "agree"} <= {template["name"] for template in templates["templates"]}

        os.kill(int(env["PID_ANALYTICS"]), signal.SIGKILL)
        log = home / "stack.log"
        await wait_until(lambda: "analytics was ended by SIGKILL" in log.read_text(), what="the death is named")
        await wait_until(lambda: sourced(home / "baton.env")["PID_ANALYTICS"] != env["PID_ANALYTICS"], 60, what="it is started again")
        pids = [int(value) for name, value in sourced(home / "baton.env").items() if name.startswith("PID_")]
    finally:
        down = make("down", home)
    assert down.returncode == 0, down.stdout
    await wait_until(lambda: not any(psutil.pid_exists(pid) for pid in pids), what="all processes are gone")
    assert left_in(home) == {"demo.json", "kafka", "keys.json", "logs", "mongodb", "stack.log"}


def test_down_without_a_stack_says_so(home: Path) -> None:
    down = make("down", home)
    assert down.returncode == 0
    assert "no stack runs" in down.stdout
