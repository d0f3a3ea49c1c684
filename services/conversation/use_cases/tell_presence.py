"""Who is there, and what runs against who is not."""

from services.conversation.ports.presence import AgentPresence, PresenceBook
from services.conversation.ports.surroundings import Policies


class TellPresence:
    """Answers for a whole workspace, under its own settings."""

    def __init__(self, presence: PresenceBook, policies: Policies) -> None:
        """Nothing is read before it is asked."""
        self._presence = presence
        self._policies = policies

    async def __call__(self, workspace_id: str) -> list[AgentPresence]:
        """Return everybody who was ever there or holds a conversation."""
        return await self._presence.of_workspace(workspace_id, await self._policies.of(workspace_id))
