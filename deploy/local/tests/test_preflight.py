import os
import platform
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import preflight
from deploy.local.parts import ROOT
from deploy.local.ports import free_port


def run_preflight(**env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "deploy.local.preflight"], cwd=ROOT, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which nothing is installed and nothing was fetched."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(preflight, "PARTS", tmp_path / "checkout" / ".local" / "parts")
    (tmp_path / "checkout").mkdir()
    for name in ("MONGODB_URI", "KAFKA_BOOTSTRAP_SERVERS", "BATON_PORT"):
        monkeypatch.delenv(name, raising=False)


def test_a_machine_that_has_everything_is_told_nothing() -> None:
    done = run_preflight(PATH=os.environ["PATH"])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_everything_that_is_missing_is_named_at_once_and_nothing_is_started(tmp_path: Path) -> None:
    done = run_preflight(PATH=str(tmp_path), BATON_PORT="ninety")
    assert done.returncode == 1
    assert "Node 20 or newer" in done.stderr
    assert "BATON_PORT is 'ninety'" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("bare")
def test_maven_is_asked_for_only_where_kafka_must_be_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.what for one in preflight.check_kafka()] == ["Maven, which fetches Kafka"]
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "elsewhere:9092")
    assert preflight.check_kafka() == []


@pytest.mark.usefixtures("bare")
def test_a_system_without_a_pinned_mongodb_is_told_to_bring_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "arm64")
    assert "no pinned one" in preflight.check_mongodb()[0].what
    monkeypatch.setenv("MONGODB_URI", "mongodb://elsewhere")
    assert preflight.check_mongodb() == []


@pytest.mark.usefixtures("bare")
def test_the_remedy_is_the_command_of_this_systems_package_manager(tmp_path: Path) -> None:
    assert preflight.install_command("maven") == "install it with this system's package manager"
    brew = tmp_path / "brew"
    brew.touch(0o755)
    assert preflight.install_command("maven") == "brew install maven"


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert "Python 3.11 or newer" in preflight.check_python()[0].what


def test_a_port_that_is_taken_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        monkeypatch.setenv("BATON_PORT", str(port))
        assert f"port {port}" in preflight.check_port()[0].what
    assert preflight.check_port() == []
