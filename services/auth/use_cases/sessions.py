"""Logging in, refreshing, logging out, tickets."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from servicekit.caller import UserCaller
from servicekit.clock import Clock

from services.auth.domain import fields
from services.auth.domain.accounts import Account
from services.auth.domain.errors import LoginFailedError, SessionEndedError, TicketInvalidError
from services.auth.domain.secrets import digest, new_nonce, new_secret
from services.auth.domain.sessions import (
    ACCESS_TOKEN_LIFETIME,
    TICKET_LIFETIME,
    Session,
    Ticket,
    Use,
    expiry,
    refresh_token,
    split_refresh_token,
    use,
)
from services.auth.ports import LoginLimiter, PasswordHasher, Reader, Store, TokenSigner, Transaction
from services.auth.use_cases.ending import end_all_sessions, end_session


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """What a login or a refresh gives; lifetimes in whole seconds from now."""

    access_token: str
    refresh_token: str
    access_expires_in: int
    refresh_expires_in: int
    use: Use = Use.ROTATED


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """A login that succeeded."""

    tokens: IssuedTokens
    account: Account
    workspace_name: str


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Whom a ticket stands for."""

    account: Account
    session: Session


async def own_account(reader: Reader, caller: UserCaller) -> Account:
    """Return the caller's account; SessionEndedError if it is gone."""
    account = await reader.account(caller.workspace_id, caller.account_id)
    if account is None:
        raise SessionEndedError
    return account


class Sessions:
    """Everything about being logged in."""

    def __init__(self, store: Store, hasher: PasswordHasher, signer: TokenSigner, limiter: LoginLimiter, clock: Clock) -> None:
        self._store = store
        self._hasher = hasher
        self._signer = signer
        self._limiter = limiter
        self._clock = clock

    async def login(self, email: str, password: str, user_agent: str, address: str) -> LoggedIn:
        """Begin a session. LoginFailedError in the same words, and after exactly one hash verification, for wrong, unknown and disabled."""
        key = fields.fold_email(fields.required("email", email))
        fields.required("password", password)
        await self._limiter.enter(key, address)
        account = await self._store.reader().account_with_email(key)
        verified = await self._hasher.verify(account.password_hash if account else "", fields.normal_password(password))
        if account is None or not verified or account.disabled:
            raise LoginFailedError
        now = self._clock.now()
        secret = new_secret()
        session = Session(
            id=str(uuid.uuid4()),
            account_id=account.id,
            workspace_id=account.workspace_id,
            created_at=now,
            last_used_at=now,
            expires_at=expiry(now, now),
            user_agent=fields.user_agent(user_agent),
            current=digest(secret),
        )
        verified_hash = account.password_hash
        begun = await self._store.run(lambda tx: self._begin(tx, session, verified_hash, now))
        await self._limiter.succeeded(key, address)
        workspace = await self._store.reader().workspace(begun.workspace_id)
        return LoggedIn(self._tokens(begun, session, secret, now), begun, workspace.name if workspace else "")

    async def _begin(self, tx: Transaction, session: Session, verified_hash: str, now: datetime) -> Account:
        # The account is written, so a change of password or a disabling at the same moment comes wholly before or wholly after.
        account = await tx.account(session.workspace_id, session.account_id)
        if account is None or account.disabled or account.password_hash != verified_hash:
            raise LoginFailedError
        await tx.save_account(account.logged_in(now))
        await tx.add_session(session)
        return account.logged_in(now)

    async def refresh(self, token: str) -> IssuedTokens:
        """Rotate a refresh token; one used before the grace ends its session. SessionEndedError if it gives nothing."""
        session_id, secret = split_refresh_token(token)
        now = self._clock.now()
        nonce = new_nonce()
        issued = await self._store.run(lambda tx: self._rotate(tx, session_id, secret, nonce, now))
        if issued is None:
            raise SessionEndedError
        return issued

    async def _rotate(self, tx: Transaction, session_id: str, secret: str, nonce: bytes, now: datetime) -> IssuedTokens | None:
        """Return None, and do not raise, where the session is over: its ending is to be kept."""
        session = await tx.session(session_id)
        if session is None or not session.is_live(now):
            return None
        account = await tx.account(session.workspace_id, session.account_id)
        if account is None or account.disabled:
            return None
        how, session, newest = use(session, secret, nonce, now)
        if how is Use.REUSED:
            await end_session(tx, session, now)
            return None
        await tx.save_session(session)
        return self._tokens(account, session, newest, now, how)

    def _tokens(self, account: Account, session: Session, secret: str, now: datetime, how: Use = Use.ROTATED) -> IssuedTokens:
        return IssuedTokens(
            access_token=self._signer.sign(account, session.id, now),
            refresh_token=refresh_token(session.id, secret),
            access_expires_in=int(ACCESS_TOKEN_LIFETIME.total_seconds()),
            refresh_expires_in=int((session.expires_at - now).total_seconds()),
            use=how,
        )

    async def logout(self, caller: UserCaller, *, everywhere: bool) -> None:
        """End the caller's session, or all of the account's. Twice is the same as once."""
        now = self._clock.now()

        async def work(tx: Transaction) -> None:
            if everywhere:
                await tx.save_account(await end_all_sessions(tx, await own_account(tx, caller), now))
                return
            session = await tx.session(caller.session_id)
            if session is not None and session.is_live(now):
                await end_session(tx, session, now)

        await self._store.run(work)

    async def own_sessions(self, caller: UserCaller) -> list[Session]:
        """Return the caller's sessions that can still be used."""
        return await self._store.reader().live_sessions(caller.account_id, self._clock.now())

    async def me(self, caller: UserCaller) -> tuple[Account, str]:
        """Return the caller's account and the name of the workspace."""
        reader = self._store.reader()
        account = await own_account(reader, caller)
        workspace = await reader.workspace(caller.workspace_id)
        return account, workspace.name if workspace else ""

    async def issue_ticket(self, caller: UserCaller) -> str:
        """Return a ticket that opens one socket for the caller's session."""
        secret = new_secret()
        ticket = Ticket(digest(secret), caller.session_id, self._clock.now() + TICKET_LIFETIME)
        await self._store.run(lambda tx: tx.add_ticket(ticket))
        return secret

    async def redeem_ticket(self, secret: str) -> Redeemed:
        """Use a ticket up and return whom it stands for; TicketInvalidError."""
        now = self._clock.now()

        async def work(tx: Transaction) -> Redeemed | None:
            ticket = await tx.take_ticket(digest(secret))
            session = await tx.session(ticket.session_id) if ticket and now < ticket.expires_at else None
            if session is None or not session.is_live(now):
                return None
            account = await tx.account(session.workspace_id, session.account_id)
            return Redeemed(account, session) if account and not account.disabled else None

        redeemed = await self._store.run(work)
        if redeemed is None:
            raise TicketInvalidError
        return redeemed
