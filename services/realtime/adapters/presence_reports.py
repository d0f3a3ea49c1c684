"""Tells conversation which agents have a socket here: every five seconds, and at once when that changed."""

import asyncio
import uuid

from servicekit.errors import ServiceError
from servicekit.logs import get_logger

from services.realtime.metrics import PRESENCE_FAILURES
from services.realtime.ports import RemoteService
from services.realtime.use_cases.attendance import Attendance

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

    async def run(self, attendance: Attendance) -> None:
        """Report until cancelled."""
        reached = True
        while True:
            self._due.clear()
            agents = [{"workspace_id": agent.workspace_id, "agent_id": agent.agent_id, "presence": presence} for agent, presence in attendance.present()]
            try:
                await self._internal.call("ReportPresence", reporter_id=self._reporter_id, agents=agents)
                reached = True
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
