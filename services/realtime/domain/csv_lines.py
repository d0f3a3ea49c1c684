"""Figures and rows as CSV that no spreadsheet takes for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

from services.realtime.domain.json_types import Json

# What a spreadsheet would calculate. (OWASP, CSV injection.)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_DURATIONS = ("response_time", "takeover_first_response", "human_first_response", "handled")
_PARTS = ("n", "mean_seconds", "median_seconds", "p90_seconds")
_COUNTS = ("no_reply_phases", "conversations", "conversations_with_message", "transfers_in", "transfers_out", "handled_seconds")
_TAKEOVERS = ("total", "by_agent", "by_ai_request", "by_user_request", "returned")
_QUEUE = ("withdrawn", "handed_back", "closed")
_RESOLUTION = ("ai_mean_seconds", "queue_mean_seconds", "human_mean_seconds", "spam", "idle", "without_user_message")
_AI = ("cases", "untouched", "escalated")
_HAND_BACKS = ("made", "judged", "held")
FACT_FIELDS = ("kind", "at", "conversation_id", "seq", "agent_id", "agent_name", "ai_agent_id", "cause", "seconds", "business_seconds")


def figures(answer: Json) -> bytes:
    """Return a line for the team and one for each agent."""
    lines: list[Sequence[object]] = [("agent_id", "agent_name", *_names())]
    lines.append(("", "(team)", *_values(answer["team"])))
    lines += [(each.get("agent_id", ""), each.get("agent_name", ""), *_values(each["figures"])) for each in answer["agents"]]
    return _written(lines)


def facts_head() -> bytes:
    """Return the line of names."""
    return _written([FACT_FIELDS])


def facts(rows: Iterable[Json]) -> bytes:
    """Return a line for each row."""
    return _written([[row.get(name, "") for name in FACT_FIELDS] for row in rows])


def _names() -> list[str]:
    names = [f"takeovers_{part}" for part in _TAKEOVERS] + list(_COUNTS)
    for figure in (*_DURATIONS, "queue_wait", "resolution"):
        names += [f"{figure}_{part}" for part in _PARTS]
    for figure, parts in (("queue_wait", _QUEUE), ("resolution", _RESOLUTION), ("cases", _AI), ("hand_backs", _HAND_BACKS)):
        names += [f"{figure}_{part}" for part in parts]
    return names


def _values(found: Json) -> list[object]:
    values = [found["takeovers"][part] for part in _TAKEOVERS] + [found[name] for name in _COUNTS]
    for duration in (*(found[name] for name in _DURATIONS), found["queue_wait"]["duration"], found["resolution"]["duration"]):
        values += [duration.get(part, "") for part in _PARTS]
    for figure, parts in (("queue_wait", _QUEUE), ("resolution", _RESOLUTION), ("ai", _AI), ("hand_backs", _HAND_BACKS)):
        values += [found[figure].get(part, "") for part in parts]
    return values


def _written(lines: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[_harmless(value) for value in line] for line in lines])
    return text.getvalue().encode()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
