"""What the frames of a socket mean."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from servicekit.access_tokens import AccessTokenVerifier
from servicekit.clock import Clock
from servicekit.errors import NotFoundError, ServiceError, UnauthenticatedError

from services.realtime.domain import server_frames
from services.realtime.domain.close_codes import CloseCode
from services.realtime.domain.cursor import BadCursorError, Cursor
from services.realtime.domain.liveness import Liveness
from services.realtime.domain.moments import moment_text
from services.realtime.entrypoints.socket import inbound
from services.realtime.entrypoints.socket.connection import Connection
from services.realtime.entrypoints.socket.identity import Identity
from services.realtime.entrypoints.socket.sockets import Sockets
from services.realtime.metrics import FRAMES_IN
from services.realtime.ports import FleetingThings, RemoteService
from services.realtime.use_cases.attendance import Agent, Attendance, PresenceWord
from services.realtime.use_cases.hub import Hub

# A socket without a cookie has this long to show a ticket.
AUTHENTICATE_SECONDS = 5.0
# Frames that wait until it is known whose they are.
MAX_EARLY_FRAMES = 32
# Viewing is told again before it is dead everywhere (six seconds).
VIEWING_SECONDS = 3.0


class Conversing:
    """Authenticates sockets and carries out what they ask for."""

    def __init__(
        self,
        *,
        hub: Hub,
        sockets: Sockets,
        attendance: Attendance,
        fleeting: FleetingThings,
        tokens: AccessTokenVerifier,
        sessions: RemoteService,
        liveness: Liveness,
        clock: Clock,
        access_cookie: str,
        sockets_per_user: int,
    ) -> None:
        """`access_cookie` names the cookie that opens a socket."""
        self._hub = hub
        self._sockets = sockets
        self._attendance = attendance
        self._fleeting = fleeting
        self._tokens = tokens
        self._sessions = sessions
        self._liveness = liveness
        self._clock = clock
        self._access_cookie = access_cookie
        self._sockets_per_user = sockets_per_user
        self._early: dict[Connection, list[inbound.Inbound]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    # ---- a socket's life -------------------------------------------------------------------------------------------

    def connected(self, connection: Connection) -> None:
        """Find out who it is: by the cookie, else by a ticket that is to come."""
        self._sockets.add(connection)
        self._early[connection] = []
        token = connection.cookies.get(self._access_cookie, "")
        if token:
            self._start(self._admit_by_token(connection, token))
        else:
            # Browsers drop the cookie of an access token that has run out: who shows nothing may only have to refresh the session.
            asyncio.get_running_loop().call_later(AUTHENTICATE_SECONDS, self._refuse_stranger, connection)

    def disconnected(self, connection: Connection) -> None:
        """Forget it."""
        self._sockets.remove(connection)
        self._early.pop(connection, None)
        self._hub.remove(connection, connection.open_conversations)
        if connection.identity is not None:
            agent = _agent(connection.identity)
            for conversation_id in self._attendance.leave(agent, connection):
                self._tell_viewing(agent, conversation_id, active=False)

    def received(self, connection: Connection, payload: bytes) -> None:
        """Carry out a frame; ValueError for one that is not known."""
        connection.frame_budget -= 1
        if connection.frame_budget < 0:
            connection.close(CloseCode.TOO_MANY_FRAMES)
            return
        frame = inbound.decode(payload)
        FRAMES_IN.labels(frame.type).inc()
        early = self._early.get(connection)
        if isinstance(frame, inbound.Authenticate):
            if connection.identity is None and not connection.cookies.get(self._access_cookie):
                self._start(self._admit_by_ticket(connection, frame.ticket))
        elif early is None:
            self._carry_out(connection, frame)
        elif len(early) < MAX_EARLY_FRAMES:
            early.append(frame)
        else:
            connection.close(CloseCode.TOO_MANY_FRAMES)

    # ---- who it is -------------------------------------------------------------------------------------------------

    async def _admit_by_token(self, connection: Connection, token: str) -> None:
        try:
            self._admit(connection, Identity.of_caller(await self._tokens.verify(token)))
        except UnauthenticatedError:
            connection.close(CloseCode.AUTHENTICATE_AGAIN)
        except ServiceError:
            connection.close(CloseCode.UNAVAILABLE)

    async def _admit_by_ticket(self, connection: Connection, ticket: str) -> None:
        try:
            self._admit(connection, Identity.of_ticket(await self._sessions.call("RedeemTicket", ticket=ticket)))
        except (UnauthenticatedError, NotFoundError):
            connection.close(CloseCode.NOT_AUTHENTICATED)
        except ServiceError:
            connection.close(CloseCode.UNAVAILABLE)

    def _refuse_stranger(self, connection: Connection) -> None:
        if connection.identity is None:
            connection.close(CloseCode.AUTHENTICATE_AGAIN)

    def _admit(self, connection: Connection, identity: Identity) -> None:
        if connection.closing or connection.identity is not None:
            return
        agent = _agent(identity)
        if self._attendance.sockets_of(agent) >= self._sockets_per_user:
            connection.close(CloseCode.TOO_MANY_SOCKETS)
            return
        connection.identity = identity
        connection.admitted_at = asyncio.get_running_loop().time()
        self._attendance.arrive(agent, connection)
        hello = server_frames.frame(
            "hello",
            session=identity.told(),
            heartbeat_seconds=self._sockets.ping_seconds,
            server_time=moment_text(self._clock.now()),
            stale=self._liveness.stale,
        )
        connection.send(hello)
        known = self._attendance.known_presence(agent)
        if known is not None:
            connection.send(server_frames.frame("presence", presence=known))
        for frame in self._early.pop(connection, []):
            self._carry_out(connection, frame)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # ---- what it asks for ------------------------------------------------------------------------------------------

    def _carry_out(self, connection: Connection, frame: inbound.Inbound) -> None:
        agent = _agent(connection.identity) if connection.identity else None
        if agent is None or connection.closing:
            return
        match frame:
            case inbound.ListSubscribe():
                self._hub.join_list(connection, int(frame.projected_at))
            case inbound.ListUnsubscribe():
                self._hub.leave_list(connection)
            case inbound.Resume():
                self._resume(connection, agent, frame)
            case inbound.ConversationOpen():
                self._look_at(connection, agent, frame.conversation_id)
                self._hub.open_panel(connection, frame.conversation_id, frame.after_seq)
            case inbound.ConversationClose():
                self._look_away(connection, agent, frame.conversation_id)
            case inbound.Typing():
                self._fleeting.tell(agent.workspace_id, frame.conversation_id, "typing", agent_id=agent.agent_id, agent_name=agent.name, active=frame.active)
            case inbound.Presence():
                self._attendance.set_presence(agent, frame.presence)
                self.tell_presence(agent, frame.presence)
            case _:
                pass  # A pong: that it was heard is what it says.

    def _resume(self, connection: Connection, agent: Agent, frame: inbound.Resume) -> None:
        try:
            cursor = Cursor.decode(frame.cursor)
        except BadCursorError:
            raise ValueError("not a cursor") from None
        for conversation_id in frame.conversations:
            self._look_at(connection, agent, conversation_id)
        self._hub.resume(connection, cursor, frame.conversations, with_list=frame.list)

    def _look_at(self, connection: Connection, agent: Agent, conversation_id: str) -> None:
        if len(connection.open_conversations) >= inbound.MAX_OPEN and conversation_id not in connection.open_conversations:
            raise ValueError("too many open conversations")
        connection.open_conversations.add(conversation_id)
        self._attendance.look_at(agent, connection, conversation_id)
        self._tell_viewing(agent, conversation_id, active=True)

    def _look_away(self, connection: Connection, agent: Agent, conversation_id: str) -> None:
        if conversation_id not in connection.open_conversations:
            return
        connection.open_conversations.discard(conversation_id)
        self._hub.close_panel(connection, conversation_id)
        if self._attendance.look_away(agent, connection, conversation_id):
            self._tell_viewing(agent, conversation_id, active=False)

    async def keep_telling_viewing(self) -> None:
        """Tell again and again who looks at what, until cancelled."""
        while True:
            await asyncio.sleep(VIEWING_SECONDS)
            for agent, conversation_id in self._attendance.viewed():
                self._tell_viewing(agent, conversation_id, active=True)

    def tell_presence(self, agent: Agent, presence: PresenceWord) -> None:
        """Tell all sockets of an agent what they are set to; to the one that said it, that it was heard."""
        told = server_frames.frame("presence", presence=presence)
        for connection in self._sockets.admitted():
            if connection.identity is not None and _agent(connection.identity) == agent:
                connection.send(told)

    def _tell_viewing(self, agent: Agent, conversation_id: str, *, active: bool) -> None:
        self._fleeting.tell(agent.workspace_id, conversation_id, "viewing", agent_id=agent.agent_id, agent_name=agent.name, active=active)


def _agent(identity: Identity) -> Agent:
    return Agent(identity.workspace_id, identity.account_id, identity.name)
