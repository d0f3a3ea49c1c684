"""Where an account is logged in: its owner and administrators see it, and end it."""

from servicekit.caller import UserCaller
from servicekit.clock import Clock

from services.auth.domain.errors import SessionNotFoundError
from services.auth.domain.sessions import Session
from services.auth.ports import Store, Transaction
from services.auth.use_cases.accounts import account_of, audit
from services.auth.use_cases.ending import end_all_sessions, end_session


class AccountSessions:
    """The sessions of one account of the caller's workspace."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, caller: UserCaller, account_id: str) -> list[Session]:
        """Return the sessions that can still be used, oldest first; AccountNotFoundError."""
        reader = self._store.reader()
        account = await account_of(reader, caller.workspace_id, account_id)
        return await reader.live_sessions(account.id, self._clock.now())

    async def end_own(self, caller: UserCaller, session_id: str) -> None:
        """End one of the caller's own sessions; SessionNotFoundError. Twice is the same as once."""
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            session = await _session_of(tx, caller.workspace_id, caller.account_id, session_id)
            if session.is_live(now):
                await end_session(tx, session, now)

        await self._store.run(work)

    async def end(self, caller: UserCaller, account_id: str, session_id: str) -> None:
        """End one session of an account, or with an empty id all of them. AccountNotFoundError, SessionNotFoundError. Twice is the same as once."""
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            account = await account_of(tx, caller.workspace_id, account_id)
            if session_id:
                session = await _session_of(tx, account.workspace_id, account.id, session_id)
                if not session.is_live(now):
                    return
                await end_session(tx, session, now)
            else:
                await tx.save_account(await end_all_sessions(tx, account, now))
            await tx.add_audit_entry(audit(caller, now, "sessions_ended", account.id, which=session_id or "all"))

        await self._store.run(work)


async def _session_of(tx: Transaction, workspace_id: str, account_id: str, session_id: str) -> Session:
    session = await tx.session(session_id)
    if session is None or (session.workspace_id, session.account_id) != (workspace_id, account_id):
        raise SessionNotFoundError
    return session
