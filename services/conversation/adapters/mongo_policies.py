"""What workspaces have set, from the collection `policies`: `_id` is the workspace, times are in seconds, what is absent has its default."""

import time
from datetime import timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from servicekit.errors import UnavailableError
from servicekit.logs import get_logger

from services.conversation.domain.policy import DEFAULT_POLICY, OpenHours, Policy

logger = get_logger(__name__)

# A changed setting counts everywhere after this long.
KEPT_SECONDS = 30.0


class MongoPolicies:
    """Remembers each workspace's settings for half a minute; while the database is away, those it last read."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]]) -> None:
        self._policies = database["policies"]
        self._known: dict[str, tuple[float, Policy]] = {}

    async def of(self, workspace_id: str) -> Policy:
        """Return the settings of a workspace."""
        read_at, policy = self._known.get(workspace_id, (float("-inf"), DEFAULT_POLICY))
        if time.monotonic() - read_at < KEPT_SECONDS:
            return policy
        try:
            document = await self._policies.find_one({"_id": workspace_id})
        except PyMongoError as error:
            logger.warning("policies cannot be read", error=type(error).__name__)
            return policy
        policy = _to_policy(document or {})
        self._known[workspace_id] = (time.monotonic(), policy)
        return policy

    async def least(self) -> Policy:
        """Return the shortest times that any workspace has; what is not a time has its default. UnavailableError when they cannot be read."""
        try:
            policies = [DEFAULT_POLICY, *[_to_policy(document) async for document in self._policies.find({})]]
        except PyMongoError as error:
            raise UnavailableError("The database cannot be reached; try again.") from error
        return Policy(
            grace=min(policy.grace for policy in policies),
            away=min(policy.away for policy in policies),
            idle=min(policy.idle for policy in policies),
        )


def _to_policy(document: dict[str, Any]) -> Policy:
    default = DEFAULT_POLICY

    def seconds(name: str, otherwise: timedelta) -> timedelta:
        return timedelta(seconds=document[f"{name}_seconds"]) if f"{name}_seconds" in document else otherwise

    return Policy(
        grace=seconds("grace", default.grace),
        away=seconds("away", default.away),
        idle=seconds("idle", default.idle),
        unanswered=seconds("unanswered", default.unanswered),
        reopen=document.get("reopen", default.reopen),
        receipt_interval=seconds("receipt_interval", default.receipt_interval),
        max_drafts=document.get("max_drafts", default.max_drafts),
        default_locale=document.get("default_locale", default.default_locale),
        time_zone=document.get("time_zone", default.time_zone),
        hours=tuple(OpenHours(each["weekday"], each["opens"], each["closes"]) for each in document.get("hours", ())),
        texts=document.get("texts", default.texts),
    )
