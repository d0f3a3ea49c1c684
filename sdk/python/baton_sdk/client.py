"""The client: one connection to Baton, with one API key."""

from types import TracebackType
from typing import Self
from weakref import WeakValueDictionary

import grpc

from baton_sdk import wire
from baton_sdk.command_ids import fresh_id
from baton_sdk.contract import platform_pb2, platform_pb2_grpc
from baton_sdk.conversation import Conversation
from baton_sdk.counters import Counters
from baton_sdk.transport import Transport
from baton_sdk.values import AiAgent, User
from baton_sdk.watching import OnTyping, Watch

PATIENCE_SECONDS = 60.0


class Baton:
    """`async with Baton("host:port", key) as baton`. Belongs to one event loop; one of it serves any number of conversations."""

    def __init__(
        self,
        target: str,
        api_key: str,
        *,
        credentials: grpc.ChannelCredentials | None = None,
        patience: float = PATIENCE_SECONDS,
        streamed: bool = False,
    ) -> None:
        """`patience` in seconds is how long a command is tried before NoAnswerError. `credentials` are TLS's; without, the key travels in the clear.

        `streamed` is for volume: commands go on one stream instead of a call each, with the same answers, errors and ids. What is said of one conversation
        at once, without waiting for answers, then keeps its order.
        """
        self.counters = Counters()
        self._transport = Transport(target, api_key, credentials, patience, self.counters, streamed=streamed)
        # A conversation lives as long as someone holds it; Watch finds its turns here.
        self._conversations: WeakValueDictionary[str, Conversation] = WeakValueDictionary()

    async def __aenter__(self) -> Self:
        """Connects with the first call."""
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Close the connection."""
        await self.close()

    async def close(self) -> None:
        """Close the connection; what is still being reported gets two seconds."""
        await self._transport.close()

    @property
    def stub(self) -> platform_pb2_grpc.PlatformServiceStub:
        """The bare contract, for what this client does not wrap; pass `metadata`."""
        return self._transport.stub

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What the bare stub's calls need: the key."""
        return self._transport.metadata

    async def start(self, chat_id: str, user: User, ai_agent: AiAgent, attributes: dict[str, str] | None = None) -> Conversation:
        """Begin a conversation, or find the one that this `chat_id`, your own id of it, already began."""
        request = platform_pb2.StartConversationRequest(
            command_id=fresh_id(),
            platform_conversation_id=chat_id,
            user=wire.write_user(user),
            ai_agent=wire.write_ai_agent(ai_agent),
            attributes=attributes or {},
        )
        outcome = (await self._transport.command(self._transport.stub.StartConversation, request)).outcome
        conversation = self.conversation(outcome.conversation_id, chat_id)
        conversation.learn(wire.read_control(outcome.control))
        return conversation

    def conversation(self, conversation_id: str, chat_id: str = "") -> Conversation:
        """Return a conversation by Baton's id. One that is new here is silent until Baton says otherwise (`refresh`, an answer, Watch)."""
        known = self._conversations.get(conversation_id)
        if known is None:
            known = self._conversations[conversation_id] = Conversation(self._transport, conversation_id, chat_id)
        known.chat_id = known.chat_id or chat_id
        return known

    def watch(self, consumer: str, *, catch_up: bool = False, ai_agent_ids: tuple[str, ...] = (), on_typing: OnTyping | None = None) -> Watch:
        """Return the stream of what must be acted on; a `consumer` has one, and the newest wins. Filtered to these AI agents, if any are named.

        It goes on where this consumer last acknowledged. With `catch_up` it begins instead with the state of every open conversation and what was not
        delivered: for a process that has forgotten what it was doing. After too long an absence it catches up by itself.

        `on_typing(chat_id, agent, active)` is told when the human who holds a conversation types, or stops: fleeting, and dead after six seconds.
        """
        return Watch(self._transport, self.conversation, consumer, catch_up=catch_up, ai_agent_ids=ai_agent_ids, on_typing=on_typing)
