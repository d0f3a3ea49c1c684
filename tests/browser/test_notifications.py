"""What a human agent is told while they look elsewhere (A7), by which ways, once, and that it is taken back."""

import asyncio
from typing import Any

from playwright.async_api import Locator, expect

from tests.browser.agent_page import AgentPage, converse
from tests.browser.desks import LIST
from tests.browser.ears import Ears, give_ears
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.waiting import wait_until


def _notice(agent: AgentPage, text: str) -> Locator:
    return agent.page.get_by_label("Notifications", exact=True).get_by_role("listitem").filter(has_text=text)


async def _open_dialog(agent: AgentPage) -> Locator:
    await agent.page.get_by_role("button", name="Account menu").click()
    await agent.page.get_by_role("menuitem", name="Notifications").click()
    dialog = agent.page.get_by_role("dialog", name="Notifications")
    await agent.sees(dialog)
    return dialog


async def test_a_new_conversation_is_a_quiet_line_and_a_call_for_a_human_is_heard_and_withdrawn(platform: Platform, place: Place, budi: AgentPage) -> None:
    ears = await give_ears(budi)
    # It stays for some seconds only: look out for it before it comes.
    told = asyncio.create_task(budi.sees(_notice(budi, "new conversation")))
    begun = await converse(platform, "Can a person help me?")
    await told
    assert (await ears.sounds(), await ears.desktop()) == (0, [])

    dialog = await _open_dialog(budi)
    await dialog.get_by_role("checkbox", name="Somebody needs a human: Desktop").check()
    await dialog.get_by_role("button", name="Done").click()
    await platform.asks_for_a_human(begun.conversation_id, begun.epoch, "wants a person")
    await budi.sees(_notice(budi, "Dika Kurniawan needs a human"))
    await wait_until(ears.desktop, what="a desktop notification")
    await wait_until(ears.sounds, what="a sound")
    assert "Dika Kurniawan needs a human" in await budi.page.title()
    assert await ears.sounds() == 1

    async with Browser(place.url, *place.login("AGENT2")) as siti:
        await siti.command(begun.conversation_id, "take-over")
    await budi.does_not_see(_notice(budi, "Dika Kurniawan needs a human"))

    async def is_withdrawn() -> bool:
        return not any(shown["open"] for shown in await ears.desktop()) and "Dika" not in await budi.page.title()

    await wait_until(is_withdrawn, what="the withdrawal on the desktop and in the title")


async def test_a_transfer_is_told_once_over_two_tabs_and_moves_nothing_until_it_is_opened(
    platform: Platform, place: Place, budi: AgentPage, siti: AgentPage
) -> None:
    ears = await give_ears(budi)
    tab = await budi.another_tab(LIST)
    tab_ears = await give_ears(tab)
    begun = await converse(platform, "My order is late.")
    search = budi.page.get_by_label("Search conversations by user")
    await search.focus()
    address = budi.page.url
    await siti.open(begun.conversation_id)
    await siti.take_over()
    await siti.transfer("Budi Santoso", "Please ask the warehouse.")
    await budi.sees(_notice(budi, "Siti Aminah passed Dika Kurniawan to you"))
    await tab.sees(_notice(tab, "Siti Aminah passed Dika Kurniawan to you"))
    await wait_until(lambda: _of_both(ears, tab_ears), what="a desktop notification")
    assert len(await _of_both(ears, tab_ears)) == 1

    async def sounds() -> int:
        return await ears.sounds() + await tab_ears.sounds()

    await wait_until(sounds, what="a sound")
    assert await sounds() == 1
    await expect(search).to_be_focused()
    assert budi.page.url == address

    first = budi if await ears.desktop() else tab
    await (ears if first is budi else tab_ears).press_newest()
    await first.sees(first.head.get_by_text("Handled by You"))
    # Seen in one tab, it is not pointed out in the other.
    other = tab if first is budi else budi
    await other.does_not_see(_notice(other, "passed Dika Kurniawan to you"))

    await platform.user_says(begun.conversation_id, "Are you there?")
    await first.sees(first.bubble("Are you there?"))
    assert not any(shown["tag"].startswith("message") and shown["open"] for shown in await _of_both(ears, tab_ears))
    async with Browser(place.url, *place.login("AGENT1")) as hand:
        await hand.command(begun.conversation_id, "close", reason="resolved")


async def _of_both(one: Ears, two: Ears) -> list[dict[str, Any]]:
    return [*await one.desktop(), *await two.desktop()]


async def test_the_browser_is_asked_for_its_permission_only_by_a_press_in_the_dialog(budi: AgentPage) -> None:
    ears = await give_ears(budi, permission="default")
    assert await ears.asked() == 0
    dialog = await _open_dialog(budi)
    assert await ears.asked() == 0
    await dialog.get_by_role("button", name="Allow desktop notifications").click()
    await budi.sees(dialog.get_by_text("This browser may show desktop notifications."))
    assert await ears.asked() == 1
    await budi.page.keyboard.press("Escape")
    await expect(budi.page.get_by_role("button", name="Account menu")).to_be_focused()


async def test_a_message_in_what_i_hold_and_control_that_is_lost_are_told_and_can_be_switched_off(platform: Platform, place: Place, budi: AgentPage) -> None:
    ears = await give_ears(budi)
    begun = await converse(platform, "Hello?")
    async with Browser(place.url, *place.login("AGENT1")) as hand:
        await hand.command(begun.conversation_id, "take-over")
    await budi.sees(budi.row(begun.conversation_id).get_by_text("Handled by You"))
    await platform.user_says(begun.conversation_id, "Are you there?")
    await budi.sees(_notice(budi, "New message from Dika Kurniawan").get_by_text("Are you there?"))
    await wait_until(ears.desktop, what="a desktop notification")
    assert [(shown["title"], shown["body"]) for shown in await ears.desktop()] == [("New message from Dika Kurniawan", "Are you there?")]

    dialog = await _open_dialog(budi)
    await dialog.get_by_role("checkbox", name="A message in a conversation I hold: Desktop").uncheck()
    await dialog.get_by_role("checkbox", name="A message in a conversation I hold: In the page").uncheck()
    await dialog.get_by_role("button", name="Done").click()
    await budi.does_not_see(_notice(budi, "New message"))
    await platform.user_says(begun.conversation_id, "And now?")
    async with Browser(place.url, *place.login("SUPERVISOR")) as hendra:
        await hendra.command(begun.conversation_id, "take-over", reason="I know this one")
        await budi.sees(_notice(budi, "Hendra Wijaya took over Dika Kurniawan from you"))

        async def lost() -> bool:
            return any(shown["tag"].startswith("lost") for shown in await ears.desktop())

        await wait_until(lost, what="the loss on the desktop")
        assert len(await ears.desktop()) == 2
        await hendra.command(begun.conversation_id, "close", reason="other")
