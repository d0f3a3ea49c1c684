"""The rules are what the tables say, every alert fires when it must and only then, and each has its runbook."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.monitoring import rules
from deploy.monitoring.tests.examples import EXAMPLES, LONG, LONG_STEP, Example
from tests.harness.prometheus import program

ROOT = Path(__file__).resolve().parents[3]
RUNBOOKS = ROOT / "docs" / "runbooks"


def test_the_file_in_the_chart_is_what_the_tables_say() -> None:
    assert rules.FILE.read_text() == rules.content(), "make chart"


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    assert sorted(file.stem for file in RUNBOOKS.glob("Baton*.md")) == rules.alerts()
    for name in rules.alerts():
        words = (RUNBOOKS / f"{name}.md").read_text()
        assert re.findall(r"^## (.*)$", words, re.MULTILINE) == ["What it means", "What to look at", "What to do"], name


def test_every_alert_has_examples() -> None:
    assert sorted(example.alert for example in EXAMPLES) == rules.alerts()


@pytest.mark.parametrize("is_slow", [False, True], ids=["causes", "objectives"])
def test_every_alert_fires_when_it_must_and_only_then(tmp_path: Path, *, is_slow: bool) -> None:
    tool = program("promtool")
    shutil.copy(rules.FILE, tmp_path / "rules.yaml")
    tests = [_test(example, firing) for example in EXAMPLES if (example.minutes == LONG) is is_slow for firing in (example.alerts, 0)]
    # Three days minute by minute would take minutes; the windows are as full when they are looked at every hour.
    every = "1h" if is_slow else "1m"
    # Alerts stand on what was recorded in the same round.
    order = [group["name"] for group in yaml.safe_load(rules.FILE.read_text())["groups"]]
    suite = {"rule_files": ["rules.yaml"], "evaluation_interval": every, "group_eval_order": order, "tests": tests}
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(suite))
    for words in (["check", "rules", "rules.yaml"], ["test", "rules", "tests.yaml"]):
        ran = subprocess.run([tool, *words], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def _test(example: Example, firing: int) -> dict[str, Any]:
    series = example.bad if firing else example.good
    fires = f'count(ALERTS{{alertname="{example.alert}",alertstate="firing"}}) or vector(0)'
    return {
        "name": f"{example.alert}: {firing}",
        "interval": f"{LONG_STEP}m" if example.minutes == LONG else "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [{"expr": fires, "eval_time": f"{example.minutes}m", "exp_samples": [{"labels": "{}", "value": firing}]}],
    }
