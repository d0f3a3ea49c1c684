"""A picture (SVG) of a dashboard as Prometheus answered its queries: for the documentation, and to see a panel without Grafana."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from deploy.monitoring.boards import Board, Panel

COLUMNS, WIDTH, HEIGHT, GAP = 3, 380, 210, 12
LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 12, 44, 356, 110
COLOURS = ("#3274d9", "#e0752d", "#299c46", "#a352cc", "#c15c17", "#0a7c80", "#890f02", "#584477")
LEGENDS = 6
LEGEND_COLUMNS = 2
# Characters of a legend that have room.
LEGEND_LENGTH = 26
THOUSANDS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
STYLE = "text{font:11px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:12px}.big{font-size:34px}.faint{fill:#777;font-size:10px}"


@dataclass(frozen=True)
class Line:
    """A series: (seconds, value) in the order of time."""

    name: str
    points: Sequence[tuple[float, float]]


def named(legend: str, labels: Mapping[str, str]) -> str:
    """Return what Grafana would call a series."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), legend).strip()


def picture(board: Board, lines: Mapping[str, Sequence[Line]], start: float, end: float) -> str:
    """Return the SVG; `lines` are those of each panel by its title, `start` and `end` the time that is shown."""
    rows = -(-len(board.panels) // COLUMNS)
    width, height = COLUMNS * (WIDTH + GAP) + GAP, rows * (HEIGHT + GAP) + GAP + 30
    drawn = []
    for number, panel in enumerate(board.panels):
        row, column = divmod(number, COLUMNS)
        place = f"translate({GAP + column * (WIDTH + GAP)},{30 + GAP + row * (HEIGHT + GAP)})"
        drawn.append(f'<g transform="{place}">{_panel(panel, lines.get(panel.title, ()), start, end)}</g>')
    title = f'<text class="title" x="{GAP}" y="24">{escape(board.title)}, {end - start:.0f} seconds</text>'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"><style>{STYLE}</style>'
    return f'{head}<rect width="100%" height="100%" fill="#f4f5f5"/>{title}{"".join(drawn)}</svg>\n'


def _panel(panel: Panel, lines: Sequence[Line], start: float, end: float) -> str:
    frame = f'<rect width="{WIDTH}" height="{HEIGHT}" rx="3" fill="#fff" stroke="#ddd"/><text class="title" x="{LEFT}" y="20">{escape(panel.title)}</text>'
    if not lines:
        return f'{frame}<text class="faint" x="{LEFT}" y="{TOP}">No data</text>'
    if panel.kind == "stat":
        return f'{frame}<text class="big" x="{LEFT}" y="{HEIGHT // 2 + 12}">{value(lines[0].points[-1][1], panel.unit)}</text>'
    most = max((point for line in lines for _, point in line.points), default=0.0) or 1.0
    axis = f'<text class="faint" x="{LEFT}" y="{TOP - 6}">{value(most, panel.unit)}</text><path d="M{LEFT} {TOP + PLOT_HEIGHT}h{PLOT_WIDTH}" stroke="#ddd"/>'
    return frame + axis + "".join(_line(number, line, most, start, end) for number, line in enumerate(lines)) + _legend(lines)


def _line(number: int, line: Line, most: float, start: float, end: float) -> str:
    across, up = PLOT_WIDTH / ((end - start) or 1), PLOT_HEIGHT / most
    points = " ".join(f"{LEFT + (at - start) * across:.0f},{TOP + PLOT_HEIGHT - max(0.0, point) * up:.0f}" for at, point in line.points)
    return f'<polyline points="{points}" fill="none" stroke="{COLOURS[number % len(COLOURS)]}" stroke-width="1.5"/>'


def _legend(lines: Sequence[Line]) -> str:
    shown = [line.name[:LEGEND_LENGTH] for line in lines[:LEGENDS]]
    if len(lines) > LEGENDS:
        shown[-1] = f"and {len(lines) - LEGENDS + 1} more"
    drawn = []
    for number, name in enumerate(shown):
        row, column = divmod(number, LEGEND_COLUMNS)
        x, y = LEFT + column * PLOT_WIDTH // LEGEND_COLUMNS, TOP + PLOT_HEIGHT + 16 + row * 14
        drawn.append(
            f'<rect x="{x}" y="{y - 7}" width="8" height="3" fill="{COLOURS[number % len(COLOURS)]}"/><text x="{x + 12}" y="{y}">{escape(name)}</text>'
        )
    return "".join(drawn)


def value(number: float, unit: str) -> str:
    """Return a value with its unit, as short as Grafana writes it."""
    if unit == "percentunit":
        return f"{number * 100:.3g} %"
    if unit == "s" and number < 1:
        return f"{number * 1000:.3g} ms"
    for size, letter in THOUSANDS:
        if number >= size:
            return f"{number / size:.3g} {letter}{_unit(unit)}"
    return f"{number:.3g} {_unit(unit)}".strip()


def _unit(unit: str) -> str:
    return {"short": "", "bytes": "B", "s": "s", "ops": "/s", "reqps": "/s"}[unit]
