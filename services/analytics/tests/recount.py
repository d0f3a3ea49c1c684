"""An independent recount: every figure again from the raw log by looking back and forth in it, from the events' own bodies alone. Slow and plain on purpose."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from baton.conversation.v1 import control_pb2 as control
from baton.conversation.v1 import event_pb2 as pb

ARRIVALS = {"taken_over", "transferred"}
PHASE_ENDS = ARRIVALS | {"handed_back", "returned_to_queue", "closed"}
DAY = timedelta(hours=24)


@dataclass
class Recount:
    """The figures of one agent, or with None of the team, in a period; durations in seconds."""

    takeovers: Counter[str] = field(default_factory=Counter)
    transfers_in: int = 0
    transfers_out: int = 0
    releases: Counter[str] = field(default_factory=Counter)
    responses: list[float] = field(default_factory=list)
    takeover_first_responses: list[float] = field(default_factory=list)
    no_reply_phases: int = 0
    human_first_responses: list[float] = field(default_factory=list)
    queue_waits: list[float] = field(default_factory=list)
    queue_left: Counter[str] = field(default_factory=Counter)
    handled: list[float] = field(default_factory=list)
    resolutions: list[float] = field(default_factory=list)
    parts: Counter[str] = field(default_factory=Counter)
    cases: Counter[str] = field(default_factory=Counter)
    untouched: int = 0
    escalated: Counter[str] = field(default_factory=Counter)
    empty: int = 0
    hand_backs: int = 0
    judged: int = 0
    held: int = 0
    conversations: set[str] = field(default_factory=set)
    conversations_with_message: set[str] = field(default_factory=set)


class _Log:
    """One conversation's events and how to look around in them."""

    def __init__(self, events: list[pb.Event]) -> None:
        self.events = sorted(events, key=lambda event: event.seq)

    def holder(self, index: int) -> tuple[str, str]:
        """Return who holds it after the event, read from the newest event that moved it."""
        for event in reversed(self.events[: index + 1]):
            match _body(event):
                case "closed":
                    return "closed", ""
                case "handed_back" | "request_withdrawn" | "conversation_started":
                    return "ai", ""
                case "returned_to_queue" | "human_requested":
                    return "queue", ""
                case "taken_over" | "transferred":
                    return "human", _arrived(event)
                case "user_message" if event.user_message.reopened:
                    return "ai", ""
        return "closed", ""

    def begin(self, index: int) -> int:
        """Return where the phase that holds at the index began."""
        while index > 0 and self.holder(index - 1) == self.holder(index):
            index -= 1
        return index

    def phases(self) -> Iterator[tuple[str, str, int, int | None]]:
        """Yield (holder, agent, first, the one that ended it)."""
        first = 0
        for index in range(1, len(self.events)):
            if self.holder(index) != self.holder(index - 1):
                yield *self.holder(index - 1), first, index
                first = index
        yield *self.holder(len(self.events) - 1), first, None

    def cases(self) -> Iterator[tuple[int | None, int]]:
        """Yield (first message of the user or None, closing) of each that was closed."""
        opening = 0
        for index, event in enumerate(self.events):
            if _body(event) == "closed":
                yield next((at for at in range(opening, index) if _body(self.events[at]) == "user_message"), None), index
                opening = index + 1

    def at(self, index: int) -> datetime:
        return _at(self.events[index])


def recount(log: list[pb.Event], start: datetime, end: datetime, agent: str | None, *, running: bool, ai_agent: str = "") -> Recount:
    """Recount a log; `running` says that the present lies in the period, so that open phases belong to it."""
    result = Recount()

    def counts(moment: datetime, whose: str) -> bool:
        return start <= moment < end and agent in {None, whose}

    for conversation_id in {event.conversation_id for event in log}:
        events = _Log([event for event in log if event.conversation_id == conversation_id])
        if ai_agent in {"", events.events[0].conversation_started.ai_agent.id}:
            _arrivals(result, events, counts)
            _phases(result, events, counts, running=running and agent is None, mine=agent if running else None)
            _messages(result, events, counts)
            _cases(result, events, counts)
            _hand_backs(result, events, counts)
    return result


Counts = Callable[[datetime, str], bool]


def _arrivals(result: Recount, log: _Log, counts: Counts) -> None:
    for index, event in enumerate(log.events):
        if _body(event) == "returned_to_queue" and counts(_at(event), event.returned_to_queue.from_agent.id):
            result.releases[control.ControlCause.Name(event.returned_to_queue.cause).removeprefix("CONTROL_CAUSE_").lower()] += 1
        if _body(event) not in ARRIVALS:
            continue
        body = event.taken_over if _body(event) == "taken_over" else event.transferred
        if body.from_holder == control.HOLDER_HUMAN:
            result.transfers_in += counts(_at(event), _arrived(event))
            result.transfers_out += counts(_at(event), body.from_agent.id)
        elif counts(_at(event), _arrived(event)):
            result.takeovers[_cause(log.events, index)] += 1


def _phases(result: Recount, log: _Log, counts: Counts, *, running: bool, mine: str | None) -> None:
    conversation_id = log.events[0].conversation_id
    for holder, agent, first, over in log.phases():
        if over is None:
            if holder == "human" and (running or agent == mine):
                result.conversations.add(conversation_id)
            continue
        seconds = (log.at(over) - log.at(first)).total_seconds()
        if holder == "human" and counts(log.at(over), agent):
            result.handled.append(seconds)
            result.conversations.add(conversation_id)
            result.no_reply_phases += not any(_body(event) == "human_message" for event in log.events[first:over])
        if holder == "queue":
            next_holder, next_agent = log.holder(over)
            if next_holder == "human" and counts(log.at(over), next_agent):
                result.queue_waits.append(seconds)
            elif next_holder != "human" and counts(log.at(over), ""):
                left = {"request_withdrawn": "withdrawn", "handed_back": "handed_back", "closed": "closed"}
                result.queue_left[left[_body(log.events[over])]] += 1


def _messages(result: Recount, log: _Log, counts: Counts) -> None:
    for index, event in enumerate(log.events):
        if _body(event) != "human_message" or not counts(_at(event), event.human_message.agent.id):
            continue
        result.conversations_with_message.add(event.conversation_id)
        arrived, unanswered = log.begin(index), _unanswered(log.events, index)
        if unanswered:
            result.responses.append((_at(event) - max(log.at(arrived), min(unanswered))).total_seconds())
        if not any(_body(before) == "human_message" for before in log.events[arrived:index]):
            result.takeover_first_responses.append((_at(event) - max([log.at(arrived), *unanswered[-1:]])).total_seconds())
        result.human_first_responses += _first_of_case(log, index)


def _first_of_case(log: _Log, index: int) -> list[float]:
    opening = max([at for at in range(index) if _body(log.events[at]) == "closed"], default=-1) + 1
    first = next((at for at in range(opening, index) if _body(log.events[at]) == "user_message"), None)
    if first is None or any(_body(event) == "human_message" for event in log.events[first:index]):
        return []
    needed = next(at for at in range(first, index) if log.holder(at)[0] in {"queue", "human"})
    return [(log.at(index) - log.at(needed)).total_seconds()]


def _unanswered(events: list[pb.Event], index: int) -> list[datetime]:
    """Return the user's messages that no human has answered, the newest first."""
    found = []
    for before in reversed(events[:index]):
        if _body(before) in {"human_message", "closed"}:
            break
        if _body(before) == "user_message":
            found.append(_at(before))
    return found


def _cases(result: Recount, log: _Log, counts: Counts) -> None:
    for first, closing in log.cases():
        holder = log.holder(closing - 1)[1]
        if not counts(log.at(closing), holder):
            continue
        if first is None:
            result.empty += 1
            continue
        reason = control.CloseReason.Name(log.events[closing].closed.reason).removeprefix("CLOSE_REASON_").lower()
        result.cases[reason] += 1
        result.untouched += all(log.holder(at)[0] != "human" for at in range(first, closing))
        asked = _asked(log, first, closing)
        if asked is not None:
            result.escalated[asked] += 1
        if reason not in {"spam", "idle"}:
            result.resolutions.append((log.at(closing) - log.at(first)).total_seconds())
            for at in range(first, closing):
                result.parts[log.holder(at)[0]] += round((log.at(at + 1) - log.at(at)).total_seconds() * 1000)


def _asked(log: _Log, first: int, closing: int) -> str | None:
    if log.holder(first)[0] == "queue":
        newest = next(event for event in reversed(log.events[:first]) if _body(event) in {"human_requested", "returned_to_queue"})
        if _body(newest) == "human_requested":
            return newest.human_requested.reason
    return next((event.human_requested.reason for event in log.events[first:closing] if _body(event) == "human_requested"), None)


def _hand_backs(result: Recount, log: _Log, counts: Counts) -> None:
    for index, event in enumerate(log.events):
        if _body(event) != "handed_back":
            continue
        by = log.holder(index - 1)[1]
        result.hand_backs += counts(_at(event), by)
        if counts(_at(event) + DAY, by):
            result.judged += 1
            result.held += not any(_body(later) in ARRIVALS and _at(later) - _at(event) < DAY for later in log.events[index + 1 :])


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


def _arrived(event: pb.Event) -> str:
    return event.taken_over.agent.id if _body(event) == "taken_over" else event.transferred.to_agent.id


def _body(event: pb.Event) -> str:
    return event.WhichOneof("body") or ""


def _at(event: pb.Event) -> datetime:
    return event.at.ToDatetime(tzinfo=UTC)
