"""The sweep: what Baton does by itself when people are gone. It proposes by the views; each command is decided again on the log."""

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from servicekit.errors import ServiceError
from servicekit.logs import get_logger

from services.conversation.domain.commands import CloseIdle, Command, ReleaseUnattended
from services.conversation.domain.control import ControlCause
from services.conversation.domain.events import Actor, ActorKind
from services.conversation.domain.policy import Policy
from services.conversation.ports.presence import ShortestTimes, SweepList, Unattended
from services.conversation.ports.surroundings import Policies
from services.conversation.use_cases.carry_out import CarryOut

logger = get_logger(__name__)

SYSTEM = Actor(ActorKind.SYSTEM, "sweep", "Baton")
# A command about the same state has the same id, so that two sweeps in turn write one event.
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "baton/sweep")
# What a disabled agent may still have taken before every process knew of it. Who was enabled again keeps what came later.
DISABLED_SPAN = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class DisabledAccount:
    """An account that may no longer hold anything that it took up to then."""

    workspace_id: str
    agent_id: str
    at: datetime


class Sweep:
    """One round over everything that may be due."""

    def __init__(self, due: SweepList, shortest: ShortestTimes, policies: Policies, carry_out: CarryOut) -> None:
        """`shortest` bounds what is looked at; each workspace's own times decide."""
        self._due = due
        self._policies = policies
        self._carry_out = carry_out
        self._shortest = shortest
        self._disabled: dict[str, DisabledAccount] = {}

    def account_disabled(self, account: DisabledAccount) -> None:
        """Release what this agent holds, from the next round on."""
        self._disabled[account.agent_id] = account

    async def __call__(self) -> int:
        """Act on what is due and return how many commands were carried out. One that fails does not stop the others."""
        least = await self._shortest.least()
        commands = [*await self._of_the_disabled(), *await self._of_the_gone(least), *await self._of_the_quiet(least)]
        done = await asyncio.gather(*[self._carry(command) for command in commands])
        return sum(done)

    async def _of_the_disabled(self) -> list[Command]:
        found: list[Command] = []
        for account in list(self._disabled.values()):
            held = await self._due.held_by(account.workspace_id, account.agent_id)
            found += [_release(one, ControlCause.DISABLED) for one in held if one.since <= account.at + DISABLED_SPAN]
        return found

    async def _of_the_gone(self, least: Policy) -> list[Command]:
        found: list[Command] = []
        for one in await self._due.unattended(least):
            policy = await self._policies.of(one.workspace_id)
            if one.gone_for > policy.grace or one.away_for > policy.away:
                found.append(_release(one, ControlCause.AGENT_AWAY))
        return found

    async def _of_the_quiet(self, least: Policy) -> list[Command]:
        found: list[Command] = []
        for one in await self._due.idle(least.idle):
            policy = await self._policies.of(one.workspace_id)
            if one.quiet_for >= policy.idle:
                # Nothing follows from doing it twice: what is closed is no longer idle.
                found.append(CloseIdle(command_id=str(uuid.uuid4()), conversation_id=one.conversation_id, workspace_id=one.workspace_id, actor=SYSTEM))
        return found

    async def _carry(self, command: Command) -> bool:
        try:
            await self._carry_out(command)
        except ServiceError as error:
            logger.info("the sweep was refused", command=type(command).__name__, reason=error.reason)
            return False
        return True


def _release(one: Unattended, cause: ControlCause) -> ReleaseUnattended:
    return ReleaseUnattended(
        command_id=str(uuid.uuid5(_NAMESPACE, f"{one.conversation_id}/{one.epoch}/{one.agent_id}/{cause.value}")),
        conversation_id=one.conversation_id,
        workspace_id=one.workspace_id,
        actor=SYSTEM,
        agent_id=one.agent_id,
        epoch=one.epoch,
        cause=cause,
    )
