"""What Baton does by itself: it lets go for agents who are away, and closes what nobody holds and nobody writes in. Never to the AI."""

from datetime import datetime

from services.conversation.domain.commands import CloseIdle, ReleaseUnattended
from services.conversation.domain.control import CloseReason, Holder, State
from services.conversation.domain.events import Body, Closed, ReturnedToQueue
from services.conversation.domain.policy import Policy
from services.conversation.domain.system_messages import system_message


def decide(state: State, command: ReleaseUnattended | CloseIdle, now: datetime, policy: Policy) -> Body | None:
    """Return the event's body, or None where the reason for it is gone; it never refuses."""
    control = state.after.control
    locale = state.after.locale
    if isinstance(command, ReleaseUnattended):
        if control.agent is None or not control.held_by(command.agent_id) or control.epoch != command.epoch:
            return None
        message = system_message("returned_to_queue", locale, policy)
        return ReturnedToQueue(control.agent, command.cause, "", "", message)
    if control.holder not in {Holder.AI, Holder.QUEUE} or now - state.after.last_message_at < policy.idle:
        return None
    return Closed(CloseReason.IDLE, control.holder, system_message("closed", locale, policy))
