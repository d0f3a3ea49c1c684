"""Conversations in every state that the dashboard shows, made once for all who look at its views."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from baton.conversation.v1 import platform_pb2

from tests.browser import hostile
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform, new_id
from tests.harness.waiting import wait_until
from tests.harness.watching import watching


@dataclass(frozen=True)
class Cast:
    """The ids of one conversation in each state."""

    ai: str
    needs_human: str
    mine: str
    others: str
    closed: str
    hostile: str


@asynccontextmanager
async def on_stage(platform: Platform, place: Place) -> AsyncIterator[Cast]:
    """Let users, the AI, Budi and Siti bring the conversations about and stay; afterwards what was begun is closed, so that it counts for nobody."""
    async with watching(platform), Browser(place.url, *place.login("AGENT1")) as budi, Browser(place.url, *place.login("AGENT2")) as siti:
        # Who has no socket is away, and lets go of what they hold.
        for agent in (budi, siti):
            await agent.open_socket()
        cast = await _perform(platform, budi, siti)
        yield cast
        await _leave(cast, place)


async def _perform(platform: Platform, budi: Browser, siti: Browser) -> Cast:
    asked = await _begin(platform, "Maya Rahman", "I was charged twice, and nobody answers me.")
    ai = await _begin(platform, "Jonas Lind", "Is there a table for four at seven on Friday, somewhere quiet if possible?")
    mine = await _begin(platform, "Dika Kurniawan", "Rumah Oma. Is there parking? Last time I could not find any and was late.")
    others = await _begin(platform, "Priya Olsen", "Which cinemas show it in 3D near me? See https://cinema.example/programme?week=47&hall=3.")
    closed = await _begin(platform, "Chloe Evans", "No, that is all. Thanks!")
    evil = await platform.start(str(uuid.uuid4()), hostile.NAME, hostile.EMAIL)
    for text in hostile.CORPUS.values():
        await platform.user_says(evil.conversation_id, text)
    begun = await platform.user_says(ai, "Hello?")
    await platform.ai_says(ai, "Yes: Taman Sari has one by the garden. Shall I reserve it?", begun.epoch)
    await platform.asks_for_a_human(asked, begun.epoch, "Charged twice for order 20417", "Asks for the second payment back. I cannot see payments.")
    await budi.command(mine, "take-over")
    said = await budi.command(mine, "messages", text="Hello Dika, Budi here. I have asked them to keep a place for you.", seen_seq=2)
    await platform.stubs[0].ReportDelivered(
        platform_pb2.ReportDeliveredRequest(command_id=new_id(), conversation_id=mine, up_to_seq=said["seq"]), metadata=platform.metadata
    )
    await platform.user_says(mine, "Ok, thank you. And for Saturday evening?")
    await platform.ai_says(mine, "Saturday evening is busier. At 19:30 there is one table for two left. Shall I reserve it?", begun.epoch)
    await budi.command(mine, "notes", text="Regular guest, prefers the garden side.")
    await siti.command(others, "take-over")
    await budi.command(closed, "take-over")
    await budi.command(closed, "close", reason="resolved")
    return Cast(ai, asked, mine, others, closed, evil.conversation_id)


async def _leave(cast: Cast, place: Place) -> None:
    async with Browser(place.url, *place.login("SUPERVISOR")) as hendra:
        for conversation in (cast.ai, cast.needs_human, cast.mine, cast.others, cast.hostile):
            await hendra.send("POST", f"/api/conversations/{conversation}/close", json={"command_id": new_id(), "reason": "other"})

        async def none_is_left() -> bool:
            rows = [await hendra.get(f"/api/conversations/{conversation}") for conversation in (cast.mine, cast.others)]
            return all("closed" in str(row) for row in rows)

        await wait_until(none_is_left, what="closed conversations in the list")


async def _begin(platform: Platform, user_name: str, text: str) -> str:
    started = await platform.start(str(uuid.uuid4()), user_name, f"{user_name.split(maxsplit=1)[0].lower()}@mail.example")
    await platform.user_says(started.conversation_id, text)
    return started.conversation_id
