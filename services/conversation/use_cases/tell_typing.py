"""A human who holds a conversation types: its platform is told, so that its user sees it. What is not the holder's is nobody's business there."""

from servicekit.errors import ServiceError

from services.conversation.ports.event_store import EventStore
from services.conversation.use_cases.states import States
from services.conversation.use_cases.watch import AgentTyping, Watch


class TellTyping:
    """Takes what gateways say of their agents."""

    def __init__(self, watch: Watch, states: States, store: EventStore) -> None:
        """`states` knows most conversations that somebody types in; `store` the others."""
        self._watch = watch
        self._states = states
        self._store = store

    async def __call__(self, workspace_id: str, conversation_id: str, agent_id: str, *, active: bool) -> None:
        """Pass it on, or drop it. Never fails: it may be lost."""
        if not self._watch.wants_typing(workspace_id):
            return
        try:
            state = self._states.get(conversation_id) or await self._store.newest(conversation_id)
        except ServiceError:
            return
        if state is None or state.workspace_id != workspace_id:
            return
        self._states.put(state)
        control = state.after.control
        if control.agent is not None and control.held_by(agent_id):
            self._watch.tell_typing(state, AgentTyping(conversation_id, control, control.agent, active))
