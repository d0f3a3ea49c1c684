from pathlib import Path

import pytest

from deploy.local.compose import or_compose
from deploy.local.parts import PartMissingError


def lacking() -> list[str]:
    raise PartMissingError("there is none")


def test_a_server_of_ones_own_comes_before_docker(tmp_path: Path) -> None:
    assert or_compose("mongodb", 1234, tmp_path, lambda: ["mongod"]) == ["mongod"]


def test_docker_runs_the_server_where_there_is_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docker").touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    command = or_compose("kafka", 1234, tmp_path, lacking)
    assert command[:3] == ["env", "KAFKA_PORT=1234", str(tmp_path / "docker")]
    assert command[-1] == "kafka"


def test_without_docker_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PartMissingError, match="there is none"):
        or_compose("mongodb", 1234, tmp_path, lacking)
