"""Fakes of the ports: a store in memory that passes the real one's suite, a hasher that counts, a limiter that lets everyone in, a clock that is held."""

import asyncio
import copy
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from services.auth.domain import fields
from services.auth.domain.accounts import Account, AuditEntry, PasswordLink, Workspace
from services.auth.domain.api_keys import ApiKey
from services.auth.domain.errors import EmailTakenError
from services.auth.domain.revocations import Revocation
from services.auth.domain.sessions import Session, Ticket
from services.auth.ports import Transaction

T = TypeVar("T")


class HeldClock:
    """Stands still until told."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


@dataclass(slots=True)
class State:
    workspaces: dict[str, Workspace] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    links: dict[str, PasswordLink] = field(default_factory=dict)
    tickets: dict[bytes, Ticket] = field(default_factory=dict)
    api_keys: dict[str, ApiKey] = field(default_factory=dict)
    revocations: list[Revocation] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)


class FakeTransaction:
    """Reads and writes one state."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def workspace(self, workspace_id: str) -> Workspace | None:
        return self._state.workspaces.get(workspace_id)

    async def workspace_named(self, name: str) -> Workspace | None:
        return next((one for one in self._state.workspaces.values() if fields.fold_name(one.name) == fields.fold_name(name)), None)

    async def account(self, workspace_id: str, account_id: str) -> Account | None:
        found = self._state.accounts.get(account_id)
        return found if found and found.workspace_id == workspace_id else None

    async def account_with_email(self, email: str) -> Account | None:
        return next((one for one in self._state.accounts.values() if fields.fold_email(one.email) == fields.fold_email(email)), None)

    async def accounts(self, workspace_id: str) -> list[Account]:
        return sorted((one for one in self._state.accounts.values() if one.workspace_id == workspace_id), key=lambda one: (one.created_at, one.id))

    async def session(self, session_id: str) -> Session | None:
        return self._state.sessions.get(session_id)

    async def live_sessions(self, account_id: str, now: datetime) -> list[Session]:
        live = (one for one in self._state.sessions.values() if one.account_id == account_id and one.is_live(now))
        return sorted(live, key=lambda one: (one.created_at, one.id))

    async def link(self, digest: bytes) -> PasswordLink | None:
        return next((one for one in self._state.links.values() if one.digest == digest), None)

    async def api_key(self, workspace_id: str, key_id: str) -> ApiKey | None:
        found = self._state.api_keys.get(key_id)
        return found if found and found.workspace_id == workspace_id else None

    async def api_key_with_digest(self, digest: bytes) -> ApiKey | None:
        return next((one for one in self._state.api_keys.values() if one.digest == digest), None)

    async def api_keys(self, workspace_id: str) -> list[ApiKey]:
        return sorted((one for one in self._state.api_keys.values() if one.workspace_id == workspace_id), key=lambda one: (one.created_at, one.id))

    async def revocation_head(self) -> int:
        return len(self._state.revocations)

    async def revocations(self, after: int, up_to: int, not_before: datetime | None) -> Sequence[Revocation]:
        return [one for one in self._state.revocations[after:up_to] if not_before is None or one.at >= not_before]

    async def audit_entries(self, workspace_id: str) -> list[AuditEntry]:
        return [one for one in self._state.audit if one.workspace_id == workspace_id]

    async def lock_workspace(self, workspace_id: str) -> None:
        """Transactions are one after the other anyway."""

    async def add_workspace(self, workspace: Workspace) -> None:
        self._state.workspaces[workspace.id] = workspace

    async def add_account(self, account: Account) -> None:
        if await self.account_with_email(account.email):
            raise EmailTakenError
        self._state.accounts[account.id] = account

    async def save_account(self, account: Account) -> None:
        self._state.accounts[account.id] = account

    async def add_session(self, session: Session) -> None:
        self._state.sessions[session.id] = session

    async def save_session(self, session: Session) -> None:
        self._state.sessions[session.id] = session

    async def put_link(self, link: PasswordLink) -> None:
        self._state.links[link.account_id] = link

    async def remove_link(self, account_id: str) -> None:
        self._state.links.pop(account_id, None)

    async def add_ticket(self, ticket: Ticket) -> None:
        self._state.tickets[ticket.digest] = ticket

    async def take_ticket(self, digest: bytes) -> Ticket | None:
        return self._state.tickets.pop(digest, None)

    async def add_api_key(self, key: ApiKey) -> None:
        self._state.api_keys[key.id] = key

    async def save_api_key(self, key: ApiKey) -> None:
        self._state.api_keys[key.id] = key

    async def add_revocation(self, revocation: Revocation) -> None:
        self._state.revocations.append(revocation)

    async def add_audit_entry(self, entry: AuditEntry) -> None:
        self._state.audit.append(entry)


class FakeStore:
    """One transaction at a time, each done twice, the first time in vain: work that has effects outside its transaction shows."""

    def __init__(self) -> None:
        self._state = State()
        self._lock = asyncio.Lock()

    def reader(self) -> FakeTransaction:
        return FakeTransaction(self._state)

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        async with self._lock:
            await work(FakeTransaction(copy.deepcopy(self._state)))
            state = copy.deepcopy(self._state)
            result = await work(FakeTransaction(state))
            self._state = state
            return result


class CountingHasher:
    """Counts verifications instead of taking time."""

    def __init__(self) -> None:
        self.verifications = 0
        self.hashes = 0

    async def hash(self, password: str) -> str:
        self.hashes += 1
        return f"hash of {password}"

    async def verify(self, password_hash: str, password: str) -> bool:
        self.verifications += 1
        await asyncio.sleep(0)
        return password_hash == f"hash of {password}"


class OpenLimiter:
    """Lets everyone in."""

    async def enter(self, email: str, address: str) -> None:
        """Count nothing."""

    async def succeeded(self, email: str, address: str) -> None:
        """Forget nothing."""
