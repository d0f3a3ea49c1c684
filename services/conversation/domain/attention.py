"""Who needs a human most: a class, since when, and the reasons as stable codes. Facts only; nothing here predicts."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from services.conversation.domain.control import After, ControlCause, Holder, Priority


class AttentionClass(IntEnum):
    """Lower needs a human more. The numbers are those of the contract and of the list's order."""

    NEEDS_HUMAN = 1
    UNANSWERED_BY_HUMAN = 2
    # The AI has not answered, or its answers do not help: the reasons say which.
    UNANSWERED_BY_AI = 3
    CALM = 4
    CLOSED = 5


# Within these classes whoever waits longest comes first; in the others the newest does.
WAITING = frozenset({AttentionClass.NEEDS_HUMAN, AttentionClass.UNANSWERED_BY_HUMAN, AttentionClass.UNANSWERED_BY_AI})

_QUEUED_BECAUSE = {
    ControlCause.AI_REQUEST: "ai_asked",
    ControlCause.USER_REQUEST: "user_asked",
    ControlCause.RELEASED: "released",
    ControlCause.RETURNED: "released",
    ControlCause.AGENT_AWAY: "agent_away",
    ControlCause.DISABLED: "agent_disabled",
}
_URGENT = {Priority.HIGH: "priority_high", Priority.URGENT: "priority_urgent"}


@dataclass(frozen=True, slots=True)
class Attention:
    """How much a conversation needs a human."""

    rank: AttentionClass
    since: datetime
    reasons: tuple[str, ...]

    @property
    def order(self) -> int:
        """The place within the class, in ms: ascending puts the longest wait first, and where nobody waits the newest."""
        moment = int(self.since.timestamp() * 1000)
        return moment if self.rank in WAITING else -moment


def attention(after: After) -> Attention:
    """Return what follows from one event's `after` alone, so that a list row needs no history."""
    control = after.control
    unanswered = after.oldest_unanswered_at
    signals = tuple(signal.value for signal in after.memory.signals)
    reasons = (*signals, "unanswered") if unanswered else signals
    match control.holder:
        case Holder.CLOSED:
            return Attention(AttentionClass.CLOSED, control.since, ())
        case Holder.QUEUE:
            asked = [_QUEUED_BECAUSE[control.cause]] if control.cause in _QUEUED_BECAUSE else []
            urgent = [_URGENT[after.priority]] if after.priority in _URGENT else []
            return Attention(AttentionClass.NEEDS_HUMAN, control.since, (*asked, *urgent, *reasons))
        case Holder.HUMAN if unanswered:
            return Attention(AttentionClass.UNANSWERED_BY_HUMAN, unanswered, reasons)
        case Holder.AI if reasons:
            waiting = [moment for moment in (unanswered, after.memory.since) if moment is not None]
            return Attention(AttentionClass.UNANSWERED_BY_AI, min(waiting), reasons)
    return Attention(AttentionClass.CALM, after.last_message_at, ())
