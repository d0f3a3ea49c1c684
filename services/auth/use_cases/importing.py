"""Many accounts at once: all of them or none, with what stands against each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from servicekit.caller import Role, UserCaller
from servicekit.clock import Clock
from servicekit.errors import InvalidError

from services.auth.domain import fields
from services.auth.domain.accounts import Account
from services.auth.domain.errors import EmailTakenError
from services.auth.domain.secrets import new_secret
from services.auth.ports import Store, Transaction
from services.auth.use_cases.accounts import audit, issue_link, new_account

# A transaction has to end within seconds; a larger team comes in several files.
MAX_ROWS = 200


@dataclass(frozen=True, slots=True)
class GivenRow:
    """One row as it came; nothing of it has been looked at."""

    email: str
    name: str
    display_name: str
    role: int


@dataclass(frozen=True, slots=True)
class RowResult:
    """An account with its link's token, or what stands against the row; on a dry run neither, where nothing does."""

    account: Account | None = None
    link_token: str = ""
    problem_reason: str = ""
    problem_field: str = ""
    problem: str = ""


class ImportAccounts:
    """Looks at every row before anything is made."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def __call__(self, caller: UserCaller, rows: Sequence[GivenRow], *, dry_run: bool) -> tuple[list[RowResult], bool]:
        """Return a result for each row, and whether the accounts were made. InvalidError for no row or too many, EmailTakenError where another was faster."""
        if not 1 <= len(rows) <= MAX_ROWS:
            raise InvalidError("rows", f"must have 1 to {MAX_ROWS} entries")
        now = self._clock.now()
        looked_at = [_looked_at(caller.workspace_id, row, now) for row in rows]
        secrets = [new_secret() for _ in rows]

        async def work(tx: Transaction) -> tuple[list[RowResult], bool]:
            results = await _against(tx, looked_at)
            if dry_run or any(result.problem_reason for result in results):
                return [_without_account(result) for result in results], False
            made = [RowResult(result.account, secret) for result, secret in zip(results, secrets, strict=True)]
            for one in made:
                await _make(tx, caller, one, now)
            return made, True

        return await self._store.run(work)


def _looked_at(workspace_id: str, row: GivenRow, now: datetime) -> RowResult:
    """Return the account that a row would be, or which rule it breaks."""
    try:
        role: Role = fields.role(row.role)
        return RowResult(new_account(workspace_id, row.email, row.name, row.display_name, role, now))
    except InvalidError as error:
        return RowResult(problem_reason=error.reason, problem_field=error.field, problem=error.message)


async def _against(tx: Transaction, rows: Sequence[RowResult]) -> list[RowResult]:
    """Return the rows with what other accounts, and earlier rows, have against them."""
    seen: set[str] = set()
    results = []
    for row in rows:
        found = row
        if row.account is not None:
            key = fields.fold_email(row.account.email)
            if key in seen:
                found = RowResult(problem_reason="EMAIL_REPEATED", problem_field="email", problem="An earlier row has this e-mail.")
            elif await tx.account_with_email(row.account.email) is not None:
                taken = EmailTakenError()
                found = RowResult(problem_reason=taken.reason, problem_field=taken.field, problem=taken.message)
            seen.add(key)
        results.append(found)
    return results


def _without_account(result: RowResult) -> RowResult:
    return RowResult(problem_reason=result.problem_reason, problem_field=result.problem_field, problem=result.problem)


async def _make(tx: Transaction, caller: UserCaller, made: RowResult, now: datetime) -> None:
    account = made.account
    if account is None:
        return
    await tx.add_account(account)
    await issue_link(tx, account, made.link_token, now)
    await tx.add_audit_entry(audit(caller, now, "account_created", account.id, role=account.role.name.lower(), by="import"))
