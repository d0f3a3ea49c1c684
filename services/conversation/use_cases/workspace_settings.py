"""The settings of a workspace: every agent reads them, administrators change them under the revision that they saw, and who changed what is kept."""

from dataclasses import dataclass, replace

from servicekit.clock import Clock
from servicekit.errors import ConflictError

from services.conversation.domain.policy import Policy
from services.conversation.domain.workspace_settings import SettingsChange, StoredSettings, check, difference
from services.conversation.ports.surroundings import SettingsStore


@dataclass(frozen=True, slots=True)
class Editor:
    """The administrator who changes them."""

    workspace_id: str
    account_id: str
    name: str


class WorkspaceSettings:
    """Reads and changes."""

    def __init__(self, store: SettingsStore, clock: Clock) -> None:
        """`store` keeps settings, revision and changes as one."""
        self._store = store
        self._clock = clock

    async def of(self, workspace_id: str) -> StoredSettings:
        """Return what is set; UnavailableError."""
        return await self._store.stored(workspace_id)

    async def change(self, editor: Editor, policy: Policy, revision: int) -> StoredSettings:
        """Replace what can be set, and keep the rest as it is. The same settings again change nothing.

        Errors: InvalidError, ConflictError `SETTINGS_CHANGED` for an old revision, UnavailableError.
        """
        stored = await self._store.stored(editor.workspace_id)
        before = stored.policy
        after = replace(policy, hours=tuple(sorted(policy.hours)), receipt_interval=before.receipt_interval, max_drafts=before.max_drafts)
        check(after)
        if stored.revision != revision:
            raise _changed()
        changes = difference(before, after)
        if not changes:
            return stored
        change = SettingsChange(self._clock.now(), editor.account_id, editor.name, changes)
        if not await self._store.replace(editor.workspace_id, after, revision, change):
            raise _changed()
        return StoredSettings(after, revision + 1, (change, *stored.changes))


def _changed() -> ConflictError:
    return ConflictError("SETTINGS_CHANGED", "Somebody changed these settings meanwhile; load them again.")
