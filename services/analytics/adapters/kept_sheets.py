"""Sheets of counted spans, kept in memory: a year has thousands of cells, and from one question to the next hardly any of them is counted anew."""

from collections import OrderedDict
from dataclasses import dataclass

from services.analytics.domain.sheets import Cells, Sheet

MOST_BYTES = 64 * 2**20
# About what a cell takes besides its lanes: the object, its numbers, its place in a dictionary.
CELL_BYTES = 250


@dataclass(frozen=True, slots=True)
class Version:
    """What a sheet was read from: a span of a count as of its `rev`, of one AI agent's conversations or all, with its agents or without."""

    count: int
    span_id: str
    rev: int
    part: str
    with_agents: bool


class KeptSheets:
    """The sheets that were read last, up to `most_bytes`. Who gets one must not change it."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        """Empty."""
        self._most_bytes = most_bytes
        self._bytes = 0
        self._sheets: OrderedDict[Version, tuple[Sheet, int]] = OrderedDict()

    def get(self, version: Version) -> Sheet | None:
        """Return what was kept of this version."""
        found = self._sheets.get(version)
        if found is None:
            return None
        self._sheets.move_to_end(version)
        return found[0]

    def keep(self, version: Version, sheet: Sheet) -> None:
        """Keep a sheet, and let go of those that nobody has asked for the longest."""
        if version in self._sheets:
            return
        size = _size(sheet.team) + sum(_size(cells) for cells in sheet.agents.values())
        self._sheets[version] = (sheet, size)
        self._bytes += size
        while self._bytes > self._most_bytes:
            _, (_, freed) = self._sheets.popitem(last=False)
            self._bytes -= freed


def _size(cells: Cells) -> int:
    return sum(CELL_BYTES + (cell.lanes.bit_length() + cell.open_lanes.bit_length()) // 8 for cell in cells.values())
