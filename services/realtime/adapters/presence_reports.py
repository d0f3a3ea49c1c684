"""Tells conversation which agents have a socket here, every five seconds and at once when that changed, and learns what they are set to."""

import asyncio
import uuid
from collections.abc import Callable

from servicekit.errors import ServiceError
from servicekit.logs import get_logger

from services.realtime.domain.json_types import Json
from services.realtime.metrics import PRESENCE_FAILURES
from services.realtime.ports import RemoteService
from services.realtime.use_cases.attendance import Agent, Attendance, PresenceWord, Present

logger = get_logger(__name__)

REPORT_SECONDS = 5.0


class PresenceReports:
    """Each report replaces the former one of this process; one that fails is made good by the next."""

    def __init__(self, internal: RemoteService) -> None:
        """`internal` is conversation's InternalService."""
        self._internal = internal
        self._reporter_id = str(uuid.uuid4())
        self._due = asyncio.Event()

    def soon(self) -> None:
        """Report at once."""
        self._due.set()

    async def run(self, attendance: Attendance, learned: Callable[[Agent, PresenceWord], None]) -> None:
        """Report until cancelled; `learned` is called when an agent turns out to be set otherwise than was known here."""
        reached = True
        while True:
            self._due.clear()
            present = attendance.present()
            try:
                answer = await self._internal.call("ReportPresence", reporter_id=self._reporter_id, agents=[_reported(each) for each in present])
                reached = True
                attendance.reported(present)
                set_to = {(each["workspace_id"], each["agent_id"]): each["presence"] for each in answer["agents"]}
                for agent in [each.agent for each in present]:
                    presence = set_to.get((agent.workspace_id, agent.agent_id))
                    if presence is not None and attendance.learn(agent, presence):
                        learned(agent, presence)
            except ServiceError as error:
                PRESENCE_FAILURES.inc()
                if reached:
                    logger.warning("presence cannot be reported", reason=error.reason)
                reached = False
                await asyncio.sleep(1.0)
            try:
                async with asyncio.timeout(REPORT_SECONDS):
                    await self._due.wait()
            except TimeoutError:
                pass


def _reported(present: Present) -> Json:
    agent = present.agent
    return {"workspace_id": agent.workspace_id, "agent_id": agent.agent_id, "presence": present.presence, "unchanged": not present.said}
