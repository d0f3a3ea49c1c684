"""A picture is well-formed, and shows every panel: with its series, or that there is none."""

from xml.etree import ElementTree as ET

import pytest

from deploy.monitoring.boards import BOARDS, Board
from deploy.monitoring.pictures import Line, named, picture, value


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.name)
def test_every_panel_is_drawn(board: Board) -> None:
    lines = {panel.title: [Line("a <b> & c", [(0, 1.0), (10, 0.0)])] * 8 for panel in board.panels[1:]}
    drawn = ET.fromstring(picture(board, lines, 0, 10))  # noqa: S314  # our own
    words = "\n".join(drawn.itertext())
    assert all(panel.title in words for panel in board.panels)
    assert words.count("No data") == 1
    assert "and 3 more" in words


def test_series_are_called_as_grafana_calls_them() -> None:
    assert named("p50 {{method}}", {"method": "Login"}) == "p50 Login"
    assert named("{{topic}} {{result}}", {"topic": "t"}) == "t"


def test_values_are_short_and_have_their_unit() -> None:
    cases = [(0.0123, "s", "12.3 ms"), (90.0, "s", "90 s"), (0.5, "percentunit", "50 %"), (2_500_000.0, "bytes", "2.5 MB"), (3.0, "short", "3")]
    assert [value(number, unit) for number, unit, _ in cases] == [words for *_, words in cases]
