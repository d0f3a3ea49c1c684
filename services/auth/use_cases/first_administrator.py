"""The operator's way in: an administrator made from the command line."""

import uuid
from dataclasses import replace
from datetime import datetime

from servicekit.caller import Role
from servicekit.clock import Clock
from servicekit.errors import AlreadyExistsError

from services.auth.domain import fields
from services.auth.domain.accounts import Account, AuditEntry, Workspace
from services.auth.domain.errors import EmailTakenError
from services.auth.domain.secrets import new_secret
from services.auth.ports import Store, Transaction
from services.auth.use_cases.accounts import issue_link
from services.auth.use_cases.ending import revoke_tokens

OPERATOR = "operator"


class FirstAdministrator:
    """Makes an administrator without one being there."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(self, workspace_name: str, email: str, name: str, *, reset: bool) -> str:
        """Return the token of a one-time link for the account, which is made if absent, as is the workspace.

        An account that is there is left alone (AlreadyExistsError) unless `reset`: then it is enabled, made administrator, and gets a new link;
        its password stays until the link is used. One of another workspace is EmailTakenError.
        """
        now = self._clock.now()
        workspace_name = fields.name("workspace", workspace_name)
        email = fields.email(email)
        name = fields.name("name", name or email.partition("@")[0])
        secret = new_secret()
        ids = (str(uuid.uuid4()), str(uuid.uuid4()))

        async def work(tx: Transaction) -> None:
            workspace = await tx.workspace_named(workspace_name)
            if workspace is None:
                workspace = Workspace(ids[0], workspace_name, now)
                await tx.add_workspace(workspace)
            account = await tx.account_with_email(email)
            if account is None:
                account = Account(ids[1], workspace.id, email, name, name, Role.ADMINISTRATOR, now, now)
                await tx.add_account(account)
                action = "administrator_created"
            else:
                account = await self._restored(tx, account, workspace, now, reset=reset)
                action = "administrator_reset"
            await issue_link(tx, account, secret, now)
            await tx.add_audit_entry(AuditEntry(workspace.id, now, OPERATOR, OPERATOR, action, account.id, {}))

        await self._store.run(work)
        return secret

    async def _restored(self, tx: Transaction, account: Account, workspace: Workspace, now: datetime, *, reset: bool) -> Account:
        if account.workspace_id != workspace.id:
            raise EmailTakenError
        if not reset:
            raise AlreadyExistsError("ACCOUNT_EXISTS", "There is an account with this e-mail already: --reset gives it a new link.")
        restored = replace(account, role=Role.ADMINISTRATOR, disabled=False)
        if restored.role is not account.role:
            restored = await revoke_tokens(tx, restored, now)
        await tx.save_account(restored)
        return restored
