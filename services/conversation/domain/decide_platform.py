"""What an AI platform may do, and when: its users' words always, its AI's words only while the AI may speak and under the current epoch."""

from datetime import datetime

from servicekit.errors import InvalidError

from services.conversation.domain.commands import (
    AppendAiMessage,
    AppendUserMessage,
    CloseByPlatform,
    Command,
    ReportReceipts,
    RequestHuman,
    StartConversation,
    WithdrawRequest,
)
from services.conversation.domain.control import CloseReason, ControlState, Holder, State
from services.conversation.domain.errors import ControlLostError, ConversationClosedError, NotRequestedError, TooManyDraftsError, TooSoonError
from services.conversation.domain.events import (
    AiDraftWithheld,
    AiMessage,
    Body,
    Closed,
    Delivered,
    HumanRequested,
    RequestedBy,
    RequestWithdrawn,
    SystemMessage,
    UserLeft,
    UserMessage,
)
from services.conversation.domain.policy import Policy
from services.conversation.domain.system_messages import system_message


def decide(state: State, command: Command, now: datetime, policy: Policy) -> Body | None:
    """Return the event's body, or None where it is already so; raise the refusal otherwise."""
    control = state.after.control
    if isinstance(command, StartConversation):
        # The platform's own id already began one: that one is the answer.
        return None
    if isinstance(command, AppendUserMessage):
        return _user_message(state, command, policy)
    if control.holder is Holder.CLOSED:
        raise ConversationClosedError(control)
    match command:
        case AppendAiMessage():
            return _ai_message(state, command, policy)
        case RequestHuman():
            _demand_control(control, command.epoch)
            message = _message(state, policy, "human_requested") if control.holder is Holder.AI and command.by is RequestedBy.USER else None
            return HumanRequested(command.by, command.reason, command.summary, command.priority, command.suggested_reply, message)
        case WithdrawRequest():
            return withdraw(state, command)
        case ReportReceipts():
            return _receipts(state, command, now, policy)
        case CloseByPlatform():
            return _close(state, command, policy)
        case _:
            raise TypeError(type(command).__name__)


def withdraw(state: State, command: WithdrawRequest) -> Body:
    """Withdraw the request for a human: by the platform or by any agent."""
    control = state.after.control
    if control.holder is Holder.AI:
        raise NotRequestedError
    _demand_control(control, command.epoch)
    return RequestWithdrawn(command.reason)


def _user_message(state: State, command: AppendUserMessage, policy: Policy) -> Body:
    control = state.after.control
    if control.holder is not Holder.CLOSED:
        return UserMessage(command.text, sent_at=command.sent_at)
    if control.close_reason is CloseReason.SPAM or not policy.reopen:
        raise ConversationClosedError(control)
    return UserMessage(command.text, reopened=True, sent_at=command.sent_at, system_message=_message(state, policy, "reopened"))


def _ai_message(state: State, command: AppendAiMessage, policy: Policy) -> Body:
    """A late AI message is kept as a draft where no AI may speak; under a stale epoch, while an AI may speak, it is not: the AI knows better by now."""
    control = state.after.control
    if control.ai_may_speak:
        _demand_control(control, command.epoch)
        return AiMessage(command.text, command.epoch, state.after.ai_agent)
    if state.after.drafts_withheld >= policy.max_drafts:
        raise TooManyDraftsError(control)
    return AiDraftWithheld(command.text, command.epoch, state.after.ai_agent, state.after.last_user_seq)


def _receipts(state: State, command: ReportReceipts, now: datetime, policy: Policy) -> Body | None:
    """Monotonic: a lower number than is known changes nothing."""
    for field, value in (("up_to_seq", command.delivered_seq), ("up_to_seq", command.shown_seq)):
        if value > state.seq:
            raise InvalidError(field, "must not be beyond the conversation's newest event")
    # What was shown has been delivered.
    shown = max(state.after.shown_seq, command.shown_seq)
    delivered = max(state.after.delivered_seq, command.delivered_seq, shown)
    if (delivered, shown) == (state.after.delivered_seq, state.after.shown_seq):
        return None
    written = state.after.receipts_at
    if written is not None and now - written < policy.receipt_interval:
        raise TooSoonError(written + policy.receipt_interval - now)
    return Delivered(delivered, shown)


def _close(state: State, command: CloseByPlatform, policy: Policy) -> Body | None:
    control = state.after.control
    if command.reason is CloseReason.AI_RESOLVED:
        _demand_control(control, command.epoch)
    elif command.reason is not CloseReason.USER_LEFT:
        raise InvalidError("reason", "must be AI_RESOLVED or USER_LEFT")
    elif control.holder is Holder.HUMAN:
        # The human decides when it is over.
        return None if state.after.user_left else UserLeft(_message(state, policy, "user_left"))
    return Closed(command.reason, control.holder, _message(state, policy, "closed"))


def _demand_control(control: ControlState, epoch: int) -> None:
    if not control.ai_may_speak or epoch != control.epoch:
        raise ControlLostError(control)


def _message(state: State, policy: Policy, code: str) -> SystemMessage:
    return system_message(code, state.after.locale, policy)
