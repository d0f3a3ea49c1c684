"""The invariant, watched from outside: after a takeover no AI message before the next hand-back, or before the reopening that follows a closing.

It looks at the types of events alone and at nothing that `decide` or `fold` computed, so that a fault there shows.
"""

from collections import OrderedDict

from services.conversation.domain.control import Holder
from services.conversation.domain.events import AiMessage, Closed, Event, HandedBack, ReturnedToQueue, TakenOver, Transferred, UserMessage

# Conversations remembered; one that was forgotten is taken up again from what its next event says of its state.
MAX_REMEMBERED = 100_000


class SilenceWatch:
    """Sees each conversation's events in order, repeats allowed."""

    def __init__(self, remembered: int = MAX_REMEMBERED) -> None:
        """Remembers as many conversations, those used last."""
        self._remembered = remembered
        # conversation id -> the newest seq seen, whether the AI must be silent after it
        self._seen: OrderedDict[str, tuple[int, bool]] = OrderedDict()

    def broken_by(self, event: Event) -> bool:
        """Tell whether the event is an AI message where there must be none."""
        seq, silent = self._seen.get(event.conversation_id, (0, False))
        if event.seq <= seq:
            return False
        broken = silent and isinstance(event.body, AiMessage)
        known = event.conversation_id in self._seen or event.seq == 1
        self._seen[event.conversation_id] = (event.seq, _silent_after(event, before=silent) if known else _silent_by_state(event))
        self._seen.move_to_end(event.conversation_id)
        if len(self._seen) > self._remembered:
            self._seen.popitem(last=False)
        return broken


def _silent_after(event: Event, *, before: bool) -> bool:
    match event.body:
        case TakenOver() | Transferred() | ReturnedToQueue() | Closed():
            return True
        case HandedBack():
            return False
        case UserMessage(reopened=True):
            return False
        case _:
            return before


def _silent_by_state(event: Event) -> bool:
    control = event.after.control
    return control.holder in {Holder.HUMAN, Holder.CLOSED} or not control.ai_may_speak
