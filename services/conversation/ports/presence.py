"""Who is there, as realtime reports it and the sweep counts it. All times are compared inside the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from services.conversation.domain.policy import Policy


class Presence(StrEnum):
    """Whether an agent is there."""

    AVAILABLE = "available"
    AWAY = "away"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class ReportedAgent:
    """An agent with a socket, and what they set themselves to; `unchanged`: they said nothing new, what is kept of them stands."""

    workspace_id: str
    agent_id: str
    presence: Presence
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Countdown:
    """A conversation leaves its holder so long after the later of `counted_from` and the moment at which it came to them."""

    counted_from: datetime
    lasts: timedelta


@dataclass(frozen=True, slots=True)
class AgentPresence:
    """An agent as colleagues see them; `since` is when this presence began, None for who was never there."""

    agent_id: str
    presence: Presence
    since: datetime | None
    open_conversations: int
    # The first to run out counts; none while nobody's presence is reported.
    countdowns: tuple[Countdown, ...] = ()


class PresenceBook(Protocol):
    """Keeps what is reported."""

    async def report(self, agents: Sequence[ReportedAgent]) -> list[ReportedAgent]:
        """Take who is present at one reporter; return them as they are set now."""
        ...

    async def of_workspace(self, workspace_id: str, policy: Policy) -> list[AgentPresence]:
        """Return everybody who was ever there or holds a conversation, with how many each holds and what runs against them under its settings."""
        ...


@dataclass(frozen=True, slots=True)
class Unattended:
    """A conversation whose holder may not be coming back; both durations stand still while nobody reports."""

    workspace_id: str
    conversation_id: str
    agent_id: str
    epoch: int
    since: datetime
    gone_for: timedelta
    away_for: timedelta


@dataclass(frozen=True, slots=True)
class Idle:
    """A conversation that nobody holds and in which nobody has written for so long."""

    workspace_id: str
    conversation_id: str
    quiet_for: timedelta


class SweepList(Protocol):
    """What the sweep may have to act on; it looks at views, so each command is decided again on the log."""

    async def unattended(self, least: Policy) -> list[Unattended]:
        """Return what is beyond the shortest grace or away time of any workspace; nothing while nobody reports presence."""
        ...

    async def held_by(self, workspace_id: str, agent_id: str) -> list[Unattended]:
        """Return all that an agent holds."""
        ...

    async def idle(self, least: timedelta) -> list[Idle]:
        """Return what has been quiet for at least so long, the longest first, a few hundred at most."""
        ...


class ShortestTimes(Protocol):
    """What the sweep needs of workspaces' settings beside each one's own."""

    async def least(self) -> Policy:
        """Return the shortest times that any workspace has; what is not a time has its default."""
        ...
