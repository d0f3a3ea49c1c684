"""Keys of AI platforms: made and revoked by administrators, verified for the conversation service."""

import uuid
from dataclasses import replace

from servicekit.caller import UserCaller
from servicekit.clock import Clock

from services.auth.domain import fields
from services.auth.domain.api_keys import LAST_USED_STEP, SECRET_PREFIX, ApiKey
from services.auth.domain.errors import KeyInvalidError, KeyNotFoundError
from services.auth.domain.revocations import Revocation, RevocationKind
from services.auth.domain.secrets import digest, new_secret
from services.auth.ports import Store, Transaction
from services.auth.use_cases.accounts import audit


class ApiKeys:
    """The keys of a workspace."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, caller: UserCaller, name: str, platform_id: str) -> tuple[ApiKey, str]:
        """Return a key and its secret, which is not kept. Without a platform it makes a new one; KeyNotFoundError if no key has that platform."""
        now = self._clock.now()
        name = fields.name("name", name)
        key_id = str(uuid.uuid4())
        new_platform_id = str(uuid.uuid4())
        secret = SECRET_PREFIX + new_secret()

        async def work(tx: Transaction) -> ApiKey:
            platform_name = name
            if platform_id:
                siblings = [key for key in await tx.api_keys(caller.workspace_id) if key.platform_id == platform_id]
                if not siblings:
                    raise KeyNotFoundError
                platform_name = siblings[0].platform_name
            key = ApiKey(key_id, caller.workspace_id, platform_id or new_platform_id, platform_name, name, digest(secret), now)
            await tx.add_api_key(key)
            await tx.add_audit_entry(audit(caller, now, "api_key_created", key.id, name=name, platform_id=key.platform_id))
            return key

        return await self._store.run(work), secret

    async def of_workspace(self, workspace_id: str) -> list[ApiKey]:
        """Return all keys of a workspace, revoked ones too."""
        return await self._store.reader().api_keys(workspace_id)

    async def revoke(self, caller: UserCaller, key_id: str) -> None:
        """End a key for good; twice is the same as once. KeyNotFoundError."""
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            key = await tx.api_key(caller.workspace_id, key_id)
            if key is None:
                raise KeyNotFoundError
            if key.revoked_at is not None:
                return
            await tx.save_api_key(replace(key, revoked_at=now))
            await tx.add_revocation(Revocation(RevocationKind.API_KEY, key.id, now, key.workspace_id))
            await tx.add_audit_entry(audit(caller, now, "api_key_revoked", key.id, name=key.name))

        await self._store.run(work)

    async def verify(self, secret: str) -> ApiKey:
        """Return the key with a secret; KeyInvalidError if it is unknown or revoked."""
        now = self._clock.now()
        key = await self._store.reader().api_key_with_digest(digest(secret))
        if key is None or key.revoked_at is not None:
            raise KeyInvalidError
        if key.last_used_at is None or now - key.last_used_at >= LAST_USED_STEP:
            key_id, workspace_id = key.id, key.workspace_id

            async def work(tx: Transaction) -> None:
                current = await tx.api_key(workspace_id, key_id)
                if current is not None:
                    await tx.save_api_key(replace(current, last_used_at=now))

            await self._store.run(work)
        return key
