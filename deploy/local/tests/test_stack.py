"""The stack's own behaviour, with small processes in the place of servers."""

import signal
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from deploy.local.plan import Plan
from deploy.local.running import DiedError, Running
from deploy.local.stack import Stack
from deploy.local.table import Process, processes
from tests.harness.waiting import wait_until

SLEEPS = "import time; print('here', flush=True); time.sleep(600)"
DIES = "import sys; print('out of memory', flush=True); sys.exit(3)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('here', flush=True); time.sleep(600)"


def row(name: str, code: str, *depends_on: str, home: Path) -> Process:
    log = home / "logs" / f"{name}.log"
    return Process(
        name=name,
        command=lambda: [sys.executable, "-c", code],
        is_ready=lambda: log.exists() and "here" in log.read_text(),
        depends_on=depends_on,
        grace_seconds=0.5,
    )


@pytest.fixture
def said() -> list[str]:
    return []


def make_stack(home: Path, said: list[str], *rows: Process) -> Stack:
    stack = Stack(Plan(home), said.append)
    stack.rows = {one.name: one for one in rows}
    return stack


def test_a_process_starts_after_what_it_depends_on_is_ready(tmp_path: Path, said: list[str]) -> None:
    with make_stack(tmp_path, said, row("store", SLEEPS, home=tmp_path), row("service", SLEEPS, "store", home=tmp_path)):
        steps = [words.split(" (")[0] for words in said]
    assert steps == ["starting store", "store is ready", "starting service", "service is ready"]


def test_a_process_that_dies_is_named_with_its_last_words_and_the_others_are_ended(tmp_path: Path, said: list[str]) -> None:
    stack = make_stack(tmp_path, said, row("store", SLEEPS, home=tmp_path), row("service", DIES, "store", home=tmp_path))
    with pytest.raises(DiedError, match=r"(?s)service ended with 3.*out of memory"):
        stack.__enter__()
    assert not [running for running in stack.running.values() if running.exit_code is None]


def test_a_killed_process_is_found_and_starts_again_under_its_name(tmp_path: Path, said: list[str]) -> None:
    with make_stack(tmp_path, said, row("service", SLEEPS, home=tmp_path)) as stack:
        first = stack.running["service"].pid
        stack.kill("service")
        assert [running.name for running in stack.dead()] == ["service"]
        assert "SIGKILL" in stack.dead()[0].obituary()
        stack.restart("service")
        assert stack.dead() == []
        assert stack.running["service"].pid != first


def test_a_process_that_does_not_end_when_asked_is_killed(tmp_path: Path, said: list[str]) -> None:
    with make_stack(tmp_path, said, row("service", DEAF, home=tmp_path)) as stack:
        assert not stack.stop("service")
        assert stack.running["service"].exit_code == -signal.SIGKILL


def test_a_service_that_does_not_end_when_asked_says_where_it_hangs(tmp_path: Path, said: list[str]) -> None:
    service = replace(row("service", DEAF, home=tmp_path), last_signal=signal.SIGABRT, env={"PYTHONFAULTHANDLER": "1"})
    with make_stack(tmp_path, said, service) as stack:
        assert stack.stop_all() == [stack.running["service"]]
        assert "most recent call first" in stack.running["service"].obituary()


async def test_what_was_started_dies_with_its_starter_even_by_kill(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from deploy.local.running import Running\n"
        f"child = Running('child', [sys.executable, '-c', {SLEEPS!r}], Path({str(tmp_path)!r}) / 'child.log')\n"
        "print(child.pid, flush=True); time.sleep(600)"
    )
    starter = Running("starter", [sys.executable, "-c", code], tmp_path / "starter.log")
    await wait_until(lambda: (tmp_path / "child.log").exists() and starter.last_lines(), what="the starter's child")
    child = psutil.Process(int(starter.last_lines()[0]))
    starter.kill()

    def is_gone() -> bool:
        try:
            return child.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    await wait_until(is_gone, what="the child's end")


def test_every_port_of_a_plan_is_its_own(tmp_path: Path) -> None:
    plan = Plan(tmp_path, replicas={"conversation": 2, "realtime": 2})
    rows = processes(plan)
    ports = [port for one in rows for port in one.ports.values()]
    assert len(ports) == len(set(ports))
    assert [one.name for one in rows if one.name.startswith("conversation")] == ["conversation", "conversation-2"]


def test_what_a_row_depends_on_stands_before_it(tmp_path: Path) -> None:
    seen: set[str] = set()
    for one in processes(Plan(tmp_path)):
        assert set(one.depends_on) <= seen
        seen.add(one.name)


def test_servers_that_are_given_are_not_started(tmp_path: Path) -> None:
    plan = Plan(tmp_path, mongodb_uri="mongodb://elsewhere/?replicaSet=rs0", kafka_bootstrap_servers="elsewhere:9092")
    rows = {one.name: one for one in processes(plan)}
    assert set(rows) == {"auth", "conversation", "analytics", "realtime"}
    assert rows["conversation"].env["BATON_CONVERSATION_MONGODB_URI"] == "mongodb://elsewhere/?replicaSet=rs0"
    assert rows["realtime"].env["BATON_REALTIME_KAFKA_BOOTSTRAP_SERVERS"] == "elsewhere:9092"


def test_secrets_are_made_once_and_readable_by_their_owner_alone(tmp_path: Path) -> None:
    plan = Plan(tmp_path)
    first = {one.name: dict(one.env) for one in processes(plan)}
    assert {one.name: dict(one.env) for one in processes(plan)} == first
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
