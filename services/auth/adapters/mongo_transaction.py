"""Writes of one transaction on MongoDB."""

from pymongo import ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.errors import DuplicateKeyError

from services.auth.adapters import documents
from services.auth.adapters.documents import Document
from services.auth.adapters.mongo_reader import REVOCATION_COUNTER, MongoReader
from services.auth.adapters.mongodb import Database
from services.auth.domain.accounts import Account, AuditEntry, PasswordLink, Workspace
from services.auth.domain.api_keys import ApiKey
from services.auth.domain.errors import EmailTakenError
from services.auth.domain.revocations import Revocation
from services.auth.domain.sessions import Session, Ticket


class MongoTransaction(MongoReader):
    """Two transactions that write the same document conflict, and the later one is done again on what is then true."""

    def __init__(self, database: Database, session: AsyncClientSession) -> None:
        super().__init__(database, session)

    async def _save(self, collection: str, document: Document) -> None:
        # `writes` makes every save a change: MongoDB sees no conflict in a write that leaves a document as it was.
        await self._database[collection].update_one({"_id": document["_id"]}, {"$set": document, "$inc": {"writes": 1}}, session=self._session)

    async def lock_workspace(self, workspace_id: str) -> None:
        """Write the workspace, so that others who do so conflict."""
        await self._database.workspaces.update_one({"_id": workspace_id}, {"$inc": {"locked": 1}}, session=self._session)

    async def add_workspace(self, workspace: Workspace) -> None:
        """Insert."""
        await self._database.workspaces.insert_one(documents.workspace_document(workspace), session=self._session)

    async def add_account(self, account: Account) -> None:
        """Insert; EmailTakenError."""
        try:
            await self._database.accounts.insert_one(documents.account_document(account), session=self._session)
        except DuplicateKeyError:
            raise EmailTakenError from None

    async def save_account(self, account: Account) -> None:
        """Replace."""
        await self._save("accounts", documents.account_document(account))

    async def add_session(self, session: Session) -> None:
        """Insert."""
        await self._database.sessions.insert_one(documents.session_document(session), session=self._session)

    async def save_session(self, session: Session) -> None:
        """Replace."""
        await self._save("sessions", documents.session_document(session))

    async def put_link(self, link: PasswordLink) -> None:
        """Replace the account's link."""
        await self._database.links.replace_one({"_id": link.account_id}, documents.link_document(link), upsert=True, session=self._session)

    async def remove_link(self, account_id: str) -> None:
        """Delete the account's link."""
        await self._database.links.delete_one({"_id": account_id}, session=self._session)

    async def add_ticket(self, ticket: Ticket) -> None:
        """Insert."""
        await self._database.tickets.insert_one(documents.ticket_document(ticket), session=self._session)

    async def take_ticket(self, digest: bytes) -> Ticket | None:
        """Delete and return."""
        found = await self._database.tickets.find_one_and_delete({"_id": digest}, session=self._session)
        return documents.ticket_of(found) if found else None

    async def add_api_key(self, key: ApiKey) -> None:
        """Insert."""
        await self._database.api_keys.insert_one(documents.api_key_document(key), session=self._session)

    async def save_api_key(self, key: ApiKey) -> None:
        """Replace."""
        await self._save("api_keys", documents.api_key_document(key))

    async def add_revocation(self, revocation: Revocation) -> None:
        """Take the next number and insert; see MongoReader.revocation_head for why none is ever missed."""
        counter = await self._database.counters.find_one_and_update(
            {"_id": REVOCATION_COUNTER}, {"$inc": {"n": 1}}, upsert=True, return_document=ReturnDocument.AFTER, session=self._session
        )
        number = int(counter["n"]) if counter else 1
        await self._database.revocations.insert_one(documents.revocation_document(number, revocation), session=self._session)

    async def add_audit_entry(self, entry: AuditEntry) -> None:
        """Insert."""
        await self._database.audit.insert_one(documents.audit_document(entry), session=self._session)
