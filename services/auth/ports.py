"""What the use cases need from outside: a store with transactions, hashing, signing, and a count of logins."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from services.auth.domain.accounts import Account, AuditEntry, PasswordLink, Workspace
from services.auth.domain.api_keys import ApiKey
from services.auth.domain.revocations import Revocation
from services.auth.domain.sessions import Session, Ticket

T = TypeVar("T")


class Reader(Protocol):
    """Reads what is committed for good. Every method may raise UnavailableError."""

    async def workspace(self, workspace_id: str) -> Workspace | None:
        """Return a workspace."""
        ...

    async def workspace_named(self, name: str) -> Workspace | None:
        """Return the workspace with a name; letters' case does not matter."""
        ...

    async def account(self, workspace_id: str, account_id: str) -> Account | None:
        """Return an account of the workspace; another's is None."""
        ...

    async def account_with_email(self, email: str) -> Account | None:
        """Return the account with an e-mail, of any workspace; letters' case does not matter."""
        ...

    async def accounts(self, workspace_id: str) -> list[Account]:
        """Return all accounts of a workspace, oldest first."""
        ...

    async def session(self, session_id: str) -> Session | None:
        """Return a session, ended or not."""
        ...

    async def live_sessions(self, account_id: str, now: datetime) -> list[Session]:
        """Return an account's sessions that can still be used, oldest first."""
        ...

    async def link(self, digest: bytes) -> PasswordLink | None:
        """Return a link that was neither used nor replaced; it may be too old."""
        ...

    async def api_key(self, workspace_id: str, key_id: str) -> ApiKey | None:
        """Return a key of the workspace; another's is None."""
        ...

    async def api_key_with_digest(self, digest: bytes) -> ApiKey | None:
        """Return the key with a secret, of any workspace."""
        ...

    async def api_keys(self, workspace_id: str) -> list[ApiKey]:
        """Return all keys of a workspace, oldest first."""
        ...

    async def revocation_head(self) -> int:
        """Return the number of the newest revocation. All up to it are there to be read, and none with a lower number comes later."""
        ...

    async def revocations(self, after: int, up_to: int, not_before: datetime | None) -> Sequence[Revocation]:
        """Return those with after < number <= up_to, in order; with `not_before`, only those of that moment or later."""
        ...

    async def audit_entries(self, workspace_id: str) -> list[AuditEntry]:
        """Return what administrators did in a workspace, oldest first."""
        ...


class Transaction(Reader, Protocol):
    """Reads and writes that happen together or not at all; two that touch the same thing happen one after the other."""

    async def lock_workspace(self, workspace_id: str) -> None:
        """Make this transaction exclude others that lock the same workspace: for rules over several accounts."""
        ...

    async def add_workspace(self, workspace: Workspace) -> None:
        """Add a workspace."""
        ...

    async def add_account(self, account: Account) -> None:
        """Add an account; EmailTakenError if its e-mail is another's."""
        ...

    async def save_account(self, account: Account) -> None:
        """Replace an account."""
        ...

    async def add_session(self, session: Session) -> None:
        """Add a session."""
        ...

    async def save_session(self, session: Session) -> None:
        """Replace a session."""
        ...

    async def put_link(self, link: PasswordLink) -> None:
        """Make this the account's link; a former one is void."""
        ...

    async def remove_link(self, account_id: str) -> None:
        """Void the account's link if it has one."""
        ...

    async def add_ticket(self, ticket: Ticket) -> None:
        """Add a ticket."""
        ...

    async def take_ticket(self, digest: bytes) -> Ticket | None:
        """Remove a ticket and return it; of two who take the same one, one gets it."""
        ...

    async def add_api_key(self, key: ApiKey) -> None:
        """Add a key."""
        ...

    async def save_api_key(self, key: ApiKey) -> None:
        """Replace a key."""
        ...

    async def add_revocation(self, revocation: Revocation) -> None:
        """Give a revocation the next number; numbers are in the order of commits and have no holes."""
        ...

    async def add_audit_entry(self, entry: AuditEntry) -> None:
        """Write down what an administrator does in this transaction."""
        ...


class Store(Protocol):
    """Keeps everything."""

    def reader(self) -> Reader:
        """Return what reads outside a transaction."""
        ...

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Do `work` in a transaction and return its result; its error undoes everything.

        `work` may be called more than once and so has no effect but on its transaction. UnavailableError: it may or may not have happened.
        """
        ...


class PasswordHasher(Protocol):
    """Hashes passwords slowly, a few at a time. Both methods raise UnavailableError when too many wait."""

    async def hash(self, password: str) -> str:
        """Return a salted hash."""
        ...

    async def verify(self, password_hash: str, password: str) -> bool:
        """Tell whether the hash is of the password. An empty hash takes the same time and matches nothing."""
        ...


class TokenSigner(Protocol):
    """Signs access tokens."""

    def sign(self, account: Account, session_id: str, now: datetime) -> str:
        """Return an access token."""
        ...

    def jwks(self) -> str:
        """Return the public keys that verify, as a JSON Web Key Set."""
        ...


class LoginLimiter(Protocol):
    """Counts tries to log in, per e-mail and per address."""

    async def enter(self, email: str, address: str) -> None:
        """Count one try; TooManyLoginsError when there were too many. An empty address is not counted."""
        ...

    async def succeeded(self, email: str, address: str) -> None:
        """Forget the e-mail's tries and this one of the address: an office behind one address may log in at nine."""
        ...
