"""The dashboards are what the tables say, keep to Grafana's rules for dashboards, and ask for metrics that services have."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from deploy.monitoring.boards import BOARDS, Board, dashboard
from deploy.monitoring.files import dashboards
from deploy.monitoring.tests.test_rules import promtool

ROOT = Path(__file__).resolve().parents[3]
# What every Python process has by itself.
OF_THE_PROCESS = {"process_resident_memory_bytes", "process_cpu_seconds_total"}
by_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)


def test_the_files_in_the_chart_are_what_the_tables_say() -> None:
    for file, content in dashboards().items():
        assert file.read_text() == content, "make chart"
        assert sorted(each.name for each in file.parent.iterdir()) == sorted(each.name for each in dashboards())


@by_board
def test_every_panel_says_what_it_is_and_takes_its_data_from_the_chosen_source(board: Board) -> None:
    made = json.loads(json.dumps(dashboard(board)))
    assert [variable["type"] for variable in made["templating"]["list"]] == ["datasource"]
    for panel in made["panels"]:
        assert panel["title"]
        assert panel["description"].endswith((".", "ever."))
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["targets"]
        for part in (panel, *panel["targets"]):
            assert part["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        for target in panel["targets"]:
            assert "irate(" not in target["expr"]
            assert "[5m]" not in target["expr"], "rates are over $__rate_interval"
    assert len({panel["title"] for panel in made["panels"]}) == len(made["panels"])


@by_board
def test_every_metric_that_is_asked_for_is_one_that_a_service_has(board: Board) -> None:
    files = [*ROOT.glob("services/*/metrics.py"), *ROOT.glob("libs/servicekit/servicekit/*.py")]
    declared = {name for file in files for name in re.findall(r'(?:Counter|Gauge|Histogram)\(\s*"(baton_\w+)"', file.read_text())}
    for panel in board.panels:
        for query, _ in panel.queries:
            asked = {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"\b(?:baton|process)_\w+", query)}
            assert asked - declared - OF_THE_PROCESS == set(), panel.title


def test_every_query_can_be_read_by_prometheus(tmp_path: Path) -> None:
    queries = [query.replace("$__rate_interval", "1m") for board in BOARDS for panel in board.panels for query, _ in panel.queries]
    rules = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    checked = subprocess.run([promtool(), "check", "rules", "--lint=none", "rules.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
