"""The page is cut off and comes back (C4): nothing is missing, nothing that was typed is lost, and it says what is going on."""

import asyncio

from playwright.async_api import Route, expect

from tests.browser.agent_page import PATIENCE_MS, AgentPage, converse
from tests.browser.ears import Ears
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.waiting import wait_until


async def test_the_laptop_is_closed_in_the_middle_of_a_conversation(platform: Platform, place: Place, budi: AgentPage) -> None:
    begun = await converse(platform, "I want to cancel.")
    conversation = begun.conversation_id
    await budi.open(conversation)
    await budi.take_over()
    await budi.box.fill("Half a sen")
    await budi.page.context.set_offline(offline=True)
    banner = budi.page.get_by_role("status").filter(has_text="offline since")
    await budi.sees(banner.get_by_text("fetches what was missed"))
    for number in range(1, 8):
        await platform.user_says(conversation, f"message {number}")
    another = await converse(platform, "Somebody else, meanwhile")
    await budi.page.context.set_offline(offline=False)
    await budi.does_not_see(banner)
    await budi.sees(budi.bubble("message 7"))
    said = await budi.chat.get_by_role("article").locator("[data-text]").all_inner_texts()
    assert [text for text in said if text.startswith("message")] == [f"message {number}" for number in range(1, 8)]
    await budi.sees(budi.row(another.conversation_id))
    await expect(budi.box).to_have_value("Half a sen")
    await budi.box.press_sequentially("tence.")
    await budi.box.press("Enter")
    await budi.sees(budi.bubble("Half a sentence."))
    async with Browser(place.url, *place.login("AGENT1")) as hand:
        await hand.command(conversation, "close", reason="resolved")
    budi.expect_refusal("ERR_INTERNET_DISCONNECTED")
    budi.expect_refusal("409")


async def test_a_session_that_ends_keeps_what_was_typed_and_leads_back_to_it(platform: Platform, place: Place, rafi: AgentPage) -> None:
    begun = await converse(platform, "Are you there?")
    await rafi.open(begun.conversation_id)
    await rafi.take_over()
    await rafi.box.fill("Half a sen")
    async with Browser(place.url, *place.login("AGENT3")) as elsewhere:
        await elsewhere.post("/api/session/logout", {"everywhere": True})
    await rafi.sees(rafi.page.get_by_text("what you had typed is kept"))
    await rafi.log_in(*place.login("AGENT3"))
    await expect(rafi.box).to_have_value("Half a sen")
    await rafi.say("A whole sentence.")
    await rafi.sees(rafi.bubble("A whole sentence."))
    await rafi.close_conversation("Resolved")


async def test_a_cookie_that_runs_out_between_the_page_and_its_socket_is_renewed(budi: AgentPage) -> None:
    context = budi.page.context
    found = asyncio.Event()

    async def find_the_session(route: Route) -> None:
        answer = await route.fetch()
        if not found.is_set():
            # The browser drops it by its age, as here by hand: the page is known, and its socket comes with nothing.
            await context.clear_cookies(name="baton_access")
            found.set()
        await route.fulfill(response=answer)

    await budi.page.route("**/api/session", find_the_session)
    await budi.page.reload()
    await found.wait()
    await budi.is_live()
    await budi.page.unroute("**/api/session")


async def test_little_is_announced_in_a_burst_and_nothing_while_history_loads(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "the first")
    await asyncio.gather(*(platform.user_says(begun.conversation_id, f"older {number}") for number in range(70)))
    ears = Ears(budi.page)
    await ears.listen()
    await budi.open(begun.conversation_id)
    history = await budi.sees_history()
    await history.focus()
    await history.press("Home")
    await budi.sees(budi.chat.get_by_text("The conversation began here"))
    assert await ears.announced() == []

    began = asyncio.get_running_loop().time()
    await platform.user_says(begun.conversation_id, "newer 0")
    await wait_until(ears.announced, PATIENCE_MS / 1000, what="the first announcement")
    for number in range(1, 50):
        await platform.user_says(begun.conversation_id, f"newer {number}")
    await history.press("End")
    await budi.sees(budi.bubble("newer 49"))
    announced = await ears.announced()
    seconds = asyncio.get_running_loop().time() - began
    assert 1 <= len(announced) <= 1 + seconds / 5
    assert announced[0].startswith("User: newer")
