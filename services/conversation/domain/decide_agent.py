"""What a human agent may do, and when. A supervisor may act on anyone's conversation. Never on a closed one, but for notes (decide.py)."""

from servicekit.errors import InvalidError

from services.conversation.domain.commands import (
    AddNote,
    AgentCommand,
    CloseByAgent,
    HandBack,
    Release,
    ResolveDraft,
    SendMessage,
    TakeOver,
    Transfer,
)
from services.conversation.domain.control import AgentRef, CloseReason, ControlCause, Holder, State
from services.conversation.domain.errors import AgentNotFoundError, AlreadyTakenError, DraftNotFoundError, NotHolderError, UnseenMessagesError
from services.conversation.domain.events import (
    Body,
    Closed,
    DraftResolved,
    HandedBack,
    HumanMessage,
    NoteAdded,
    ReturnedToQueue,
    SystemMessage,
    TakenOver,
    Transferred,
)
from services.conversation.domain.policy import Policy
from services.conversation.domain.system_messages import system_message

_CLOSE_REASONS = (CloseReason.RESOLVED, CloseReason.NO_ANSWER, CloseReason.SPAM, CloseReason.OTHER)
# A queue entered for these was asked for by the AI's side; any other was left by a human.
_ASKED = (ControlCause.AI_REQUEST, ControlCause.USER_REQUEST)


def decide(state: State, command: AgentCommand, policy: Policy) -> Body | None:
    """Return the event's body, or None where it is already so; raise the refusal otherwise."""
    match command:
        case TakeOver():
            return _take_over(state, command, policy)
        case SendMessage():
            _demand_holder(state, command)
            _demand_seen(state, command.agent.id, command.seen_seq)
            return HumanMessage(command.text, command.agent)
        case HandBack():
            return _hand_back(state, command, policy)
        case Transfer():
            return _transfer(state, command, policy)
        case Release():
            from_agent = _demand_human(state, command)
            message = _message(state, policy, "returned_to_queue")
            return ReturnedToQueue(from_agent, ControlCause.RELEASED, command.reason, command.note, message)
        case ResolveDraft():
            _demand_holder(state, command)
            if command.draft_seq not in state.after.open_draft_seqs:
                raise DraftNotFoundError
            return DraftResolved(command.draft_seq, command.resolution)
        case AddNote():
            return NoteAdded(command.text, command.agent)
        case CloseByAgent():
            return _close(state, command, policy)
        case _:
            raise TypeError(type(command).__name__)


def _take_over(state: State, command: TakeOver, policy: Policy) -> Body | None:
    control = state.after.control
    if control.held_by(command.agent.id):
        return None
    cause = ControlCause.AGENT
    if control.holder is Holder.HUMAN and state.after.transferred_from_id != command.agent.id:
        if not command.supervisor:
            raise AlreadyTakenError(control)
        if not command.reason.strip():
            raise InvalidError("reason", "must be given to take a conversation from another agent")
    elif control.holder is Holder.QUEUE:
        cause = control.cause if control.cause in _ASKED else ControlCause.RETURNED
    message = _message(state, policy, "taken_over", command.agent)
    return TakenOver(command.agent, control.holder, cause, command.reason, message, from_agent=control.agent)


def _hand_back(state: State, command: HandBack, policy: Policy) -> Body:
    control = state.after.control
    supervised = command.supervisor and control.holder in {Holder.HUMAN, Holder.QUEUE}
    if not supervised:
        _demand_holder(state, command)
    _demand_seen(state, command.agent.id, command.seen_seq)
    reply_due = state.after.oldest_unanswered_at is not None
    return HandedBack(command.agent, command.brief, command.message, reply_due, _message(state, policy, "handed_back", command.agent))


def _transfer(state: State, command: Transfer, policy: Policy) -> Body | None:
    control = state.after.control
    if command.to is None:
        raise AgentNotFoundError
    if control.held_by(command.to.id):
        return None
    if control.holder is Holder.HUMAN and not command.supervisor:
        _demand_holder(state, command)
    _demand_seen(state, command.agent.id, command.seen_seq)
    message = _message(state, policy, "transferred", command.to)
    return Transferred(control.holder, command.to, command.note, command.message, message, from_agent=control.agent)


def _close(state: State, command: CloseByAgent, policy: Policy) -> Body:
    if command.reason not in _CLOSE_REASONS:
        raise InvalidError("reason", "must be RESOLVED, NO_ANSWER, SPAM or OTHER")
    if not command.supervisor:
        _demand_holder(state, command)
    control = state.after.control
    return Closed(command.reason, control.holder, _message(state, policy, "closed"), by=command.agent, from_agent=control.agent)


def _demand_holder(state: State, command: AgentCommand) -> None:
    if not state.after.control.held_by(command.agent.id):
        raise NotHolderError(state.after.control)


def _demand_human(state: State, command: AgentCommand) -> AgentRef:
    """Return the human who holds it: the caller, or anyone to a supervisor."""
    control = state.after.control
    if not command.supervisor:
        _demand_holder(state, command)
    if control.holder is not Holder.HUMAN or control.agent is None:
        raise NotHolderError(control)
    return control.agent


def _demand_seen(state: State, agent_id: str, seen_seq: int) -> None:
    """Refuse while a user's message, or another agent's, stands after what the agent saw; nothing else counts."""
    if seen_seq > state.seq:
        raise InvalidError("seen_seq", "must not be beyond the conversation's newest event")
    after = state.after
    by_others = after.other_human_seq if after.last_human_agent_id == agent_id else after.last_human_seq
    newest = max(after.last_user_seq, by_others)
    if newest > seen_seq:
        raise UnseenMessagesError(seen_seq + 1, newest)


def _message(state: State, policy: Policy, code: str, agent: AgentRef | None = None) -> SystemMessage:
    return system_message(code, state.after.locale, policy, agent)
