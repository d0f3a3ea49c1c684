"""The warm states: memory of recently used conversations, so that an append is one insert (rule 3)."""

from collections import OrderedDict

from services.conversation.domain.control import State
from services.conversation.domain.events import Event

# About 2 KiB each.
MAX_STATES = 50_000


class States:
    """Advances only on majority acknowledgement, majority reads and contiguous events of the topic. May be stale: the unique index finds that out."""

    def __init__(self, limit: int = MAX_STATES) -> None:
        """Keep this many conversations, those used last."""
        self._limit = limit
        self._states: OrderedDict[str, State] = OrderedDict()

    def get(self, conversation_id: str) -> State | None:
        """Return what is remembered."""
        state = self._states.get(conversation_id)
        if state is not None:
            self._states.move_to_end(conversation_id)
        return state

    def put(self, state: State) -> None:
        """Remember a state that a majority has acknowledged; never goes back."""
        known = self._states.get(state.conversation_id)
        if known is None or state.seq > known.seq:
            self._states[state.conversation_id] = state
            self._states.move_to_end(state.conversation_id)
            if len(self._states) > self._limit:
                self._states.popitem(last=False)

    def evict(self, conversation_id: str) -> None:
        """Forget: something about it is not certain."""
        self._states.pop(conversation_id, None)

    def refresh(self, event: Event) -> None:
        """Advance by an event of the topic if it is the very next one; a jump forgets the conversation, a repeat changes nothing."""
        known = self._states.get(event.conversation_id)
        if known is None or event.seq <= known.seq:
            return
        if event.seq == known.seq + 1:
            self._states[event.conversation_id] = event.state
        else:
            self.evict(event.conversation_id)
