"""The fold: from one event after the other to facts (docs/metrics.md, version 1)."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
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


def fold(phase: Phase | None, event: LoggedEvent) -> tuple[Phase, tuple[Fact, ...]]:
    """Return the phase after the event and what it measured; HoleError unless the event is the very next one of its conversation."""
    expected = phase.seq + 1 if phase else 1
    if event.seq != expected:
        msg = f"event {event.seq} of {event.conversation_id} where {expected} was due"
        raise HoleError(msg)
    if phase is None:
        phase = Phase(event.workspace_id, event.conversation_id, 0, Control(Holder.CLOSED), event.at)
    reached = after(phase, event)
    facts = (*_control_facts(phase, event), *_message_facts(phase, event), *_case_facts(phase, event))
    return reached, tuple(replace(fact, ai_agent_id=reached.ai_agent_id) for fact in facts)


def _control_facts(phase: Phase, event: LoggedEvent) -> Iterator[Fact]:
    if event.kind is Kind.HANDED_BACK:
        yield from _handed_back(phase, event)
    if not is_boundary(phase, event):
        return
    holder, agent_id = phase.control.holder, phase.control.agent_id
    is_human = event.control.holder is Holder.HUMAN
    if holder is Holder.HUMAN:
        yield from _human_phase(phase, event)
    if holder is Holder.QUEUE:
        yield _queue_ended(phase, event)
    if holder is Holder.HUMAN and is_human:
        yield _fact(event, FactKind.TRANSFER_OUT, agent_id)
        yield _fact(event, FactKind.TRANSFER_IN, event.control.agent_id)
    elif is_human:
        # From the AI nobody had asked: the agent came by themselves. From the queue it is why the conversation waited.
        yield replace(_fact(event, FactKind.TAKEOVER, event.control.agent_id), cause=phase.control.queue_cause or Cause.AGENT)
        yield from _broken_hand_backs(phase, event)
    if event.kind is Kind.RETURNED:
        yield replace(_fact(event, FactKind.RELEASE, agent_id), cause=event.why)


def _human_phase(phase: Phase, event: LoggedEvent) -> Iterator[Fact]:
    agent_id = phase.control.agent_id
    over = replace(_fact(event, FactKind.HUMAN_PHASE, agent_id), lasted=event.at - phase.since)
    yield _with_before(over, phase.held)
    if not phase.wrote:
        yield _fact(event, FactKind.NO_REPLY_PHASE, agent_id)


def _queue_ended(phase: Phase, event: LoggedEvent) -> Fact:
    lasted = event.at - phase.since
    if event.control.holder is Holder.HUMAN:
        return replace(_fact(event, FactKind.QUEUE_WAIT, event.control.agent_id), lasted=lasted)
    return replace(_fact(event, FactKind.QUEUE_LEFT, ""), lasted=lasted, cause=LEAVING.get(event.kind, "other"))


def _handed_back(phase: Phase, event: LoggedEvent) -> Iterator[Fact]:
    made = _fact(event, FactKind.HAND_BACK, phase.control.agent_id)
    yield made
    yield replace(made, kind=FactKind.HAND_BACK_JUDGED, at=event.at + HAND_BACK_HOLDS)


def _broken_hand_backs(phase: Phase, event: LoggedEvent) -> Iterator[Fact]:
    """Broken ones belong to the moment at which they are judged, so that those that held are a difference in any period."""
    for one in phase.hand_backs:
        if event.at - one.at < HAND_BACK_HOLDS:
            yield replace(_fact(event, FactKind.HAND_BACK_BROKEN, one.agent_id), seq=one.seq, at=one.at + HAND_BACK_HOLDS)


def _message_facts(phase: Phase, event: LoggedEvent) -> Iterator[Fact]:
    if event.kind is not Kind.HUMAN_MESSAGE:
        return
    agent_id = phase.control.agent_id
    yield _with_before(_fact(event, FactKind.MESSAGE, agent_id), phase.written)
    if phase.turn_since is not None:
        yield replace(_fact(event, FactKind.RESPONSE, agent_id), lasted=event.at - max(phase.turn_since, phase.since))
    if not phase.wrote:
        began = max(phase.turn_since or phase.since, phase.since)
        yield replace(_fact(event, FactKind.TAKEOVER_FIRST_RESPONSE, agent_id), lasted=event.at - began)
    if phase.case and not phase.case.answered:
        needed = phase.case.needed_at or event.at
        yield replace(_fact(event, FactKind.HUMAN_FIRST_RESPONSE, agent_id), lasted=event.at - needed)


def _case_facts(phase: Phase, event: LoggedEvent) -> Iterator[Fact]:
    if event.control.holder is not Holder.CLOSED or not is_boundary(phase, event):
        return
    agent_id = phase.control.agent_id
    if phase.case is None:
        yield replace(_fact(event, FactKind.EMPTY_CASE, agent_id), cause=event.why)
        return
    ended = replace(_fact(event, FactKind.CASE, agent_id), cause=event.why)
    yield ended
    if not phase.case.touched:
        yield replace(ended, kind=FactKind.UNTOUCHED_CASE)
    if phase.case.asked is not None:
        yield replace(ended, kind=FactKind.ESCALATED_CASE, cause=phase.case.asked)
    if event.why not in NO_RESOLUTION:
        yield from _resolution(phase, phase.case, replace(ended, cause=""))


def _resolution(phase: Phase, case: Case, ended: Fact) -> Iterator[Fact]:
    yield replace(ended, kind=FactKind.RESOLUTION, lasted=ended.at - case.since)
    spent = spent_until(phase, case, ended.at)
    for holder, kind in PARTS.items():
        yield replace(ended, kind=kind, lasted=spent.get(holder, timedelta()))


def _fact(event: LoggedEvent, kind: FactKind, agent_id: str) -> Fact:
    return Fact(event.workspace_id, event.conversation_id, event.seq, kind, agent_id, event.at)


def _with_before(fact: Fact, times: Mapping[str, datetime]) -> Fact:
    return replace(fact, before_mine=times.get(fact.agent_id), before_any=max(times.values(), default=None))
