"""The SDK against its fake: a client, a conversation, what was shown."""

from collections.abc import AsyncIterator

import pytest
from baton_sdk import AiAgent, Baton, Conversation, User
from baton_sdk.testing import Chat, FakeBaton

USER = User("user-1", "Siti Rahmawati", "siti@mail.example", "id")
BOT = AiAgent("helper", "Helper")


@pytest.fixture
async def fake() -> AsyncIterator[FakeBaton]:
    async with FakeBaton() as fake:
        yield fake


@pytest.fixture(params=[False, True], ids=["unary", "streamed"])
def streamed(request: pytest.FixtureRequest) -> bool:
    """Whether commands go on a stream: it changes nothing of what a platform may rely on."""
    return bool(request.param)


@pytest.fixture
async def baton(fake: FakeBaton, *, streamed: bool) -> AsyncIterator[Baton]:
    async with Baton(fake.target, fake.api_key, streamed=streamed) as baton:
        yield baton


@pytest.fixture
async def conversation(baton: Baton) -> Conversation:
    return await baton.start("chat-1", USER, BOT)


@pytest.fixture
def chat(fake: FakeBaton, conversation: Conversation) -> Chat:
    return fake.chat(conversation.chat_id)
