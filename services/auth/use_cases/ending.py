"""Ending sessions, so that the other services hear of it: shared by everything that logs somebody out."""

from dataclasses import replace
from datetime import datetime

from services.auth.domain.accounts import Account
from services.auth.domain.revocations import Revocation, RevocationKind
from services.auth.domain.sessions import Session
from services.auth.ports import Transaction


async def end_session(tx: Transaction, session: Session, now: datetime) -> None:
    """End one session and revoke its tokens."""
    await tx.save_session(replace(session, ended_at=now))
    await tx.add_revocation(Revocation(RevocationKind.SESSION, session.id, now, session.workspace_id))


async def end_all_sessions(tx: Transaction, account: Account, now: datetime) -> Account:
    """End all sessions of an account and revoke all its tokens with one revocation; return the account as the caller is to save it."""
    for session in await tx.live_sessions(account.id, now):
        await tx.save_session(replace(session, ended_at=now))
    return await revoke_tokens(tx, account, now)


async def revoke_tokens(tx: Transaction, account: Account, now: datetime) -> Account:
    """Revoke all access tokens of an account, its sessions live on; return the account as the caller is to save it."""
    account = replace(account, tokens_from=account.next_tokens_from(now))
    await tx.add_revocation(Revocation(RevocationKind.ACCOUNT, account.id, account.tokens_from, account.workspace_id, account.disabled))
    return account
