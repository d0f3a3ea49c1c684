"""A Baton with its humans, real or fake: what the suite of both needs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

import grpc.aio
from baton.conversation.v1 import agent_pb2, agent_pb2_grpc, control_pb2, event_pb2, platform_pb2, platform_pb2_grpc
from baton_sdk import Conversation
from baton_sdk.contract import control_pb2 as sdk_control_pb2
from baton_sdk.contract import event_pb2 as sdk_event_pb2
from baton_sdk.testing import FakeBaton

from tests.harness.callers import Accounts, Agent, new_id
from tests.harness.site import Site


class Humans(Protocol):
    """One agent at work."""

    target: str
    api_key: str
    name: str

    async def take_over(self, conversation: Conversation) -> None: ...

    async def say(self, conversation: Conversation, text: str) -> None: ...

    async def hand_back(self, conversation: Conversation, promised: str = "", message: str = "") -> None: ...

    async def close(self, conversation: Conversation, *, spam: bool = False) -> None: ...


class FakeHumans:
    """The fake's."""

    name = "Budi"

    def __init__(self, fake: FakeBaton) -> None:
        self.fake, self.target, self.api_key = fake, fake.target, fake.api_key

    async def take_over(self, conversation: Conversation) -> None:
        self.fake.chat(conversation.chat_id).take_over(self.name)

    async def say(self, conversation: Conversation, text: str) -> None:
        self.fake.chat(conversation.chat_id).say(text)

    async def hand_back(self, conversation: Conversation, promised: str = "", message: str = "") -> None:
        self.fake.chat(conversation.chat_id).hand_back(sdk_event_pb2.Brief(promised=promised) if promised else None, message)

    async def close(self, conversation: Conversation, *, spam: bool = False) -> None:
        self.fake.chat(conversation.chat_id).close(sdk_control_pb2.CLOSE_REASON_SPAM if spam else sdk_control_pb2.CLOSE_REASON_RESOLVED)


class RealHumans:
    """An agent of the demo, called for by the gateway's identity."""

    name = "Budi Santoso"

    def __init__(self, site: Site, agent: Agent) -> None:
        self.target, self.api_key = site.public_targets()[0], site.demo.api_key
        self._agent = agent
        self._stub = agent_pb2_grpc.AgentServiceStub(agent.channels[0])
        self._channel = grpc.aio.insecure_channel(self.target)
        self._platform = platform_pb2_grpc.PlatformServiceStub(self._channel)
        self._key = [("authorization", f"Bearer {self.api_key}")]

    async def leave(self) -> None:
        """Close the connections."""
        await self._agent.close()
        await self._channel.close()

    async def take_over(self, conversation: Conversation) -> None:
        assert not (await self._agent.take_over(conversation.id)).refusal

    async def say(self, conversation: Conversation, text: str) -> None:
        assert not (await self._agent.says(conversation.id, text, await self._seen(conversation))).refusal

    async def hand_back(self, conversation: Conversation, promised: str = "", message: str = "") -> None:
        request = agent_pb2.HandBackRequest(
            command_id=new_id(),
            conversation_id=conversation.id,
            seen_seq=await self._seen(conversation),
            brief=event_pb2.Brief(promised=promised),
            message=message,
        )
        await self._stub.HandBack(request, metadata=self._agent.metadata, timeout=30)

    async def close(self, conversation: Conversation, *, spam: bool = False) -> None:
        reason = control_pb2.CLOSE_REASON_SPAM if spam else control_pb2.CLOSE_REASON_RESOLVED
        request = agent_pb2.CloseRequest(command_id=new_id(), conversation_id=conversation.id, reason=reason)
        await self._stub.Close(request, metadata=self._agent.metadata, timeout=30)

    async def _seen(self, conversation: Conversation) -> int:
        state = await self._platform.GetConversation(platform_pb2.GetConversationRequest(conversation_id=conversation.id), metadata=self._key, timeout=30)
        return state.seq


@asynccontextmanager
async def real_humans(site: Site) -> AsyncIterator[RealHumans]:
    """Log an agent of the demo in."""
    accounts = Accounts(site.plan.address("auth.grpc"), site.identity())
    token, account_id = await accounts.log_in(*site.login("AGENT1"))
    humans = RealHumans(site, Agent(site.internal_targets(), site.identity(), token, account_id, seed=3))
    yield humans
    await humans.leave()
    await accounts.channel.close()
