"""Typing of the human who holds a conversation reaches the platform's streams that asked for it, and nobody else's does."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing

from services.conversation.adapters.memory_event_store import MemoryEventStore
from services.conversation.domain.cursor import Cursor
from services.conversation.ports.watching import Consumer, Taken, Told
from services.conversation.tests.scene import BUDI, SARI, WORKSPACE, Scene
from services.conversation.use_cases.states import States
from services.conversation.use_cases.tell_typing import TellTyping
from services.conversation.use_cases.watch import AgentTyping, Watch, WatchCommand
from tests.harness.waiting import wait_until

END = Cursor("topic", (0,))


class Quiet:
    """A topic on which nothing happens, with everything else that Watch asks."""

    async def end(self) -> Cursor:
        return END

    async def check(self, cursor: Cursor) -> None:
        assert cursor == END

    def take(self, cursor: Cursor) -> Taken:
        return Taken([], cursor)

    async def catch_up(self, cursor: Cursor) -> AsyncGenerator[Taken, None]:
        yield Taken([], cursor)

    async def wait(self, _cursor: Cursor, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def of_platform(self, *_which: object) -> AsyncGenerator[Told, None]:
        nothing: list[Told] = []
        for told in nothing:
            yield told

    async def platform_conversation_id(self, _conversation_id: str) -> str:
        return "theirs-1"

    async def open(self, _consumer: Consumer, _stream_id: str, _ai_agent_ids: Collection[str]) -> str:
        return ""

    async def newest(self, _consumers: Collection[Consumer]) -> dict[Consumer, str]:
        return {}

    async def saw(self, _streams: Collection[tuple[Consumer, str]]) -> None:
        raise AssertionError

    async def ack(self, _consumer: Consumer, _cursor: str) -> None:
        raise AssertionError


def command(*, platform_id: str = "platform-1", typing: bool = True, bots: frozenset[str] = frozenset()) -> WatchCommand:
    return WatchCommand(Consumer(WORKSPACE, platform_id, f"{platform_id}/{typing}/{bots}"), "", False, bots, lambda: True, typing)


async def test_only_who_asked_is_told_and_only_of_the_holder() -> None:
    quiet, scene, store = Quiet(), Scene(), MemoryEventStore()
    scene.do(scene.make.take(BUDI))
    for event in scene.log:
        await store.append(event)
    watch = Watch(quiet, quiet, quiet, max_seconds=60, draining=lambda: False)
    tell = TellTyping(watch, States(), store)
    told: dict[str, list[AgentTyping]] = {}

    async def follow(name: str, wanted: WatchCommand) -> None:
        async with aclosing(watch(wanted)) as items:
            async for item in items:
                told.setdefault(name, [])
                if item.typing:
                    told[name].append(item.typing)

    wanted = {
        "asked": command(),
        "did not ask": command(typing=False),
        "another platform": command(platform_id="platform-2"),
        "another bot": command(bots=frozenset({"bot-2"})),
        "this bot": command(bots=frozenset({"bot-1"})),
    }
    following = [asyncio.create_task(follow(name, each)) for name, each in wanted.items()]
    await wait_until(lambda: len(told) == len(wanted), what="all streams have begun")
    for agent, workspace in ((SARI, WORKSPACE), (BUDI, "workspace-2"), (BUDI, WORKSPACE)):
        await tell(workspace, scene.make.conversation_id, agent.id, active=True)
    await wait_until(lambda: told["asked"] and told["this bot"], what="who asked is told")
    for task in following:
        task.cancel()
    await asyncio.wait(following)
    expected = [AgentTyping(scene.make.conversation_id, scene.control, BUDI, active=True)]
    assert told == {"asked": expected, "did not ask": [], "another platform": [], "another bot": [], "this bot": expected}
