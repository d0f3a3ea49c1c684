"""What workspaces have set, asked of conversation on behalf of whoever looks at figures."""

import time

from baton.conversation.v1.workspace_pb2 import GetWorkspaceSettingsRequest, WorkspaceSettings
from baton.conversation.v1.workspace_pb2_grpc import WorkspaceServiceStub
from servicekit.caller import UserCaller
from servicekit.errors import ServiceError
from servicekit.grpc_client import Peer
from servicekit.logs import get_logger

from services.analytics.domain.hours import Calendar, Stretch

logger = get_logger(__name__)

# Settings change rarely, and count everywhere within half a minute.
KEPT_SECONDS = 30.0
TIMEOUT_SECONDS = 1.0


class WorkspaceCalendars:
    """The Calendars port."""

    def __init__(self, peer: Peer) -> None:
        """The channel's end is the caller's."""
        self._peer = peer
        self._stub = WorkspaceServiceStub(peer.channel)
        self._kept: dict[str, tuple[float, Calendar]] = {}

    async def calendar(self, caller: UserCaller) -> Calendar | None:
        """See the port. Figures are answered without it, by the hours that were known last."""
        at, calendar = self._kept.get(caller.workspace_id, (float("-inf"), None))
        if time.monotonic() - at < KEPT_SECONDS:
            return calendar
        try:
            answer = await self._peer.call(
                self._stub.GetWorkspaceSettings, GetWorkspaceSettingsRequest(), access_token=caller.access_token, timeout=TIMEOUT_SECONDS
            )
        except ServiceError as error:
            logger.warning("the workspace's settings cannot be read", reason=error.reason)
            return calendar
        calendar = _calendar(answer.settings)
        self._kept[caller.workspace_id] = (time.monotonic(), calendar)
        return calendar


def _calendar(settings: WorkspaceSettings) -> Calendar:
    stretches = tuple(Stretch(one.weekday, one.opens, one.closes) for one in settings.hours)
    return Calendar(settings.time_zone, stretches, settings.revision)
