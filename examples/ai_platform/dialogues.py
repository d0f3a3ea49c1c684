"""Reads dialogues: a user's turns, each with the answer that an AI gave to it."""

import gzip
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

BUILT_IN = Path(__file__).parent / "data" / "dialogues.jsonl.gz"
# For a dialogue whose last word is the user's.
_FAREWELL = "You are welcome. Is there anything else I can help you with?"


@dataclass(frozen=True)
class Exchange:
    """What the user says and what the AI answers."""

    user: str
    ai: str


@dataclass(frozen=True)
class Dialogue:
    """One conversation on one or more services, at least one exchange long."""

    id: str
    services: tuple[str, ...]
    exchanges: tuple[Exchange, ...]


def read(path: Path) -> tuple[Dialogue, ...]:
    """Read a file of one JSON object a line (gzipped if its name ends in .gz). ValueError when it holds no dialogue."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        dialogues = tuple(_dialogue(json.loads(line)) for line in lines if line.strip())
    if not any(dialogue.exchanges for dialogue in dialogues):
        raise ValueError(f"no dialogue in {path}")
    return tuple(dialogue for dialogue in dialogues if dialogue.exchanges)


def _dialogue(row: dict[str, object]) -> Dialogue:
    turns, services = row["turns"], row.get("services", [])
    if not isinstance(turns, list) or not isinstance(services, list):
        raise TypeError(f"dialogue {row.get('id')}: turns and services are lists")
    return Dialogue(id=str(row["id"]), services=tuple(map(str, services)), exchanges=exchanges(turns))


def exchanges(turns: Iterable[Sequence[str]]) -> tuple[Exchange, ...]:
    """Pair up turns: several of one speaker in a row become one, a greeting by the AI before the user's first word is left out."""
    spoken = [(speaker, "\n".join(text for _, text in group)) for speaker, group in groupby(turns, key=lambda turn: turn[0])]
    if spoken and spoken[0][0] == "ai":
        spoken = spoken[1:]
    users = [text for speaker, text in spoken if speaker == "user"]
    answers = [text for speaker, text in spoken if speaker == "ai"]
    answers += [_FAREWELL] * (len(users) - len(answers))
    return tuple(Exchange(user, ai) for user, ai in zip(users, answers, strict=True))
