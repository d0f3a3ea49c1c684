"""RequestHuman: beside the outcome, what the platform may truthfully tell its user about waiting."""

from services.conversation.domain.commands import RequestHuman
from services.conversation.ports.surroundings import Availability
from services.conversation.use_cases.carry_out import CarryOut, Outcome
from services.conversation.use_cases.tell_availability import TellAvailability


class RequestHumanAttention:
    """Puts the conversation into the queue and says how the queue is."""

    def __init__(self, carry_out: CarryOut, availability: TellAvailability) -> None:
        self._carry_out = carry_out
        self._availability = availability

    async def __call__(self, command: RequestHuman) -> tuple[Outcome, Availability]:
        """Return the outcome, and the availability as of now."""
        outcome = await self._carry_out(command)
        return outcome, await self._availability(command.workspace_id, outcome.control)
