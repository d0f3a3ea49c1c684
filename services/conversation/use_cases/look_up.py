"""Reading one conversation for a platform, and passing on what is fleeting about it."""

from services.conversation.domain.control import State
from services.conversation.domain.errors import ConversationNotFoundError
from services.conversation.ports.event_store import EventStore
from services.conversation.ports.surroundings import Typing
from services.conversation.use_cases.states import States


class LookUp:
    """Answers the present state."""

    def __init__(self, store: EventStore) -> None:
        self._store = store

    async def __call__(self, workspace_id: str, platform_id: str, conversation_id: str) -> State:
        """Return the state as a majority has it; ConversationNotFoundError for an unknown or foreign id."""
        state = await self._store.newest(conversation_id)
        if state is None or (state.workspace_id, state.platform_id) != (workspace_id, platform_id):
            raise ConversationNotFoundError
        return state


class ReportTyping:
    """Passes on that somebody writes. A state from memory will do: what is stale here is dropped again further on."""

    def __init__(self, look_up: LookUp, states: States, typing: Typing) -> None:
        self._look_up = look_up
        self._states = states
        self._typing = typing

    async def user(self, workspace_id: str, platform_id: str, conversation_id: str, *, active: bool) -> None:
        """The user types, or stopped."""
        await self._typing.user_types(await self._state(workspace_id, platform_id, conversation_id), active=active)

    async def ai(self, workspace_id: str, platform_id: str, conversation_id: str, *, epoch: int, partial_text: str, active: bool) -> None:
        """The AI composes, or stopped; dropped where it may not speak under this epoch."""
        state = await self._state(workspace_id, platform_id, conversation_id)
        if state.after.control.ai_may_speak and state.after.control.epoch == epoch:
            await self._typing.ai_composes(state, epoch=epoch, partial_text=partial_text, active=active)

    async def _state(self, workspace_id: str, platform_id: str, conversation_id: str) -> State:
        state = self._states.get(conversation_id)
        if state is None or (state.workspace_id, state.platform_id) != (workspace_id, platform_id):
            state = await self._look_up(workspace_id, platform_id, conversation_id)
            self._states.put(state)
        return state
