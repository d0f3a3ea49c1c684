"""What workspaces have set, in the collection `policies`: `_id` is the workspace, times are in seconds, what is absent has its default.

The newest changes stand in the same document, so that settings and the record of who changed them are written together.
"""

import time
from datetime import timedelta
from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError
from servicekit.errors import UnavailableError
from servicekit.logs import get_logger

from services.conversation.domain.policy import DEFAULT_POLICY, OpenHours, Policy
from services.conversation.domain.workspace_settings import SettingsChange, StoredSettings

logger = get_logger(__name__)

# A changed setting counts everywhere after this long.
KEPT_SECONDS = 30.0
# Changes that can be looked at.
CHANGES_KEPT = 50
_WITHOUT_CHANGES = {"changes": False}


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
            document = await self._policies.find_one({"_id": workspace_id}, _WITHOUT_CHANGES)
        except PyMongoError as error:
            logger.warning("policies cannot be read", error=type(error).__name__)
            return policy
        policy = _to_policy(document or {})
        self._known[workspace_id] = (time.monotonic(), policy)
        return policy

    async def least(self) -> Policy:
        """Return the shortest times that any workspace has; what is not a time has its default. UnavailableError when they cannot be read."""
        try:
            policies = [DEFAULT_POLICY, *[_to_policy(document) async for document in self._policies.find({}, _WITHOUT_CHANGES)]]
        except PyMongoError as error:
            raise _unavailable() from error
        return Policy(
            grace=min(policy.grace for policy in policies),
            away=min(policy.away for policy in policies),
            idle=min(policy.idle for policy in policies),
        )

    async def stored(self, workspace_id: str) -> StoredSettings:
        """Return what the database has, not what is remembered."""
        try:
            document = await self._policies.find_one({"_id": workspace_id}) or {}
        except PyMongoError as error:
            raise _unavailable() from error
        changes = [SettingsChange(one["at"], one["by"], one["name"], one["changes"]) for one in document.get("changes", ())]
        return StoredSettings(_to_policy(document), document.get("revision", 0), tuple(reversed(changes)))

    async def replace(self, workspace_id: str, policy: Policy, revision: int, change: SettingsChange) -> bool:
        """Store settings and change if the revision is still current; this process uses them at once."""
        current = {"_id": workspace_id, "revision": revision or {"$exists": False}}
        entry = {"at": change.at, "by": change.account_id, "name": change.account_name, "changes": change.changes}
        update = {"$set": {**_to_document(policy), "revision": revision + 1}, "$push": {"changes": {"$each": [entry], "$slice": -CHANGES_KEPT}}}
        try:
            result = await self._policies.update_one(current, update, upsert=revision == 0)
        except DuplicateKeyError:
            return False
        except PyMongoError as error:
            raise _unavailable() from error
        if not result.matched_count and result.upserted_id is None:
            return False
        self._known[workspace_id] = (time.monotonic(), policy)
        return True


def _unavailable() -> UnavailableError:
    return UnavailableError("The database cannot be reached; try again.")


def _to_document(policy: Policy) -> dict[str, Any]:
    return {
        "grace_seconds": policy.grace.total_seconds(),
        "away_seconds": policy.away.total_seconds(),
        "idle_seconds": policy.idle.total_seconds(),
        "unanswered_seconds": policy.unanswered.total_seconds(),
        "reopen": policy.reopen,
        "default_locale": policy.default_locale,
        "time_zone": policy.time_zone,
        "hours": [{"weekday": one.weekday, "opens": one.opens, "closes": one.closes} for one in policy.hours],
        "texts": {language: dict(texts) for language, texts in policy.texts.items()},
    }


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
