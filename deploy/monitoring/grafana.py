"""A dashboard as Grafana takes it: everything of a panel that is the same for all."""

import re
from typing import Any

from deploy.monitoring.boards import Board, Panel

WIDTH, HEIGHT, PER_ROW = 8, 8, 3
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
# Which processes are shown: every metric is asked for by these two.
CHOSEN = 'job=~"$job",instance=~"$instance"'
METRIC = re.compile(r"\b((?:baton|process)_\w+)(\{)?")
# What every service has: the variables offer what it is found under.
EVERYWHERE = "process_start_time_seconds"


def dashboard(board: Board) -> dict[str, Any]:
    """Return the dashboard as Grafana takes it."""
    return {
        "uid": f"baton-{board.name}",
        "title": board.title,
        "description": board.description,
        "tags": ["baton"],
        "schemaVersion": 39,
        "editable": False,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {
            "list": [
                {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus", "current": {}, "hide": 0},
                _choice("job", EVERYWHERE),
                _choice("instance", f'{EVERYWHERE}{{job=~"$job"}}'),
            ]
        },
        "links": [{"title": "Baton", "type": "dashboards", "tags": ["baton"], "asDropdown": False, "keepTime": True}],
        "panels": [_panel(number, panel) for number, panel in enumerate(board.panels)],
    }


def scoped(query: str) -> str:
    """Return the query for the processes that are chosen."""
    return METRIC.sub(lambda found: f"{found[1]}{{{CHOSEN}{',' if found[2] else '}'}", query)


def _choice(name: str, metric: str) -> dict[str, Any]:
    return {
        "name": name,
        "label": name.title(),
        "type": "query",
        "datasource": SOURCE,
        "query": f"label_values({metric}, {name})",
        "multi": True,
        "includeAll": True,
        "allValue": ".+",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
        # When the time range changes: processes come and go.
        "refresh": 2,
        "sort": 1,
        "hide": 0,
    }


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    row, column = divmod(number, PER_ROW)
    return {
        "id": number + 1,
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": SOURCE,
        "gridPos": {"x": column * WIDTH, "y": row * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "datasource": SOURCE, "expr": scoped(query), "legendFormat": legend or panel.title}
            for index, (query, legend) in enumerate(panel.queries)
        ],
    }
