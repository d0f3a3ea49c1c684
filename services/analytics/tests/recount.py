"""An independent recount: every figure again from the raw log by looking back and forth in it, from the events' own bodies alone. Slow and plain on purpose."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from baton.conversation.v1 import control_pb2 as control
from baton.conversation.v1 import event_pb2 as pb

ARRIVALS = {"taken_over", "transferred"}
PHASE_ENDS = ARRIVALS | {"handed_back", "returned_to_queue", "closed"}


@dataclass
class Recount:
    """The figures of one agent, or with None of the team, in a period."""

    takeovers: dict[str, int] = field(default_factory=lambda: {"agent": 0, "ai_request": 0, "user_request": 0, "returned": 0})
    transfers_in: int = 0
    transfers_out: int = 0
    responses: list[float] = field(default_factory=list)
    conversations: set[str] = field(default_factory=set)
    conversations_with_message: set[str] = field(default_factory=set)

    def percentiles(self) -> tuple[float, float, float]:
        tenths = statistics.quantiles(self.responses, n=10, method="inclusive") if len(self.responses) > 1 else self.responses * 9
        return statistics.fmean(self.responses), statistics.median(self.responses), tenths[8]


def recount(log: list[pb.Event], start: datetime, end: datetime, agent: str | None, *, running: bool) -> Recount:
    """Recount a log; `running` says that the present lies in the period, so that open phases belong to it."""
    result = Recount()

    def is_mine(candidate: str) -> bool:
        return agent in {None, candidate}

    for conversation_id in {event.conversation_id for event in log}:
        events = sorted((event for event in log if event.conversation_id == conversation_id), key=lambda event: event.seq)
        for index, event in enumerate(events):
            inside = start <= _at(event) < end
            if _body(event) in ARRIVALS:
                if inside:
                    _count_arrival(result, events, index, is_mine)
                over = next((later for later in events[index + 1 :] if _body(later) in PHASE_ENDS), None)
                if is_mine(_arrived(event)) and (running if over is None else start <= _at(over) < end):
                    result.conversations.add(conversation_id)
            if _body(event) == "human_message" and inside and is_mine(event.human_message.agent.id):
                result.conversations_with_message.add(conversation_id)
                result.responses += _response(events, index)
    return result


def _count_arrival(result: Recount, events: list[pb.Event], index: int, is_mine: Callable[[str], bool]) -> None:
    event = events[index]
    body = event.taken_over if _body(event) == "taken_over" else event.transferred
    if body.from_holder == control.HOLDER_HUMAN:
        result.transfers_in += is_mine(_arrived(event))
        result.transfers_out += is_mine(body.from_agent.id)
    elif is_mine(_arrived(event)):
        result.takeovers[_cause(events, index)] += 1


def _cause(events: list[pb.Event], index: int) -> str:
    event = events[index]
    if _body(event) == "taken_over":
        return {
            control.CONTROL_CAUSE_AGENT: "agent",
            control.CONTROL_CAUSE_AI_REQUEST: "ai_request",
            control.CONTROL_CAUSE_USER_REQUEST: "user_request",
            control.CONTROL_CAUSE_RETURNED: "returned",
        }[event.taken_over.cause]
    if event.transferred.from_holder == control.HOLDER_AI:
        return "agent"
    why = next(before for before in reversed(events[:index]) if _body(before) in {"human_requested", "returned_to_queue"})
    if _body(why) == "returned_to_queue":
        return "returned"
    return "user_request" if why.human_requested.by == pb.REQUESTED_BY_USER else "ai_request"


def _response(events: list[pb.Event], index: int) -> list[float]:
    unanswered = []
    for before in reversed(events[:index]):
        if _body(before) in {"human_message", "closed"}:
            break
        if _body(before) == "user_message":
            unanswered.append(_at(before))
    if not unanswered:
        return []
    arrived = next(_at(before) for before in reversed(events[:index]) if _body(before) in ARRIVALS)
    return [(_at(events[index]) - max(arrived, min(unanswered))).total_seconds()]


def _arrived(event: pb.Event) -> str:
    return event.taken_over.agent.id if _body(event) == "taken_over" else event.transferred.to_agent.id


def _body(event: pb.Event) -> str:
    return event.WhichOneof("body") or ""


def _at(event: pb.Event) -> datetime:
    return event.at.ToDatetime(tzinfo=UTC)
