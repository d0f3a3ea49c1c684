"""Changing one's password, and setting one through a one-time link."""

from dataclasses import replace

from servicekit.caller import UserCaller
from servicekit.clock import Clock

from services.auth.domain import fields
from services.auth.domain.errors import LinkInvalidError, LoginFailedError
from services.auth.domain.secrets import digest
from services.auth.ports import LoginLimiter, PasswordHasher, Store, Transaction
from services.auth.use_cases.ending import end_all_sessions, end_session
from services.auth.use_cases.sessions import own_account


class Passwords:
    """How a password comes to be."""

    def __init__(self, store: Store, hasher: PasswordHasher, limiter: LoginLimiter, clock: Clock) -> None:
        self._store = store
        self._hasher = hasher
        self._limiter = limiter
        self._clock = clock

    async def change(self, caller: UserCaller, old_password: str, new_password: str) -> None:
        """Set a new password and end the caller's other sessions. LoginFailedError if the old one is wrong; tries count like logins."""
        fields.required("old_password", old_password)
        wanted = fields.new_password("new_password", new_password)
        account = await own_account(self._store.reader(), caller)
        key = fields.fold_email(account.email)
        await self._limiter.enter(key, "")
        if not await self._hasher.verify(account.password_hash, fields.normal_password(old_password)):
            raise LoginFailedError
        new_hash = await self._hasher.hash(wanted)
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            current = await own_account(tx, caller)
            if current.password_hash != account.password_hash:
                raise LoginFailedError
            await tx.save_account(replace(current, password_hash=new_hash))
            await tx.remove_link(current.id)
            for session in await tx.live_sessions(current.id, now):
                if session.id != caller.session_id:
                    await end_session(tx, session, now)

        await self._store.run(work)
        await self._limiter.succeeded(key, "")

    async def set_by_link(self, link_token: str, password: str) -> None:
        """Set a password and end all sessions; the link is void after it. LinkInvalidError. Bad input leaves the link as it is."""
        fields.required("link_token", link_token)
        wanted = fields.new_password("password", password)
        key = digest(link_token)
        now = self._clock.now()
        link = await self._store.reader().link(key)
        if link is None or now >= link.expires_at:
            raise LinkInvalidError
        # Only now: a guess at links must not cost a hash.
        new_hash = await self._hasher.hash(wanted)

        async def work(tx: Transaction) -> None:
            link = await tx.link(key)
            account = await tx.account(link.workspace_id, link.account_id) if link else None
            if account is None or account.disabled:
                raise LinkInvalidError
            await tx.remove_link(account.id)
            account = replace(account, password_hash=new_hash)
            await tx.save_account(await end_all_sessions(tx, account, now))

        await self._store.run(work)
