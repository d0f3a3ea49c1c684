"""Where a conversation stands after an event: all that the next event's facts depend on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.analytics.domain.events import Control, Holder, Kind, LoggedEvent

# A hand-back is judged after this time.
HAND_BACK_HOLDS = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Case:
    """From the first message of the user, or the one that reopened, until closing."""

    since: datetime
    # When the user first needed a human.
    needed_at: datetime | None = None
    # A human has written in it; a human has held it; why a human was first asked for (None: nobody asked).
    answered: bool = False
    touched: bool = False
    asked: str | None = None
    # Who held it for how long, up to the present phase.
    spent: Mapping[Holder, timedelta] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HandBack:
    """One that may still be broken."""

    seq: int
    at: datetime
    agent_id: str


@dataclass(frozen=True, slots=True)
class Phase:
    """Who holds control since when, the user's open turn and case, and what was before in this conversation."""

    workspace_id: str
    conversation_id: str
    seq: int
    control: Control
    since: datetime
    # The oldest message of the user that no human has answered. The AI's answers do not end a turn.
    turn_since: datetime | None = None
    ai_agent_id: str = ""
    # A human has written in this phase.
    wrote: bool = False
    # Why a human was asked for, newest; while in the queue by a request.
    request: str | None = None
    case: Case | None = None
    hand_backs: tuple[HandBack, ...] = ()
    # When each agent last ended a phase, and wrote.
    held: Mapping[str, datetime] = field(default_factory=dict)
    written: Mapping[str, datetime] = field(default_factory=dict)


def is_boundary(phase: Phase, event: LoggedEvent) -> bool:
    """A phase is one uninterrupted holder: asking again for a human in the queue begins none."""
    return (phase.control.holder, phase.control.agent_id) != (event.control.holder, event.control.agent_id)


def after(phase: Phase, event: LoggedEvent) -> Phase:
    """Return where the conversation stands after the event."""
    boundary = is_boundary(phase, event)
    wrote = event.kind is Kind.HUMAN_MESSAGE
    return Phase(
        workspace_id=phase.workspace_id,
        conversation_id=phase.conversation_id,
        seq=event.seq,
        control=event.control,
        since=event.at if boundary else phase.since,
        turn_since=_turn(phase, event),
        ai_agent_id=event.ai_agent.id if event.ai_agent else phase.ai_agent_id,
        wrote=wrote or (phase.wrote and not boundary),
        request=_request(phase, event),
        case=_case(phase, event),
        hand_backs=_hand_backs(phase, event) if phase.hand_backs or event.kind is Kind.HANDED_BACK else (),
        held={**phase.held, phase.control.agent_id: event.at} if boundary and phase.control.holder is Holder.HUMAN else phase.held,
        written={**phase.written, phase.control.agent_id: event.at} if wrote else phase.written,
    )


def spent_until(phase: Phase, case: Case, at: datetime) -> dict[Holder, timedelta]:
    """Return the case's time by holder, the present phase included up to `at`."""
    spent = dict(case.spent)
    holder = phase.control.holder
    spent[holder] = spent.get(holder, timedelta()) + at - max(phase.since, case.since)
    return spent


def _turn(phase: Phase, event: LoggedEvent) -> datetime | None:
    if event.kind is Kind.HUMAN_MESSAGE or event.control.holder is Holder.CLOSED:
        return None
    if event.kind is Kind.USER_MESSAGE:
        return phase.turn_since or event.at
    return phase.turn_since


def _request(phase: Phase, event: LoggedEvent) -> str | None:
    if event.kind is Kind.HUMAN_REQUESTED:
        return event.why
    return phase.request if event.control.holder is Holder.QUEUE and phase.control.holder is Holder.QUEUE else None


def _case(phase: Phase, event: LoggedEvent) -> Case | None:
    holder = event.control.holder
    if holder is Holder.CLOSED:
        return None
    case = phase.case
    if case is None:
        if event.kind is not Kind.USER_MESSAGE:
            return None
        # What was asked for before and is still waited for belongs to it.
        case = Case(event.at, asked=_request(phase, event))
    elif is_boundary(phase, event):
        case = replace(case, spent=spent_until(phase, case, event.at))
    if event.kind is Kind.HUMAN_REQUESTED and case.asked is None:
        case = replace(case, asked=event.why)
    if holder in {Holder.QUEUE, Holder.HUMAN} and case.needed_at is None:
        case = replace(case, needed_at=event.at)
    if holder is Holder.HUMAN and not case.touched:
        case = replace(case, touched=True)
    if event.kind is Kind.HUMAN_MESSAGE and not case.answered:
        case = replace(case, answered=True)
    return case


def _hand_backs(phase: Phase, event: LoggedEvent) -> tuple[HandBack, ...]:
    if event.control.holder is Holder.HUMAN:
        return ()
    pending = tuple(one for one in phase.hand_backs if event.at - one.at < HAND_BACK_HOLDS)
    if event.kind is Kind.HANDED_BACK:
        return (*pending, HandBack(event.seq, event.at, phase.control.agent_id))
    return pending
