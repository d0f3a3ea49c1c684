"""The fold: from one event after the other to facts (docs/metrics.md, version 1)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from services.analytics.domain.events import Cause, Control, Holder, Kind, LoggedEvent
from services.analytics.domain.facts import Fact, FactKind


@dataclass(frozen=True, slots=True)
class Phase:
    """Where a conversation stands after event `seq`: who holds control since when, and the user's open turn, if any."""

    workspace_id: str
    conversation_id: str
    seq: int
    control: Control
    since: datetime
    # The oldest message of the user that no human has answered. The AI's answers do not end a turn.
    turn_since: datetime | None = None


class HoleError(Exception):
    """The event does not follow the one folded before."""


def fold(phase: Phase | None, event: LoggedEvent) -> tuple[Phase, tuple[Fact, ...]]:
    """Return the phase after the event and what it measured; HoleError unless the event is the very next one of its conversation."""
    expected = phase.seq + 1 if phase else 1
    if event.seq != expected:
        msg = f"event {event.seq} of {event.conversation_id} where {expected} was due"
        raise HoleError(msg)
    if phase is None:
        phase = Phase(event.workspace_id, event.conversation_id, 0, Control(Holder.CLOSED), event.at)
    facts = (*_control_facts(phase, event), *_message_facts(phase, event))
    return _after(phase, event), facts


def _is_boundary(phase: Phase, event: LoggedEvent) -> bool:
    """A phase is one uninterrupted holder: asking again for a human in the queue begins none."""
    return (phase.control.holder, phase.control.agent_id) != (event.control.holder, event.control.agent_id)


def _control_facts(phase: Phase, event: LoggedEvent) -> Iterator[Fact]:
    if not _is_boundary(phase, event):
        return
    was_human, is_human = phase.control.holder is Holder.HUMAN, event.control.holder is Holder.HUMAN
    if was_human:
        yield replace(_fact(event, FactKind.HUMAN_PHASE, phase.control.agent_id), lasted=event.at - phase.since)
    if was_human and is_human:
        yield _fact(event, FactKind.TRANSFER_OUT, phase.control.agent_id)
        yield _fact(event, FactKind.TRANSFER_IN, event.control.agent_id)
    elif is_human:
        # From the AI nobody had asked: the agent came by themselves. From the queue it is why the conversation waited.
        yield replace(_fact(event, FactKind.TAKEOVER, event.control.agent_id), cause=phase.control.queue_cause or Cause.AGENT)


def _message_facts(phase: Phase, event: LoggedEvent) -> Iterator[Fact]:
    if event.kind is not Kind.HUMAN_MESSAGE:
        return
    agent_id = phase.control.agent_id
    yield _fact(event, FactKind.MESSAGE, agent_id)
    if phase.turn_since is not None:
        yield replace(_fact(event, FactKind.RESPONSE, agent_id), lasted=event.at - max(phase.turn_since, phase.since))


def _fact(event: LoggedEvent, kind: FactKind, agent_id: str) -> Fact:
    return Fact(event.workspace_id, event.conversation_id, event.seq, kind, agent_id, event.at)


def _after(phase: Phase, event: LoggedEvent) -> Phase:
    return replace(
        phase,
        seq=event.seq,
        control=event.control,
        since=event.at if _is_boundary(phase, event) else phase.since,
        turn_since=_turn_after(phase, event),
    )


def _turn_after(phase: Phase, event: LoggedEvent) -> datetime | None:
    if event.kind is Kind.HUMAN_MESSAGE or event.control.holder is Holder.CLOSED:
        return None
    if event.kind is Kind.USER_MESSAGE:
        return phase.turn_since or event.at
    return phase.turn_since
