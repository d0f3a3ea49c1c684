"""The dashboard without a mouse, in a small window, with large text and without motion; in the other language and the other theme (C12)."""

import asyncio
import uuid
from functools import partial

import pytest
from playwright.async_api import Route, expect

from tests.browser.agent_page import AgentPage, converse
from tests.browser.desks import LIST, Desks
from tests.browser.looking import settled
from tests.browser.looks import cut_text, moving, tab_through
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform

PAGES = ("conversations", "analytics", "templates")


async def test_the_focus_goes_round_in_reading_order_always_seen_and_never_covered(platform: Platform, budi: AgentPage) -> None:
    name = str(uuid.uuid4())
    begun = await platform.user_says((await platform.start(name)).conversation_id, "Is there a table?")
    # Alone in the list, whose every row is a stop; and once the menus that are fetched later are there.
    await budi.goto(f"/human-agent/conversations/{begun.conversation_id}?q=user-{name}")
    await budi.sees(budi.bubble("Is there a table?"))
    await budi.sees(budi.row(begun.conversation_id))
    await budi.sees(budi.page.get_by_role("button", name="Filter", exact=True))
    await budi.sees(budi.head.get_by_role("button", name="More for"))
    stops = await tab_through(budi.page)
    assert [stop["name"] for stop in stops if not (stop["isInside"] and stop["isFree"] and stop["isFramed"])] == []
    names = " ".join(stop["name"] for stop in stops)
    order = [names.index(words) for words in ("Skip to content", "Search conversations", "Filter", "Take Over", "Message history", "Write a note")]
    assert order == sorted(order)


async def test_dialogs_take_the_focus_keep_it_and_give_it_back(platform: Platform, place: Place, budi: AgentPage) -> None:
    begun = await converse(platform, "Is there a table?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    handover = budi.head.get_by_role("button", name="Handover")
    await handover.focus()
    await budi.page.keyboard.press("Enter")
    dialog = budi.page.get_by_role("dialog", name="Handover")
    await expect(dialog.locator(":focus")).to_have_count(1)
    for _ in range(20):
        await budi.page.keyboard.press("Tab")
        assert await dialog.evaluate("(it) => it.contains(document.activeElement) || document.activeElement.hasAttribute('data-base-ui-focus-guard')")
    await budi.page.keyboard.press("Escape")
    await expect(handover).to_be_focused()
    async with Browser(place.url, *place.login("AGENT1")) as hand:
        await hand.command(begun.conversation_id, "close", reason="resolved")


async def test_single_keys_move_and_open_in_list_and_history_only_and_can_be_switched_off(platform: Platform, budi: AgentPage) -> None:
    await converse(platform, "Somebody to move on to.")
    begun = await converse(platform, "Is there a table?")
    row = budi.page.locator(f'[data-row="{begun.conversation_id}"]')
    await budi.sees(row)
    await row.focus()
    await budi.page.keyboard.press("j")
    await expect(row).not_to_be_focused()
    await budi.page.keyboard.press("k")
    await expect(row).to_be_focused()
    await budi.page.keyboard.press("Enter")
    await budi.sees(budi.bubble("Is there a table?"))
    await budi.page.keyboard.press("h")
    await expect(budi.page.get_by_role("group", name="Message history")).to_be_focused()
    await budi.page.keyboard.press("l")
    await expect(row).to_be_focused()
    await budi.page.keyboard.press("?")
    dialog = budi.page.get_by_role("dialog", name="Keyboard shortcuts")
    await dialog.get_by_role("checkbox", name="Single keys").uncheck()
    await budi.page.keyboard.press("Escape")
    await expect(row).to_be_focused()
    await budi.page.keyboard.press("?")
    await budi.page.keyboard.press("h")
    await expect(row).to_be_focused()
    await budi.does_not_see(dialog)


async def test_a_slash_outside_of_the_box_goes_to_the_box_and_writes_nothing(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Is there a table?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.page.get_by_role("group", name="Message history").focus()
    await budi.page.keyboard.press("/")
    await expect(budi.box).to_be_focused()
    await expect(budi.box).to_have_value("")
    await budi.close_conversation("Resolved")


@pytest.mark.parametrize("page", PAGES)
async def test_a_window_of_320_pixels_and_text_of_twice_the_size_cut_nothing(budi: AgentPage, page: str) -> None:
    await budi.goto(f"/human-agent/{page}")
    await budi.sees(budi.page.get_by_role("heading").first)
    await budi.resize(320, 640)
    assert await settled(budi.page, partial(cut_text, budi.page)) == []
    await budi.resize(1280, 900)
    await budi.page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert await settled(budi.page, partial(cut_text, budi.page)) == []


async def test_nothing_moves_for_who_wants_no_motion(budi: AgentPage) -> None:
    await budi.page.emulate_media(reduced_motion="reduce")
    assert await moving(budi.page) == []


async def test_language_and_theme_are_the_browsers_until_they_are_chosen_and_then_stay(desks: Desks, budi: AgentPage) -> None:
    other = await desks.sit("AGENT1", LIST, locale="id-ID", color_scheme="dark")
    await other.sees(other.page.get_by_role("heading", name="Percakapan", level=1))
    await expect(other.page.locator("html")).to_have_attribute("lang", "id")
    assert await other.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(14, 17, 22)"
    await other.leave()

    # What is chosen while the words of a language are still on their way takes nothing of it back.
    came = asyncio.Event()

    async def hold(route: Route) -> None:
        await came.wait()
        await route.continue_()

    await budi.page.route("**/assets/id-*.js", hold)
    await budi.page.get_by_role("button", name="Account menu").click()
    await budi.page.get_by_role("menuitemradio", name="Bahasa Indonesia").click()
    await expect(budi.page.get_by_role("menuitemradio", name="Bahasa Indonesia")).to_be_checked()
    await budi.page.get_by_role("menuitemradio", name="Dark").click()
    came.set()
    await budi.page.keyboard.press("Escape")
    await budi.sees(budi.page.get_by_role("heading", name="Percakapan", level=1))
    await budi.page.reload()
    await budi.sees(budi.page.get_by_role("heading", name="Percakapan", level=1))
    assert await budi.page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(14, 17, 22)"


async def test_a_language_whose_words_cannot_be_had_is_asked_for_again_when_chosen_again(budi: AgentPage) -> None:
    fetched = "**/assets/id-*.js"
    await budi.page.route(fetched, lambda route: route.abort())
    indonesian = budi.page.get_by_role("menuitemradio", name="Bahasa Indonesia")
    await budi.page.get_by_role("button", name="Account menu").click()
    async with budi.page.expect_event("requestfailed"):
        await indonesian.click()
    await budi.sees(budi.page.get_by_role("heading", name="Conversations", level=1))
    await budi.page.unroute(fetched)
    await indonesian.click()
    await budi.page.keyboard.press("Escape")
    await budi.sees(budi.page.get_by_role("heading", name="Percakapan", level=1))
    budi.expect_refusal("ERR_FAILED")
