"""What a platform may truthfully tell a user about waiting: who is there, how many wait ahead, when the team is next open."""

import time

from servicekit.clock import Clock

from services.conversation.domain.control import ControlState, Holder
from services.conversation.domain.opening import next_opening
from services.conversation.ports.surroundings import Availability, Policies, Presence

# A stream that catches up asks for thousands of conversations at once: what is the same for all of a workspace is counted once in so long.
KEPT_SECONDS = 1.0
# Workspaces remembered; beyond it all are forgotten, which costs a count each.
MAX_WORKSPACES = 1_000


class TellAvailability:
    """Asks who is there and what the workspace has set."""

    def __init__(self, presence: Presence, policies: Policies, clock: Clock) -> None:
        """`clock` says what time it is for the team."""
        self._presence = presence
        self._policies = policies
        self._clock = clock
        self._counted: dict[str, tuple[float, int, int]] = {}

    async def __call__(self, workspace_id: str, control: ControlState) -> Availability:
        """Return it as of now, to a second; who does not wait has everybody who does ahead. Never fails: what cannot be told is 0."""
        agents, ahead = await self._of_workspace(workspace_id)
        if control.holder is Holder.QUEUE:
            ahead = await self._presence.waiting(workspace_id, control.since)
        policy = await self._policies.of(workspace_id)
        return Availability(agents, ahead, next_opening(policy.hours, policy.time_zone, self._clock.now()))

    async def _of_workspace(self, workspace_id: str) -> tuple[int, int]:
        now = time.monotonic()
        at, agents, waiting = self._counted.get(workspace_id, (float("-inf"), 0, 0))
        if now - at >= KEPT_SECONDS:
            if len(self._counted) >= MAX_WORKSPACES:
                self._counted.clear()
            agents = await self._presence.agents_available(workspace_id)
            waiting = await self._presence.waiting(workspace_id, None)
            self._counted[workspace_id] = (now, agents, waiting)
        return agents, waiting
