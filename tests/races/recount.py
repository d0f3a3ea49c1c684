"""An independent recount of the log: plain documents from MongoDB against the invariant, with no code of the services.

Documents of `events` are read by their stored names alone (t: type, s: seq, c: conversation, body, cmd): a fault in the services' decoding cannot hide.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import AsyncMongoClient

from tests.harness.callers import Answer
from tests.harness.site import Site

DATABASE = "baton_conversation"
Log = dict[str, list[Mapping[str, Any]]]

# After one of these a human holds control; the AI is silent from here.
SILENCING = {"taken_over", "transferred", "returned_to_queue"}


async def read_log(mongodb_uri: str, conversation_ids: Iterable[str] | None = None) -> Log:
    """Return each conversation's events in the order of their seq."""
    wanted = set(conversation_ids) if conversation_ids is not None else None
    log: Log = defaultdict(list)
    async with AsyncMongoClient[dict[str, Any]](mongodb_uri, readConcernLevel="majority") as client:
        async for document in client[DATABASE]["events"].find({}).sort("_id", 1):
            if wanted is None or document["c"] in wanted:
                log[document["c"]].append(document)
    return dict(log)


def violations(log: Log) -> list[str]:
    """Return every breach of the invariant and of the numbering, in words; none is what must be found."""
    found: list[str] = []
    for conversation_id, events in log.items():
        found += [f"{conversation_id}: {breach}" for breach in (*_numbering(events), *_silence(events), *_once(events))]
    return found


def _numbering(events: list[Mapping[str, Any]]) -> Iterable[str]:
    for expected, event in enumerate(events, start=1):
        if event["s"] != expected:
            yield f"seq {event['s']} stands where {expected} should"
            return


def _silence(events: list[Mapping[str, Any]]) -> Iterable[str]:
    silent_since = 0
    for event in events:
        kind = event["t"]
        if kind in SILENCING:
            silent_since = silent_since or event["s"]
        elif kind == "handed_back" or (kind == "user_message" and event["body"].get("reopened")):
            silent_since = 0
        elif kind == "ai_message" and silent_since:
            yield f"AI message at seq {event['s']} although silent since seq {silent_since}"


def _once(events: list[Mapping[str, Any]]) -> Iterable[str]:
    seen: dict[tuple[str, str, str], int] = {}
    for event in events:
        key = (event["actor"]["k"], event["actor"]["id"], event["cmd"])
        if key in seen:
            yield f"command {event['cmd']} stands at seq {seen[key]} and {event['s']}"
        seen[key] = event["s"]


def lost_or_moved(log: Log, accepted: Iterable[Answer]) -> list[Answer]:
    """Return what was acknowledged and does not stand where the acknowledgement said."""
    at = {(conversation_id, event["s"]): event["cmd"] for conversation_id, events in log.items() for event in events}
    return [answer for answer in accepted if at.get((answer.conversation_id, answer.seq)) != answer.command_id]


def count(log: Log, kind: str) -> int:
    """Return how many events of a type the log holds."""
    return sum(event["t"] == kind for events in log.values() for event in events)


def told(log: Log) -> str:
    """Return in words what a race came to: its events, by type."""
    return _counted(event["t"] for events in log.values() for event in events)


def reasons(refused: Iterable[Answer]) -> str:
    """Return in words what was refused, by reason."""
    return _counted(answer.refusal for answer in refused)


def faults(site: Site) -> list[str]:
    """Return what conversation's replicas wrote to their logs as a fault."""
    logs = [site.plan.home / "logs" / f"{instance}.log" for instance in site.plan.instances("conversation")]
    return [line[:2_000] for log in logs for line in log.read_text().splitlines() if '"level": "error"' in line]


def _counted(words: Iterable[str]) -> str:
    return ", ".join(f"{count:,} {word}" for word, count in Counter(words).most_common())
