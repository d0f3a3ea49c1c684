"""The dashboards are what the tables say, keep to Grafana's rules for dashboards, and ask for metrics that services have."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.monitoring.boards import BOARDS, Board
from deploy.monitoring.files import dashboards
from deploy.monitoring.grafana import dashboard
from deploy.monitoring.lint import problems
from tests.harness.prometheus import program

ROOT = Path(__file__).resolve().parents[3]
# What every Python process has by itself.
OF_THE_PROCESS = {"process_resident_memory_bytes", "process_cpu_seconds_total"}
by_board = pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)


def test_the_files_in_the_chart_are_what_the_tables_say() -> None:
    for file, content in dashboards().items():
        assert file.read_text() == content, "make chart"
        assert sorted(each.name for each in file.parent.iterdir()) == sorted(each.name for each in dashboards())


@by_board
def test_each_panel_has_a_title_of_its_own_and_a_sentence_that_explains_it(board: Board) -> None:
    assert all(panel.description.endswith(".") for panel in board.panels)
    assert len({panel.title for panel in board.panels}) == len(board.panels)


def test_the_files_keep_to_the_rules_of_grafanas_linter() -> None:
    assert [problem for content in dashboards().values() for problem in problems(json.loads(content))] == []


def spoil(made: dict[str, Any], path: str, value: Any) -> None:
    """Put a value where a path of names and numbers leads."""
    *way, last = (int(name) if name.isdecimal() else name for name in path.split("/"))
    place: Any = made
    for name in way:
        place = place[name]
    place[last] = value


@pytest.mark.parametrize(
    ("rule", "path", "value"),
    [
        ("template-datasource-rule", "templating/list/0/name", "source"),
        ("template-job-rule", "templating/list/1/allValue", ".*"),
        ("template-instance-rule", "templating/list/2/multi", False),
        ("template-label-promql-rule", "templating/list/2/query", "label_values(up, job)"),
        ("template-on-time-change-reload-rule", "templating/list/1/refresh", 1),
        ("panel-datasource-rule", "panels/0/targets/0/datasource", {"type": "prometheus", "uid": "mine"}),
        ("panel-title-description-rule", "panels/0/description", ""),
        ("panel-units-rule", "panels/0/fieldConfig/defaults/unit", "furlongs"),
        ("panel-no-targets-rule", "panels/0/targets", []),
        ("target-job-rule", "panels/0/targets/0/expr", 'sum(a{instance=~"$instance"})'),
        ("target-instance-rule", "panels/0/targets/0/expr", 'sum(a{job=~"$job",instance=~"$instance"}) / sum(b{job=~"$job"})'),
        ("target-rate-interval-rule", "panels/7/targets/0/expr", 'rate(a{job=~"$job",instance=~"$instance"}[5m])'),
        ("target-counter-agg-rule", "panels/0/targets/0/expr", 'sum(a_total{job=~"$job",instance=~"$instance"})'),
        ("uneditable-dashboard", "editable", True),
    ],
)
def test_each_rule_finds_what_it_is_for(rule: str, path: str, value: Any) -> None:
    made = dashboard(BOARDS[0])
    spoil(made, path, value)
    assert [problem.split(": ")[2] for problem in problems(made)] == [rule]


@by_board
def test_every_metric_that_is_asked_for_is_one_that_a_service_has(board: Board) -> None:
    files = [*ROOT.glob("services/*/metrics.py"), *ROOT.glob("libs/servicekit/servicekit/*.py")]
    declared = {name for file in files for name in re.findall(r'(?:Counter|Gauge|Histogram)\(\s*"(baton_\w+)"', file.read_text())}
    for panel in board.panels:
        for query, _ in panel.queries:
            asked = {re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"\b(?:baton|process)_\w+", query)}
            assert asked - declared - OF_THE_PROCESS == set(), panel.title


def test_every_query_can_be_read_by_prometheus(tmp_path: Path) -> None:
    queries = [query.replace("$__rate_interval", "1m").replace("$__range", "3h") for board in BOARDS for panel in board.panels for query, _ in panel.queries]
    rules = [{"record": f"query_{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
    checked = subprocess.run([program("promtool"), "check", "rules", "--lint=none", "rules.yaml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
