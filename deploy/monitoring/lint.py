"""`python -m deploy.monitoring.lint`: the chart's dashboards by the rules of Grafana's dashboard-linter (github.com/grafana/dashboard-linter, docs/rules).

Written anew over the files: that linter is a Go program. That each query is PromQL (target-promql-rule) is for promtool to say, in the tests.
"""

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from deploy.monitoring.boards import BAD_SHARE
from deploy.monitoring.files import FOLDER

Json = dict[str, Any]
SOURCES = {"${datasource}", "${prometheus_datasource}"}
# Of Grafana's units those that a panel here may have.
UNITS = {"short", "percentunit", "bytes", "s", "ops", "reqps"}
SELECTOR = re.compile(r"\b[a-z_]\w*(?<!\bby)\{([^}]*)\}")
COUNTER = re.compile(r"\b(\w+_total)\b")
# A rule, and what of a dashboard it does not hold for.
EXCLUDED = {("target-rate-interval-rule", BAD_SHARE): "an objective is looked at over half an hour, as its alert does, whatever the zoom"}


def problems(board: Json) -> list[str]:
    """Return what is wrong with a dashboard, by rule."""
    found = [*_variables(board), *([] if board["editable"] is False else ["uneditable-dashboard: editable"])]
    for panel in board["panels"]:
        found += [f"{rule}: {panel['title']}" for rule, holds in PANEL_RULES.items() if not holds(panel)]
        for target in panel["targets"]:
            broken = [rule for rule, holds in TARGET_RULES.items() if not holds(target["expr"]) and (rule, target["legendFormat"]) not in EXCLUDED]
            found += [f"{rule}: {panel['title']}: {target['expr']}" for rule in broken]
    return [f"{board['title']}: {problem}" for problem in found]


def _variables(board: Json) -> Iterator[str]:
    variables = {variable["name"]: variable for variable in board["templating"]["list"]}
    source = variables.get("datasource", {})
    if (source.get("type"), source.get("query"), source.get("label")) != ("datasource", "prometheus", "Data source"):
        yield "template-datasource-rule"
    for name in ("job", "instance"):
        variable = variables.get(name, {})
        wanted = {"type": "query", "label": name.title(), "multi": True, "includeAll": True, "allValue": ".+"}
        if any(variable.get(key) != value for key, value in wanted.items()) or variable.get("datasource", {}).get("uid") not in SOURCES:
            yield f"template-{name}-rule"
        if not re.fullmatch(rf"label_values\(\w+(\{{[^}}]*\}})?, {name}\)", str(variable.get("query"))):
            yield f"template-label-promql-rule: {name}"
        if variable.get("refresh") != ON_TIME_CHANGE:
            yield f"template-on-time-change-reload-rule: {name}"


def _has_matcher(name: str) -> Callable[[str], bool]:
    def holds(query: str) -> bool:
        selectors = SELECTOR.findall(query)
        return bool(selectors) and all(f'{name}=~"${name}"' in selector for selector in selectors)

    return holds


def _rates_by_interval(query: str) -> bool:
    return all(window == "$__rate_interval" for window in re.findall(r"rate\([^[]*\[([^\]]*)\]", query))


def _counters_are_rates(query: str) -> bool:
    return all(re.search(rf"(?:rate|increase)\({name}\{{[^}}]*\}}\[", query) for name in COUNTER.findall(query))


ON_TIME_CHANGE = 2
PANEL_RULES: dict[str, Callable[[Json], bool]] = {
    "panel-datasource-rule": lambda panel: all(part["datasource"]["uid"] in SOURCES for part in (panel, *panel["targets"])),
    "panel-title-description-rule": lambda panel: bool(panel["title"] and panel["description"]),
    "panel-units-rule": lambda panel: panel["fieldConfig"]["defaults"].get("unit") in UNITS,
    "panel-no-targets-rule": lambda panel: bool(panel["targets"]),
}
TARGET_RULES: dict[str, Callable[[str], bool]] = {
    "target-job-rule": _has_matcher("job"),
    "target-instance-rule": _has_matcher("instance"),
    "target-rate-interval-rule": _rates_by_interval,
    "target-counter-agg-rule": _counters_are_rates,
}


def main(folder: Path = FOLDER) -> None:
    """Say what is wrong, and fail if something is."""
    sys.exit("\n".join(problem for file in sorted(folder.glob("*.json")) for problem in problems(json.loads(file.read_text()))) or 0)


if __name__ == "__main__":
    main()
