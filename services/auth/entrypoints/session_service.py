"""SessionService: logging in and out, for the gateway."""
# ruff: noqa: N802  # the methods' names are the contract's

from typing import Any

import grpc.aio
from baton.auth.v1 import auth_pb2, auth_pb2_grpc
from servicekit.caller import service_caller, user_caller

from services.auth.domain.errors import LoginFailedError, SessionEndedError, TicketInvalidError, TooManyLoginsError
from services.auth.entrypoints import messages
from services.auth.metrics import LOGINS, REFRESHES, TICKETS
from services.auth.use_cases.account_sessions import AccountSessions
from services.auth.use_cases.passwords import Passwords
from services.auth.use_cases.sessions import Sessions

Context = grpc.aio.ServicerContext[Any, Any]

# The gateway: passwords, cookies and tickets pass through no other service.
GATEWAY = "realtime"


class SessionServicer(auth_pb2_grpc.SessionServiceServicer):
    """Decodes, calls, encodes."""

    def __init__(self, sessions: Sessions, passwords: Passwords, own: AccountSessions) -> None:
        self._sessions = sessions
        self._own = own
        self._passwords = passwords

    async def Login(self, request: auth_pb2.LoginRequest, _context: Context) -> auth_pb2.LoginResponse:
        """Check e-mail and password."""
        service_caller(GATEWAY)
        try:
            done = await self._sessions.login(request.email, request.password, request.user_agent, request.client_address)
        except LoginFailedError:
            LOGINS.labels("failed").inc()
            raise
        except TooManyLoginsError:
            LOGINS.labels("limited").inc()
            raise
        LOGINS.labels("ok").inc()
        return auth_pb2.LoginResponse(
            tokens=messages.tokens_message(done.tokens), account=messages.account_message(done.account), workspace_name=done.workspace_name
        )

    async def Refresh(self, request: auth_pb2.RefreshRequest, _context: Context) -> auth_pb2.RefreshResponse:
        """Rotate a refresh token."""
        service_caller(GATEWAY)
        try:
            tokens = await self._sessions.refresh(request.refresh_token)
        except SessionEndedError:
            REFRESHES.labels("ended").inc()
            raise
        REFRESHES.labels(tokens.use.value).inc()
        return auth_pb2.RefreshResponse(tokens=messages.tokens_message(tokens))

    async def Logout(self, request: auth_pb2.LogoutRequest, _context: Context) -> auth_pb2.LogoutResponse:
        """End the caller's session, or all of the account's."""
        service_caller(GATEWAY)
        await self._sessions.logout(user_caller(), everywhere=request.everywhere)
        return auth_pb2.LogoutResponse()

    async def ListSessions(self, _request: auth_pb2.ListSessionsRequest, _context: Context) -> auth_pb2.ListSessionsResponse:
        """Answer the caller's own sessions."""
        service_caller(GATEWAY)
        caller = user_caller()
        sessions = await self._sessions.own_sessions(caller)
        return auth_pb2.ListSessionsResponse(sessions=[messages.session_message(session, caller.session_id) for session in sessions])

    async def EndSession(self, request: auth_pb2.EndSessionRequest, _context: Context) -> auth_pb2.EndSessionResponse:
        """End one of the caller's own sessions."""
        service_caller(GATEWAY)
        await self._own.end_own(user_caller(), request.session_id)
        return auth_pb2.EndSessionResponse()

    async def GetMe(self, _request: auth_pb2.GetMeRequest, _context: Context) -> auth_pb2.GetMeResponse:
        """Answer the caller's account and workspace."""
        service_caller(GATEWAY)
        account, workspace_name = await self._sessions.me(user_caller())
        return auth_pb2.GetMeResponse(account=messages.account_message(account), workspace_name=workspace_name)

    async def ChangePassword(self, request: auth_pb2.ChangePasswordRequest, _context: Context) -> auth_pb2.ChangePasswordResponse:
        """Set a new password after checking the old one."""
        service_caller(GATEWAY)
        await self._passwords.change(user_caller(), request.old_password, request.new_password)
        return auth_pb2.ChangePasswordResponse()

    async def SetPassword(self, request: auth_pb2.SetPasswordRequest, _context: Context) -> auth_pb2.SetPasswordResponse:
        """Use a one-time link."""
        service_caller(GATEWAY)
        await self._passwords.set_by_link(request.link_token, request.password)
        return auth_pb2.SetPasswordResponse()

    async def IssueTicket(self, _request: auth_pb2.IssueTicketRequest, _context: Context) -> auth_pb2.IssueTicketResponse:
        """Give a ticket for the caller's session."""
        service_caller(GATEWAY)
        return auth_pb2.IssueTicketResponse(ticket=await self._sessions.issue_ticket(user_caller()))

    async def RedeemTicket(self, request: auth_pb2.RedeemTicketRequest, _context: Context) -> auth_pb2.RedeemTicketResponse:
        """Use a ticket up."""
        service_caller(GATEWAY)
        try:
            redeemed = await self._sessions.redeem_ticket(request.ticket)
        except TicketInvalidError:
            TICKETS.labels("invalid").inc()
            raise
        TICKETS.labels("ok").inc()
        account, session = redeemed.account, redeemed.session
        return auth_pb2.RedeemTicketResponse(
            workspace_id=account.workspace_id,
            account_id=account.id,
            session_id=session.id,
            role=messages.role(account),
            name=account.name,
            display_name=account.display_name,
            session_expires_at=messages.timestamp(session.expires_at),
        )
