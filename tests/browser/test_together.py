"""Who else is here (C11): colleagues who look or type are shown, in the list and in the panel, before they collide."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from playwright.async_api import expect

from tests.browser.agent_page import AgentPage, converse
from tests.harness.callers import Platform

# Under the six seconds after which typing is forgotten, over the three after which it is said again.
KEY_SECONDS = 0.5


@asynccontextmanager
async def typing(agent: AgentPage) -> AsyncIterator[None]:
    """Let an agent press keys in the box for as long as it takes."""

    async def press_keys() -> None:
        while True:
            await agent.box.press("a")
            await asyncio.sleep(KEY_SECONDS)

    task = asyncio.create_task(press_keys())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_who_looks_and_who_types_is_seen_in_the_list_and_in_the_panel_and_by_supervisors_too(
    platform: Platform, budi: AgentPage, siti: AgentPage, hendra: AgentPage
) -> None:
    begun = await converse(platform, "Hello?")
    conversation = begun.conversation_id
    await budi.open(conversation)
    await budi.take_over()
    await siti.open(conversation)
    await expect(budi.head.get_by_title("Siti Aminah is looking at this too")).to_be_visible()
    await expect(hendra.row(conversation).get_by_title("looking at this now")).to_have_attribute("title", "Budi Santoso, Siti Aminah: looking at this now")
    async with typing(budi):
        await siti.sees(siti.chat.get_by_text("Budi Santoso is typing…").first)
        await hendra.sees(hendra.row(conversation).get_by_text("Budi Santoso is typing…"))
        await hendra.open(conversation)
        await hendra.sees(hendra.chat.get_by_text("Budi Santoso is typing…").first)
        await hendra.head.get_by_role("button", name="Take Over").click()
        dialog = hendra.page.get_by_role("dialog", name="Take over from Budi Santoso?")
        await hendra.sees(dialog.get_by_text("Budi Santoso is typing right now."))
        await hendra.page.keyboard.press("Escape")
    # Who stops is seen to have stopped, and who goes is seen to have gone.
    await hendra.does_not_see(hendra.chat.get_by_text("Budi Santoso is typing…").first)
    await siti.page.keyboard.press("Escape")
    await siti.goto("/human-agent/templates")
    await budi.does_not_see(budi.head.get_by_title("Siti Aminah is looking at this too"))
    await budi.close_conversation("Resolved")


async def test_what_passes_below_the_last_message_is_followed_to_its_end(platform: Platform, budi: AgentPage, siti: AgentPage) -> None:
    begun = await converse(platform, "Hello?")
    for number in range(20):
        await platform.user_says(begun.conversation_id, f"And {number}")
    for agent in (budi, siti):
        await agent.open(begun.conversation_id)
        await agent.sees(agent.bubble("And 19"))
    await budi.take_over()
    # To the end, where the page follows.
    history = siti.page.get_by_role("group", name="Message history")
    await history.focus()
    await siti.page.keyboard.press("End")
    await expect(siti.bubble("And 19")).to_be_in_viewport(ratio=1)
    async with typing(budi):
        await expect(history.get_by_text("Budi Santoso is typing…")).to_be_in_viewport(ratio=1)
    await budi.close_conversation("Resolved")
