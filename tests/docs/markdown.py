"""Reads what the documents say: links, code spans, commands, tables, snippets."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_MAKE = re.compile(r"(?:^    |`)make ([a-z][a-z-]*)", re.MULTILINE)
_ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]+)` \| (?:`([^`]*)`)? *\|", re.MULTILINE)


def documents() -> list[Path]:
    """Return the documents that people read, without those of packages that were installed."""
    found = [path for pattern in ("*.md", "docs/**/*.md", "examples/**/*.md", "services/*/*.md", "proto/**/*.md", "sdk/*/*.md") for path in ROOT.glob(pattern)]
    return sorted(path for path in found if "node_modules" not in path.parts)


def prose(path: Path) -> str:
    """Return a document without its fenced code."""
    return _FENCE.sub("", path.read_text())


def links(path: Path) -> list[str]:
    """Return the targets of a document's links into the repository."""
    return [target for target in _LINK.findall(prose(path)) if not re.match(r"[a-z]+:", target)]


def anchors(path: Path) -> set[str]:
    """Return the names of a document's headings, as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(prose(path))}


def make_targets(path: Path) -> set[str]:
    """Return the targets that a document tells people to make."""
    return set(_MAKE.findall(path.read_text()))


def rows(section: str) -> dict[str, str | None]:
    """Return {setting: default} of the tables in a part of a document; None where no default is given."""
    return {name: default or None for name, default in _ROW.findall(section)}


def section(path: Path, heading: str) -> str:
    """Return the text under a heading, up to the next one."""
    _, _, rest = path.read_text().partition(f"\n{heading}\n")
    return re.split(r"^#+ ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def snippets(path: Path, language: str) -> list[str]:
    """Return the fenced code of a language."""
    return [code for found, code in _FENCE.findall(path.read_text()) if found == language]
