"""The dashboards' files in the chart."""

import json
from pathlib import Path

from deploy.monitoring.boards import BOARDS
from deploy.monitoring.grafana import dashboard
from deploy.monitoring.rules import FILE

FOLDER = FILE.parent / "dashboards"


def dashboards() -> dict[Path, str]:
    """Return what each file holds."""
    return {FOLDER / f"{board.name}.json": json.dumps(dashboard(board), indent=2) + "\n" for board in BOARDS}
