"""evolve(state, event) -> state: what the log folds to. Each event carries the result (`after`), so reading is one event; this is how it comes about."""

from dataclasses import replace
from datetime import datetime

from services.conversation.domain.control import After, AgentRef, CloseReason, ControlCause, ControlState, Holder, Priority, State
from services.conversation.domain.events import (
    AiDraftWithheld,
    AiMessage,
    Body,
    Closed,
    ConversationStarted,
    Delivered,
    DraftResolved,
    Event,
    HandedBack,
    HumanMessage,
    HumanRequested,
    NoteAdded,
    RequestedBy,
    RequestWithdrawn,
    ReturnedToQueue,
    TakenOver,
    Transferred,
    UserLeft,
    UserMessage,
)
from services.conversation.domain.signals import NOTHING, ai_said, user_said

# Open drafts that are remembered across epochs; only the newest few are ever shown.
MAX_OPEN_DRAFTS = 20


def evolve(state: State | None, event: Event) -> State:
    """Return the state at the event; ValueError unless it is the next one of this conversation."""
    if event.seq != (state.seq if state else 0) + 1 or (state and event.conversation_id != state.conversation_id):
        msg = f"event {event.seq} of {event.conversation_id} does not follow {state.seq if state else 0}"
        raise ValueError(msg)
    return event.state


def fold(after: After | None, seq: int, at: datetime, actor_id: str, body: Body) -> After:
    """Return what the log folds to once `body` stands at `seq`; the chain head is added by the ledger."""
    if isinstance(body, ConversationStarted):
        control = ControlState(Holder.AI, at, ControlCause.STARTED, ai_may_speak=True, epoch=1)
        return After(control, body.ai_agent, body.user.locale, last_message_at=at)
    if after is None:
        msg = f"a log begins with its start, not with {type(body).__name__}"
        raise ValueError(msg)
    match body:
        case UserMessage() | AiMessage() | HumanMessage():
            return _message(after, seq, at, body)
        case AiDraftWithheld():
            return replace(after, drafts_withheld=after.drafts_withheld + 1, open_draft_seqs=(*after.open_draft_seqs, seq)[-MAX_OPEN_DRAFTS:])
        case DraftResolved():
            return replace(after, open_draft_seqs=tuple(draft for draft in after.open_draft_seqs if draft != body.draft_seq))
        case Delivered():
            return replace(after, delivered_seq=body.delivered_seq, shown_seq=body.shown_seq, receipts_at=at)
        case UserLeft():
            return replace(after, user_left=True)
        case NoteAdded():
            return after
        case _:
            return _control_change(after, at, actor_id, body)


def _message(after: After, seq: int, at: datetime, body: UserMessage | AiMessage | HumanMessage) -> After:
    match body:
        case UserMessage():
            if body.reopened:
                after = _enter(after, at, Holder.AI, ControlCause.REOPENED)
            return replace(
                after,
                last_message_at=at,
                last_user_seq=seq,
                user_message_count=after.user_message_count + 1,
                oldest_unanswered_at=after.oldest_unanswered_at or at,
                user_left=False,
                memory=user_said(after.memory, body.text, at),
            )
        case AiMessage():
            return replace(after, last_message_at=at, oldest_unanswered_at=None, memory=ai_said(after.memory, body.text, at))
        case HumanMessage():
            other_human_seq = after.other_human_seq if body.agent.id == after.last_human_agent_id else after.last_human_seq
            return replace(
                after,
                last_message_at=at,
                oldest_unanswered_at=None,
                last_human_seq=seq,
                last_human_agent_id=body.agent.id,
                other_human_seq=other_human_seq,
                transferred_from_id="",
                open_draft_seqs=(),
                memory=NOTHING,
            )


def _control_change(
    after: After,
    at: datetime,
    actor_id: str,
    body: HumanRequested | RequestWithdrawn | TakenOver | HandedBack | Transferred | ReturnedToQueue | Closed | object,
) -> After:
    match body:
        case HumanRequested():
            return _requested(after, at, body)
        case RequestWithdrawn():
            control = ControlState(Holder.AI, at, ControlCause.REQUEST_WITHDRAWN, ai_may_speak=True, epoch=after.control.epoch)
            return replace(after, control=control, priority=None, memory=NOTHING)
        case TakenOver():
            return _enter(after, at, Holder.HUMAN, body.cause, agent=body.agent)
        case Transferred():
            moved = _enter(after, at, Holder.HUMAN, ControlCause.TRANSFERRED, agent=body.to_agent)
            return replace(moved, transferred_from_id=actor_id, last_message_at=at if body.message else after.last_message_at)
        case HandedBack():
            moved = _enter(after, at, Holder.AI, ControlCause.HANDED_BACK)
            return replace(moved, open_draft_seqs=(), memory=NOTHING, last_message_at=at if body.message else after.last_message_at)
        case ReturnedToQueue():
            return _enter(after, at, Holder.QUEUE, body.cause)
        case Closed():
            moved = _enter(after, at, Holder.CLOSED, ControlCause.CLOSED, close_reason=body.reason)
            return replace(moved, open_draft_seqs=(), oldest_unanswered_at=None, memory=NOTHING)
        case _:
            msg = f"no fold for {type(body).__name__}"
            raise TypeError(msg)


def _requested(after: After, at: datetime, body: HumanRequested) -> After:
    cause = ControlCause.USER_REQUEST if body.by is RequestedBy.USER else ControlCause.AI_REQUEST
    # An updated request keeps its place in the queue.
    since = after.control.since if after.control.holder is Holder.QUEUE else at
    control = ControlState(Holder.QUEUE, since, cause, ai_may_speak=True, epoch=after.control.epoch)
    priority: Priority = body.priority
    return replace(after, control=control, priority=priority)


def _enter(after: After, at: datetime, holder: Holder, cause: ControlCause, *, agent: AgentRef | None = None, close_reason: CloseReason | None = None) -> After:
    """Return the state under the next epoch. Only the AI's own epoch lets it speak."""
    control = ControlState(holder, at, cause, holder is Holder.AI, after.control.epoch + 1, agent, close_reason)
    return replace(after, control=control, priority=None, transferred_from_id="", drafts_withheld=0)
