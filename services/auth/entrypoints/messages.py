"""Domain objects to messages."""

from datetime import datetime

from baton.auth.v1 import auth_pb2
from google.protobuf.timestamp_pb2 import Timestamp

from services.auth.domain.accounts import Account
from services.auth.domain.api_keys import ApiKey
from services.auth.domain.revocations import Revocation, RevocationKind
from services.auth.domain.sessions import Session
from services.auth.use_cases.importing import RowResult
from services.auth.use_cases.sessions import IssuedTokens

_KINDS: dict[RevocationKind, "auth_pb2.RevocationKind.ValueType"] = {
    RevocationKind.SESSION: auth_pb2.REVOCATION_KIND_SESSION,
    RevocationKind.ACCOUNT: auth_pb2.REVOCATION_KIND_ACCOUNT,
    RevocationKind.API_KEY: auth_pb2.REVOCATION_KIND_API_KEY,
}


def timestamp(moment: datetime | None) -> Timestamp | None:
    """Return the moment as protobuf has it; None stays unset."""
    if moment is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def role(account: Account) -> "auth_pb2.Role.ValueType":
    """Return the role; the numbers are the same."""
    return auth_pb2.Role.ValueType(int(account.role))


def account_message(account: Account) -> auth_pb2.Account:
    """Return what an administrator, and its owner, may see of an account."""
    return auth_pb2.Account(
        id=account.id,
        workspace_id=account.workspace_id,
        email=account.email,
        name=account.name,
        display_name=account.display_name,
        role=role(account),
        disabled=account.disabled,
        created_at=timestamp(account.created_at),
        last_login_at=timestamp(account.last_login_at),
        password_set=bool(account.password_hash),
    )


def colleague_message(account: Account) -> auth_pb2.Colleague:
    """Return what every agent may see of an account."""
    return auth_pb2.Colleague(id=account.id, name=account.name, display_name=account.display_name, role=role(account), disabled=account.disabled)


def tokens_message(tokens: IssuedTokens) -> auth_pb2.Tokens:
    """Encode."""
    return auth_pb2.Tokens(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        access_expires_in=tokens.access_expires_in,
        refresh_expires_in=tokens.refresh_expires_in,
    )


def session_message(session: Session, current_id: str) -> auth_pb2.Session:
    """Encode."""
    return auth_pb2.Session(
        id=session.id,
        created_at=timestamp(session.created_at),
        last_used_at=timestamp(session.last_used_at),
        user_agent=session.user_agent,
        current=session.id == current_id,
    )


def import_result_message(result: RowResult) -> auth_pb2.ImportResult:
    """Encode."""
    return auth_pb2.ImportResult(
        account=account_message(result.account) if result.account else None,
        link_token=result.link_token,
        problem_reason=result.problem_reason,
        problem_field=result.problem_field,
        problem=result.problem,
    )


def api_key_message(key: ApiKey) -> auth_pb2.ApiKey:
    """Return a key without its secret, which is not kept."""
    return auth_pb2.ApiKey(
        id=key.id,
        name=key.name,
        platform_id=key.platform_id,
        created_at=timestamp(key.created_at),
        last_used_at=timestamp(key.last_used_at),
        revoked=key.revoked_at is not None,
    )


def revocation_message(revocation: Revocation) -> auth_pb2.Revocation:
    """Encode."""
    return auth_pb2.Revocation(
        kind=_KINDS[revocation.kind],
        id=revocation.id,
        at=timestamp(revocation.at),
        workspace_id=revocation.workspace_id,
        disabled=revocation.disabled,
    )
