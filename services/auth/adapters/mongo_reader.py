"""Reads from MongoDB, inside a transaction or outside."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from pymongo import ASCENDING
from pymongo.asynchronous.client_session import AsyncClientSession

from services.auth.adapters import documents
from services.auth.adapters.documents import Document
from services.auth.adapters.mongodb import Database, unavailable_without_mongodb
from services.auth.domain import fields
from services.auth.domain.accounts import Account, AuditEntry, PasswordLink, Workspace
from services.auth.domain.api_keys import ApiKey
from services.auth.domain.revocations import Revocation
from services.auth.domain.sessions import Session

REVOCATION_COUNTER = "revocations"


class MongoReader:
    """Reads with majority; in a transaction, from its snapshot."""

    def __init__(self, database: Database, session: AsyncClientSession | None) -> None:
        """Without a session it is outside a transaction."""
        self._database = database
        self._session = session

    async def _one(self, collection: str, query: dict[str, Any]) -> Document | None:
        # In a transaction MongoDB's own errors pass through: they say whether to try again.
        with unavailable_without_mongodb() if self._session is None else nullcontext():
            return await self._database[collection].find_one(query, session=self._session)

    async def _many(self, collection: str, query: dict[str, Any], order: str) -> list[Document]:
        with unavailable_without_mongodb() if self._session is None else nullcontext():
            cursor = self._database[collection].find(query, session=self._session).sort([(order, ASCENDING), ("_id", ASCENDING)])
            return await cursor.to_list()

    async def workspace(self, workspace_id: str) -> Workspace | None:
        """Return a workspace."""
        found = await self._one("workspaces", {"_id": workspace_id})
        return documents.workspace_of(found) if found else None

    async def workspace_named(self, name: str) -> Workspace | None:
        """Return the workspace with a name."""
        found = await self._one("workspaces", {"name_key": fields.fold_name(name)})
        return documents.workspace_of(found) if found else None

    async def account(self, workspace_id: str, account_id: str) -> Account | None:
        """Return an account of the workspace."""
        found = await self._one("accounts", {"_id": account_id, "workspace_id": workspace_id})
        return documents.account_of(found) if found else None

    async def account_with_email(self, email: str) -> Account | None:
        """Return the account with an e-mail, of any workspace."""
        found = await self._one("accounts", {"email_key": _storable(fields.fold_email(email))})
        return documents.account_of(found) if found else None

    async def accounts(self, workspace_id: str) -> list[Account]:
        """Return all accounts of a workspace."""
        return [documents.account_of(found) for found in await self._many("accounts", {"workspace_id": workspace_id}, "created_at")]

    async def session(self, session_id: str) -> Session | None:
        """Return a session."""
        found = await self._one("sessions", {"_id": _storable(session_id)})
        return documents.session_of(found) if found else None

    async def live_sessions(self, account_id: str, now: datetime) -> list[Session]:
        """Return an account's sessions that can still be used."""
        query = {"account_id": account_id, "ended_at": None, "expires_at": {"$gt": now}}
        return [documents.session_of(found) for found in await self._many("sessions", query, "created_at")]

    async def link(self, digest: bytes) -> PasswordLink | None:
        """Return a link."""
        found = await self._one("links", {"digest": digest})
        return documents.link_of(found) if found else None

    async def api_key(self, workspace_id: str, key_id: str) -> ApiKey | None:
        """Return a key of the workspace."""
        found = await self._one("api_keys", {"_id": key_id, "workspace_id": workspace_id})
        return documents.api_key_of(found) if found else None

    async def api_key_with_digest(self, digest: bytes) -> ApiKey | None:
        """Return the key with a secret."""
        found = await self._one("api_keys", {"digest": digest})
        return documents.api_key_of(found) if found else None

    async def api_keys(self, workspace_id: str) -> list[ApiKey]:
        """Return all keys of a workspace."""
        return [documents.api_key_of(found) for found in await self._many("api_keys", {"workspace_id": workspace_id}, "created_at")]

    async def revocation_head(self) -> int:
        """Return the number of the newest revocation.

        The counter changes only in the transaction that adds the revocation, and two such transactions conflict on it: so whoever reads n
        with majority finds 1 to n there, and what comes later has a number above n.
        """
        found = await self._one("counters", {"_id": REVOCATION_COUNTER})
        return int(found["n"]) if found else 0

    async def revocations(self, after: int, up_to: int, not_before: datetime | None) -> Sequence[Revocation]:
        """Return revocations in order."""
        query: dict[str, Any] = {"_id": {"$gt": after, "$lte": up_to}}
        if not_before is not None:
            query["at"] = {"$gte": not_before}
        return [documents.revocation_of(found) for found in await self._many("revocations", query, "_id")]

    async def audit_entries(self, workspace_id: str) -> list[AuditEntry]:
        """Return what administrators did."""
        return [documents.audit_of(found) for found in await self._many("audit", {"workspace_id": workspace_id}, "at")]


def _storable(text: str) -> str:
    """Return the text without lone surrogates, which BSON cannot carry even in a query; nothing stored has the mark put in their place."""
    return text.encode("utf-8", "replace").decode()
