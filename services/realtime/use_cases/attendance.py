"""Who is here, and what they look at: told to conversation (presence) and to colleagues (viewing)."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Literal

PresenceWord = Literal["available", "away"]


@dataclass(frozen=True, slots=True)
class Agent:
    """A human agent with a socket here."""

    workspace_id: str
    agent_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Present:
    """An agent who is here, and how; `said`: they said so themselves, and it has not been reported yet."""

    agent: Agent
    presence: PresenceWord
    said: bool


@dataclass(slots=True)
class _Here:
    presence: PresenceWord = "available"
    said: bool = False
    # Whether the presence is more than a guess: they said it here, or conversation did.
    known: bool = False
    # What each of the agent's sockets looks at.
    sockets: dict[Hashable, set[str]] = field(default_factory=dict)


class Attendance:
    """An agent is here while one of their sockets is, and away when they last said so, here or at another process."""

    def __init__(self, changed: Callable[[], None]) -> None:
        """`changed` is called when presence is to be reported at once."""
        self._agents: dict[Agent, _Here] = {}
        self._changed = changed

    def arrive(self, agent: Agent, socket: Hashable) -> None:
        """Count a socket in."""
        here = self._agents.get(agent)
        if here is None:
            here = self._agents[agent] = _Here()
            self._changed()
        here.sockets[socket] = set()

    def leave(self, agent: Agent, socket: Hashable) -> set[str]:
        """Count a socket out; returns what nobody of this agent's looks at any more."""
        here = self._agents.get(agent)
        if here is None or socket not in here.sockets:
            return set()
        seen = here.sockets.pop(socket)
        still = {conversation for others in here.sockets.values() for conversation in others}
        if not here.sockets:
            # What they said in going is reported yet; it is to be known when they come back.
            if not here.said:
                del self._agents[agent]
            self._changed()
        return seen - still

    def sockets_of(self, agent: Agent) -> int:
        """Return how many sockets an agent has here."""
        here = self._agents.get(agent)
        return len(here.sockets) if here else 0

    def set_presence(self, agent: Agent, presence: PresenceWord) -> None:
        """Take over what an agent said of themselves."""
        here = self._agents.get(agent)
        if here is not None:
            here.presence, here.said, here.known = presence, True, True
            self._changed()

    def known_presence(self, agent: Agent) -> PresenceWord | None:
        """Return what an agent is set to; None while that is not known here."""
        here = self._agents.get(agent)
        return here.presence if here is not None and here.known else None

    def reported(self, present: Sequence[Present]) -> None:
        """Note that this has arrived; what was said meanwhile is still to be reported."""
        for each in present:
            here = self._agents.get(each.agent)
            if here is not None and each.said and here.presence == each.presence:
                here.said = False
                if not here.sockets:
                    del self._agents[each.agent]

    def learn(self, agent: Agent, presence: PresenceWord) -> bool:
        """Take over what conversation knows of an agent; true if that is news here. What they have just said themselves stands."""
        here = self._agents.get(agent)
        if here is None or here.said or (here.known and here.presence == presence):
            return False
        here.presence, here.known = presence, True
        return True

    def look_at(self, agent: Agent, socket: Hashable, conversation_id: str) -> None:
        """Note that a socket shows a conversation."""
        self._agents[agent].sockets[socket].add(conversation_id)

    def look_away(self, agent: Agent, socket: Hashable, conversation_id: str) -> bool:
        """Note that it no longer does; true when none of the agent's sockets does."""
        here = self._agents[agent]
        here.sockets[socket].discard(conversation_id)
        return not any(conversation_id in seen for seen in here.sockets.values())

    def present(self) -> list[Present]:
        """Return who is here, and how."""
        return [Present(agent, here.presence, here.said) for agent, here in self._agents.items()]

    def count(self, presence: PresenceWord) -> int:
        """Return how many are here so."""
        return sum(here.presence == presence for here in self._agents.values())

    def viewed(self) -> list[tuple[Agent, str]]:
        """Return who looks at what."""
        return [(agent, conversation) for agent, here in self._agents.items() for conversation in set().union(*here.sockets.values())]
