"""What administrators do with accounts."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from servicekit.caller import Role, UserCaller
from servicekit.clock import Clock

from services.auth.domain import fields
from services.auth.domain.accounts import LINK_LIFETIME, Account, AuditEntry, PasswordLink
from services.auth.domain.errors import AccountNotFoundError, EmailTakenError, LastAdministratorError
from services.auth.domain.secrets import digest, new_secret
from services.auth.ports import Reader, Store, Transaction
from services.auth.use_cases.ending import end_all_sessions, revoke_tokens


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What is to be other than it is; None is left alone."""

    name: str | None = None
    display_name: str | None = None
    role: Role | None = None
    disabled: bool | None = None


def audit(caller: UserCaller, now: datetime, action: str, target_id: str, **details: str) -> AuditEntry:
    """Return the entry for what a person does."""
    return AuditEntry(caller.workspace_id, now, caller.account_id, caller.name, action, target_id, details)


def new_account(workspace_id: str, email: str, name: str, display_name: str, role: Role, now: datetime) -> Account:
    """Return an account as it is made, without a password; an empty display name is the name. InvalidError names the field."""
    name = fields.name("name", name)
    return Account(
        id=str(uuid.uuid4()),
        workspace_id=workspace_id,
        email=fields.email(email),
        name=name,
        display_name=fields.name("display_name", display_name) if display_name else name,
        role=role,
        created_at=now,
        tokens_from=now,
    )


async def issue_link(tx: Transaction, account: Account, secret: str, now: datetime) -> None:
    """Make `secret` the account's one-time link."""
    await tx.put_link(PasswordLink(account.id, account.workspace_id, digest(secret), now + LINK_LIFETIME))


async def account_of(reader: Reader, workspace_id: str, account_id: str) -> Account:
    """Return an account of the workspace; AccountNotFoundError."""
    account = await reader.account(workspace_id, account_id)
    if account is None:
        raise AccountNotFoundError
    return account


class Accounts:
    """The accounts of the caller's workspace."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, caller: UserCaller, email: str, name: str, display_name: str, role: Role) -> tuple[Account, str]:
        """Return a new account, which has no password, and its link's token. EmailTakenError, within the installation."""
        now = self._clock.now()
        account = new_account(caller.workspace_id, email, name, display_name, role, now)
        secret = new_secret()

        async def work(tx: Transaction) -> None:
            if await tx.account_with_email(account.email) is not None:
                raise EmailTakenError
            await tx.add_account(account)
            await issue_link(tx, account, secret, now)
            await tx.add_audit_entry(audit(caller, now, "account_created", account.id, role=role.name.lower()))

        await self._store.run(work)
        return account, secret

    async def update(self, caller: UserCaller, account_id: str, change: AccountChange) -> Account:
        """Change an account. Disabling it ends its sessions, another role revokes its access tokens. LastAdministratorError, AccountNotFoundError."""
        now = self._clock.now()
        name = None if change.name is None else fields.name("name", change.name)
        display_name = None if change.display_name is None else fields.name("display_name", change.display_name)

        async def work(tx: Transaction) -> Account:
            await tx.lock_workspace(caller.workspace_id)
            before = await account_of(tx, caller.workspace_id, account_id)
            after = replace(
                before,
                name=before.name if name is None else name,
                display_name=before.display_name if display_name is None else display_name,
                role=before.role if change.role is None else change.role,
                disabled=before.disabled if change.disabled is None else change.disabled,
            )
            if before.can_administer and not after.can_administer:
                await _demand_another_administrator(tx, before)
            if after == before:
                return before
            if after.disabled and not before.disabled:
                await tx.remove_link(after.id)
                after = await end_all_sessions(tx, after, now)
            elif after.role is not before.role:
                after = await revoke_tokens(tx, after, now)
            await tx.save_account(after)
            await tx.add_audit_entry(audit(caller, now, "account_updated", after.id, **_difference(before, after)))
            return after

        return await self._store.run(work)

    async def issue_password_link(self, caller: UserCaller, account_id: str) -> str:
        """Return the token of a new link; the former is void. A disabled account's link lets nobody in until it is enabled."""
        now = self._clock.now()
        secret = new_secret()

        async def work(tx: Transaction) -> None:
            account = await account_of(tx, caller.workspace_id, account_id)
            await issue_link(tx, account, secret, now)
            await tx.add_audit_entry(audit(caller, now, "password_link_issued", account.id))

        await self._store.run(work)
        return secret

    async def of_workspace(self, workspace_id: str) -> list[Account]:
        """Return all accounts of a workspace."""
        return await self._store.reader().accounts(workspace_id)


async def _demand_another_administrator(tx: Transaction, leaving: Account) -> None:
    if not any(account.can_administer and account.id != leaving.id for account in await tx.accounts(leaving.workspace_id)):
        raise LastAdministratorError


def _difference(before: Account, after: Account) -> dict[str, str]:
    pairs = {
        "name": (before.name, after.name),
        "display_name": (before.display_name, after.display_name),
        "role": (before.role.name.lower(), after.role.name.lower()),
        "disabled": (str(before.disabled).lower(), str(after.disabled).lower()),
    }
    return {key: f"{old} → {new}" for key, (old, new) in pairs.items() if old != new}
