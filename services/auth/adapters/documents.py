"""Domain objects to MongoDB documents and back; the only place that knows the documents' fields."""

from typing import Any

from servicekit.caller import Role

from services.auth.domain import fields
from services.auth.domain.accounts import Account, AuditEntry, PasswordLink, Workspace
from services.auth.domain.api_keys import ApiKey
from services.auth.domain.revocations import Revocation, RevocationKind
from services.auth.domain.sessions import Rotation, Session, Ticket

Document = dict[str, Any]


def workspace_document(workspace: Workspace) -> Document:
    """`name_key` is what is unique."""
    return {"_id": workspace.id, "name": workspace.name, "name_key": fields.fold_name(workspace.name), "created_at": workspace.created_at}


def workspace_of(document: Document) -> Workspace:
    """Decode."""
    return Workspace(document["_id"], document["name"], document["created_at"])


def account_document(account: Account) -> Document:
    """`email_key` is what is unique."""
    return {
        "_id": account.id,
        "workspace_id": account.workspace_id,
        "email": account.email,
        "email_key": fields.fold_email(account.email),
        "name": account.name,
        "display_name": account.display_name,
        "role": int(account.role),
        "created_at": account.created_at,
        "tokens_from": account.tokens_from,
        "password_hash": account.password_hash,
        "disabled": account.disabled,
        "last_login_at": account.last_login_at,
    }


def account_of(document: Document) -> Account:
    """Decode."""
    return Account(
        id=document["_id"],
        workspace_id=document["workspace_id"],
        email=document["email"],
        name=document["name"],
        display_name=document["display_name"],
        role=Role(document["role"]),
        created_at=document["created_at"],
        tokens_from=document["tokens_from"],
        password_hash=document["password_hash"],
        disabled=document["disabled"],
        last_login_at=document["last_login_at"],
    )


def session_document(session: Session) -> Document:
    """Only digests of secrets."""
    return {
        "_id": session.id,
        "account_id": session.account_id,
        "workspace_id": session.workspace_id,
        "created_at": session.created_at,
        "last_used_at": session.last_used_at,
        "expires_at": session.expires_at,
        "user_agent": session.user_agent,
        "current": session.current,
        "recent": [{"parent": rotation.parent, "nonce": rotation.nonce, "used_at": rotation.used_at} for rotation in session.recent],
        "ended_at": session.ended_at,
    }


def session_of(document: Document) -> Session:
    """Decode."""
    return Session(
        id=document["_id"],
        account_id=document["account_id"],
        workspace_id=document["workspace_id"],
        created_at=document["created_at"],
        last_used_at=document["last_used_at"],
        expires_at=document["expires_at"],
        user_agent=document["user_agent"],
        current=document["current"],
        recent=tuple(Rotation(rotation["parent"], rotation["nonce"], rotation["used_at"]) for rotation in document["recent"]),
        ended_at=document["ended_at"],
    )


def link_document(link: PasswordLink) -> Document:
    """The account's id is the document's: an account has one link at most."""
    return {"_id": link.account_id, "workspace_id": link.workspace_id, "digest": link.digest, "expires_at": link.expires_at}


def link_of(document: Document) -> PasswordLink:
    """Decode."""
    return PasswordLink(document["_id"], document["workspace_id"], document["digest"], document["expires_at"])


def ticket_document(ticket: Ticket) -> Document:
    """The digest is the document's id."""
    return {"_id": ticket.digest, "session_id": ticket.session_id, "expires_at": ticket.expires_at}


def ticket_of(document: Document) -> Ticket:
    """Decode."""
    return Ticket(document["_id"], document["session_id"], document["expires_at"])


def api_key_document(key: ApiKey) -> Document:
    """Only the secret's digest."""
    return {
        "_id": key.id,
        "workspace_id": key.workspace_id,
        "platform_id": key.platform_id,
        "platform_name": key.platform_name,
        "name": key.name,
        "digest": key.digest,
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
        "revoked_at": key.revoked_at,
    }


def api_key_of(document: Document) -> ApiKey:
    """Decode."""
    return ApiKey(
        id=document["_id"],
        workspace_id=document["workspace_id"],
        platform_id=document["platform_id"],
        platform_name=document["platform_name"],
        name=document["name"],
        digest=document["digest"],
        created_at=document["created_at"],
        last_used_at=document["last_used_at"],
        revoked_at=document["revoked_at"],
    )


def revocation_document(number: int, revocation: Revocation) -> Document:
    """The number is the document's id."""
    return {
        "_id": number,
        "kind": revocation.kind.value,
        "subject": revocation.id,
        "at": revocation.at,
        "workspace_id": revocation.workspace_id,
        "disabled": revocation.disabled,
    }


def revocation_of(document: Document) -> Revocation:
    """Decode."""
    return Revocation(RevocationKind(document["kind"]), document["subject"], document["at"], document["workspace_id"], document["disabled"])


def audit_document(entry: AuditEntry) -> Document:
    """Entries are never changed, so MongoDB may choose their id."""
    return {
        "workspace_id": entry.workspace_id,
        "at": entry.at,
        "actor_id": entry.actor_id,
        "actor_name": entry.actor_name,
        "action": entry.action,
        "target_id": entry.target_id,
        "details": entry.details,
    }


def audit_of(document: Document) -> AuditEntry:
    """Decode."""
    return AuditEntry(
        document["workspace_id"],
        document["at"],
        document["actor_id"],
        document["actor_name"],
        document["action"],
        document["target_id"],
        document["details"],
    )
