"""The fold: from one event after the other to facts (docs/metrics.md, version 1)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.analytics.domain.events import Cause, Control, Holder, Kind, LoggedEvent
from services.analytics.domain.facts import Fact, FactKind
from services.analytics.domain.phases import HAND_BACK_HOLDS, Case, Phase, after, is_boundary, spent_until

# Closings that say nothing about how long it takes to solve something.
NO_RESOLUTION = frozenset({"spam", "idle"})
LEAVING = {Kind.WITHDRAWN: "withdrawn", Kind.HANDED_BACK: "handed_back", Kind.CLOSED: "closed"}
PARTS = {Holder.AI: FactKind.RESOLUTION_AI, Holder.QUEUE: FactKind.RESOLUTION_QUEUE, Holder.HUMAN: FactKind.RESOLUTION_HUMAN}


class HoleError(Exception):
    """The event does not follow the one folded before."""


@dataclass(frozen=True, slots=True)
class _Step:
    """An event, and where the conversation stood before and stands after it."""

    phase: Phase
    event: LoggedEvent
    reached: Phase

    @property
    def is_boundary(self) -> bool:
        return is_boundary(self.phase, self.event)

    def fact(self, kind: FactKind, agent_id: str, *, lasted: timedelta | None = None, cause: str = "", before: Mapping[str, datetime] | None = None) -> Fact:
        """Return a fact of the event; `before` says when each agent last did the like. Built at once: `replace` takes longer than all else of a fold."""
        event = self.event
        mine, anyone = (before.get(agent_id), max(before.values())) if before else (None, None)
        return Fact(event.workspace_id, event.conversation_id, event.seq, kind, agent_id, event.at, lasted, cause, self.reached.ai_agent_id, mine, anyone)


def fold(phase: Phase | None, event: LoggedEvent) -> tuple[Phase, tuple[Fact, ...]]:
    """Return the phase after the event and what it measured; HoleError unless the event is the very next one of its conversation."""
    expected = phase.seq + 1 if phase else 1
    if event.seq != expected:
        msg = f"event {event.seq} of {event.conversation_id} where {expected} was due"
        raise HoleError(msg)
    if phase is None:
        phase = Phase(event.workspace_id, event.conversation_id, 0, Control(Holder.CLOSED), event.at)
    step = _Step(phase, event, after(phase, event))
    return step.reached, (*_control_facts(step), *_message_facts(step), *_case_facts(step))


def _control_facts(step: _Step) -> Iterator[Fact]:
    phase, event = step.phase, step.event
    if event.kind is Kind.HANDED_BACK:
        yield from _handed_back(step)
    if not step.is_boundary:
        return
    holder, agent_id = phase.control.holder, phase.control.agent_id
    is_human = event.control.holder is Holder.HUMAN
    if holder is Holder.HUMAN:
        yield from _human_phase(step)
    if holder is Holder.QUEUE:
        yield _queue_ended(step)
    if holder is Holder.HUMAN and is_human:
        yield step.fact(FactKind.TRANSFER_OUT, agent_id)
        yield step.fact(FactKind.TRANSFER_IN, event.control.agent_id)
    elif is_human:
        # From the AI nobody had asked: the agent came by themselves. From the queue it is why the conversation waited.
        yield step.fact(FactKind.TAKEOVER, event.control.agent_id, cause=phase.control.queue_cause or Cause.AGENT)
        yield from _broken_hand_backs(step)
    if event.kind is Kind.RETURNED:
        yield step.fact(FactKind.RELEASE, agent_id, cause=event.why)


def _human_phase(step: _Step) -> Iterator[Fact]:
    phase, agent_id = step.phase, step.phase.control.agent_id
    yield step.fact(FactKind.HUMAN_PHASE, agent_id, lasted=step.event.at - phase.since, before=phase.held)
    if not phase.wrote:
        yield step.fact(FactKind.NO_REPLY_PHASE, agent_id)


def _queue_ended(step: _Step) -> Fact:
    control, lasted = step.event.control, step.event.at - step.phase.since
    if control.holder is Holder.HUMAN:
        return step.fact(FactKind.QUEUE_WAIT, control.agent_id, lasted=lasted)
    return step.fact(FactKind.QUEUE_LEFT, "", lasted=lasted, cause=LEAVING.get(step.event.kind, "other"))


def _handed_back(step: _Step) -> Iterator[Fact]:
    made = step.fact(FactKind.HAND_BACK, step.phase.control.agent_id)
    yield made
    yield replace(made, kind=FactKind.HAND_BACK_JUDGED, at=made.at + HAND_BACK_HOLDS)


def _broken_hand_backs(step: _Step) -> Iterator[Fact]:
    """Broken ones belong to the moment at which they are judged, so that those that held are a difference in any period."""
    for one in step.phase.hand_backs:
        if step.event.at - one.at < HAND_BACK_HOLDS:
            yield replace(step.fact(FactKind.HAND_BACK_BROKEN, one.agent_id), seq=one.seq, at=one.at + HAND_BACK_HOLDS)


def _message_facts(step: _Step) -> Iterator[Fact]:
    phase, event = step.phase, step.event
    if event.kind is not Kind.HUMAN_MESSAGE:
        return
    agent_id = phase.control.agent_id
    yield step.fact(FactKind.MESSAGE, agent_id, before=phase.written)
    began = max(phase.turn_since or phase.since, phase.since)
    if phase.turn_since is not None:
        yield step.fact(FactKind.RESPONSE, agent_id, lasted=event.at - began)
    if not phase.wrote:
        yield step.fact(FactKind.TAKEOVER_FIRST_RESPONSE, agent_id, lasted=event.at - began)
    if phase.case and not phase.case.answered:
        yield step.fact(FactKind.HUMAN_FIRST_RESPONSE, agent_id, lasted=event.at - (phase.case.needed_at or event.at))


def _case_facts(step: _Step) -> Iterator[Fact]:
    phase, event = step.phase, step.event
    if event.control.holder is not Holder.CLOSED or not step.is_boundary:
        return
    agent_id = phase.control.agent_id
    if phase.case is None:
        yield step.fact(FactKind.EMPTY_CASE, agent_id, cause=event.why)
        return
    yield step.fact(FactKind.CASE, agent_id, cause=event.why)
    if not phase.case.touched:
        yield step.fact(FactKind.UNTOUCHED_CASE, agent_id, cause=event.why)
    if phase.case.asked is not None:
        yield step.fact(FactKind.ESCALATED_CASE, agent_id, cause=phase.case.asked)
    if event.why not in NO_RESOLUTION:
        yield from _resolution(step, phase.case)


def _resolution(step: _Step, case: Case) -> Iterator[Fact]:
    agent_id, at = step.phase.control.agent_id, step.event.at
    yield step.fact(FactKind.RESOLUTION, agent_id, lasted=at - case.since)
    spent = spent_until(step.phase, case, at)
    for holder, kind in PARTS.items():
        yield step.fact(kind, agent_id, lasted=spent.get(holder, timedelta()))
