"""AdminService: accounts and keys of the caller's workspace."""
# ruff: noqa: N802  # the methods' names are the contract's

from typing import Any

import grpc.aio
from baton.auth.v1 import auth_pb2, auth_pb2_grpc
from servicekit.caller import Role, user_caller
from servicekit.errors import InvalidError

from services.auth.domain import fields
from services.auth.entrypoints import messages
from services.auth.use_cases.account_sessions import AccountSessions
from services.auth.use_cases.accounts import AccountChange, Accounts
from services.auth.use_cases.api_keys import ApiKeys
from services.auth.use_cases.importing import GivenRow, ImportAccounts

Context = grpc.aio.ServicerContext[Any, Any]


class AdminServicer(auth_pb2_grpc.AdminServiceServicer):
    """Decodes, calls, encodes; each RPC demands its role first."""

    def __init__(self, accounts: Accounts, importing: ImportAccounts, sessions: AccountSessions, api_keys: ApiKeys) -> None:
        self._accounts = accounts
        self._import = importing
        self._sessions = sessions
        self._api_keys = api_keys

    async def CreateAccount(self, request: auth_pb2.CreateAccountRequest, _context: Context) -> auth_pb2.CreateAccountResponse:
        """Make an account without a password, and its link."""
        caller = user_caller(Role.ADMINISTRATOR)
        account, token = await self._accounts.create(caller, request.email, request.name, request.display_name, fields.role(request.role))
        return auth_pb2.CreateAccountResponse(account=messages.account_message(account), link_token=token)

    async def UpdateAccount(self, request: auth_pb2.UpdateAccountRequest, _context: Context) -> auth_pb2.UpdateAccountResponse:
        """Change what is given."""
        caller = user_caller(Role.ADMINISTRATOR)
        change = AccountChange(
            name=request.name if request.HasField("name") else None,
            display_name=request.display_name if request.HasField("display_name") else None,
            role=fields.role(request.role) if request.HasField("role") else None,
            disabled=request.disabled if request.HasField("disabled") else None,
        )
        account = await self._accounts.update(caller, request.account_id, change)
        return auth_pb2.UpdateAccountResponse(account=messages.account_message(account))

    async def ListAccounts(self, _request: auth_pb2.ListAccountsRequest, _context: Context) -> auth_pb2.ListAccountsResponse:
        """Answer the workspace's accounts."""
        accounts = await self._accounts.of_workspace(user_caller(Role.ADMINISTRATOR).workspace_id)
        return auth_pb2.ListAccountsResponse(accounts=[messages.account_message(account) for account in accounts])

    async def IssuePasswordLink(self, request: auth_pb2.IssuePasswordLinkRequest, _context: Context) -> auth_pb2.IssuePasswordLinkResponse:
        """Make a new link and void the former."""
        caller = user_caller(Role.ADMINISTRATOR)
        return auth_pb2.IssuePasswordLinkResponse(link_token=await self._accounts.issue_password_link(caller, request.account_id))

    async def ImportAccounts(self, request: auth_pb2.ImportAccountsRequest, _context: Context) -> auth_pb2.ImportAccountsResponse:
        """Make many accounts, or say what stands against them."""
        caller = user_caller(Role.ADMINISTRATOR)
        rows = [_row(f"rows[{index}]", row) for index, row in enumerate(request.rows)]
        results, applied = await self._import(caller, rows, dry_run=request.dry_run)
        return auth_pb2.ImportAccountsResponse(results=[messages.import_result_message(result) for result in results], applied=applied)

    async def ListAccountSessions(self, request: auth_pb2.ListAccountSessionsRequest, _context: Context) -> auth_pb2.ListAccountSessionsResponse:
        """Answer where an account is logged in."""
        caller = user_caller(Role.ADMINISTRATOR)
        sessions = await self._sessions.of(caller, request.account_id)
        return auth_pb2.ListAccountSessionsResponse(sessions=[messages.session_message(session, caller.session_id) for session in sessions])

    async def EndAccountSessions(self, request: auth_pb2.EndAccountSessionsRequest, _context: Context) -> auth_pb2.EndAccountSessionsResponse:
        """End one session of an account, or all."""
        await self._sessions.end(user_caller(Role.ADMINISTRATOR), request.account_id, request.session_id)
        return auth_pb2.EndAccountSessionsResponse()

    async def CreateApiKey(self, request: auth_pb2.CreateApiKeyRequest, _context: Context) -> auth_pb2.CreateApiKeyResponse:
        """Make a key; its secret is in this answer alone."""
        key, secret = await self._api_keys.create(user_caller(Role.ADMINISTRATOR), request.name, request.platform_id)
        return auth_pb2.CreateApiKeyResponse(key=messages.api_key_message(key), secret=secret)

    async def ListApiKeys(self, _request: auth_pb2.ListApiKeysRequest, _context: Context) -> auth_pb2.ListApiKeysResponse:
        """Answer the workspace's keys."""
        keys = await self._api_keys.of_workspace(user_caller(Role.ADMINISTRATOR).workspace_id)
        return auth_pb2.ListApiKeysResponse(keys=[messages.api_key_message(key) for key in keys])

    async def RevokeApiKey(self, request: auth_pb2.RevokeApiKeyRequest, _context: Context) -> auth_pb2.RevokeApiKeyResponse:
        """End a key."""
        await self._api_keys.revoke(user_caller(Role.ADMINISTRATOR), request.key_id)
        return auth_pb2.RevokeApiKeyResponse()

    async def ListColleagues(self, _request: auth_pb2.ListColleaguesRequest, _context: Context) -> auth_pb2.ListColleaguesResponse:
        """Answer who works in the caller's workspace."""
        accounts = await self._accounts.of_workspace(user_caller().workspace_id)
        return auth_pb2.ListColleaguesResponse(colleagues=[messages.colleague_message(account) for account in accounts])


def _row(field: str, row: auth_pb2.ImportedRow) -> GivenRow:
    """Return a row as it is; InvalidError for what no file has. All else that is wrong with it is told in its result."""
    for name in ("email", "name", "display_name"):
        if "\0" in fields.bounded(f"{field}.{name}", getattr(row, name)):
            raise InvalidError(f"{field}.{name}", "must not contain NUL")
    if row.role not in auth_pb2.Role.values():
        raise InvalidError(f"{field}.role", "must be one of the contract's")
    return GivenRow(row.email, row.name, row.display_name, row.role)
