"""Transfer: the receiver must be an active agent of the same workspace."""

from dataclasses import replace

from services.conversation.domain.commands import Transfer
from services.conversation.ports.surroundings import Directory
from services.conversation.use_cases.carry_out import CarryOut, Outcome


class TransferToAgent:
    """Looks the receiver up, then carries out. Whether that agent may receive is part of deciding, so that a retry finds its first outcome."""

    def __init__(self, carry_out: CarryOut, directory: Directory) -> None:
        self._carry_out = carry_out
        self._directory = directory

    async def __call__(self, command: Transfer) -> Outcome:
        """Return the outcome; AgentNotFoundError for an unknown, foreign or disabled receiver, UnavailableError when that cannot be told."""
        receiver = await self._directory.active_agent(command.workspace_id, command.to_agent_id)
        return await self._carry_out(replace(command, to=receiver))
