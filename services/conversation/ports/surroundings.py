"""What surrounds the log: who works here, who is there, what a workspace has set, and what is only fleeting."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.conversation.domain.control import AgentRef, State
from services.conversation.domain.policy import Policy
from services.conversation.domain.workspace_settings import SettingsChange, StoredSettings


class Directory(Protocol):
    """The accounts of human agents."""

    async def active_agent(self, workspace_id: str, agent_id: str) -> AgentRef | None:
        """Return an agent of this workspace who is not disabled; UnavailableError when it cannot be told."""
        ...


@dataclass(frozen=True, slots=True)
class Availability:
    """How many agents are there, how many conversations wait longer than this one, and when the team is next open.

    `next_opening` is None while it is open, and where nobody has said when it is.
    """

    agents_available: int
    waiting_ahead: int
    next_opening: datetime | None = None


class Presence(Protocol):
    """Who is there."""

    async def agents_available(self, workspace_id: str) -> int:
        """Return how many agents are there and available; 0 also when it cannot be told."""
        ...

    async def waiting(self, workspace_id: str, before: datetime | None) -> int:
        """Return how many conversations wait for a human, since before that moment or at all; 0 also when it cannot be told."""
        ...


class Policies(Protocol):
    """What workspaces have set."""

    async def of(self, workspace_id: str) -> Policy:
        """Return the settings of a workspace, the defaults where there are none."""
        ...


class SettingsStore(Protocol):
    """What workspaces have set, for those who change it. Both raise UnavailableError when the database cannot be reached."""

    async def stored(self, workspace_id: str) -> StoredSettings:
        """Return what is set now, with the newest changes."""
        ...

    async def replace(self, workspace_id: str, policy: Policy, revision: int, change: SettingsChange) -> bool:
        """Store settings and change together, if `revision` is still current; False when it is not."""
        ...


class Typing(Protocol):
    """Fleeting signals: they may be lost, and never fail."""

    async def user_types(self, state: State, *, active: bool) -> None:
        """Say that the user writes, or stopped."""
        ...

    async def ai_composes(self, state: State, *, epoch: int, partial_text: str, active: bool) -> None:
        """Say what the AI is writing under an epoch, or that it stopped."""
        ...
