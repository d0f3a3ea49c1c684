"""The list as an agent works with it: what a row says, its order, search and views, and what can be done from it."""

import uuid
from functools import partial

from playwright.async_api import expect

from tests.browser.agent_page import AgentPage, ask_for_a_human, converse
from tests.browser.desks import LIST
from tests.browser.looking import TWO_FRAMES, settled
from tests.browser.looks import cut_text, small_targets
from tests.harness.callers import Platform


async def test_a_row_says_who_what_since_when_and_changes_by_itself(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Is there a quiet table?")
    row = budi.row(begun.conversation_id)
    for words in ("Dika Kurniawan", "Restaurant bot", "started", "Is there a quiet table?", "AI Active", "Waiting"):
        await budi.sees(row.get_by_text(words).first)
    await platform.ai_says(begun.conversation_id, "There is one by the window.", begun.epoch)
    await budi.sees(row.get_by_text("There is one by the window."))
    await budi.sees(row.get_by_text("AI is handling"))
    await expect(row).to_have_attribute("aria-posinset", "1")


async def test_the_order_stands_still_under_the_pointer_and_new_ones_wait_behind_a_button(platform: Platform, budi: AgentPage) -> None:
    first = await converse(platform, "First")
    await budi.sees(budi.row(first.conversation_id))
    await budi.row(first.conversation_id).hover()
    second = await converse(platform, "Second")
    waiting = budi.page.get_by_role("button", name="Show 1 new conversation")
    await budi.sees(waiting)
    await budi.does_not_see(budi.row(second.conversation_id))
    # On its way to the button the pointer leaves the rows, and the button stays.
    await waiting.hover()
    await budi.page.evaluate(TWO_FRAMES)
    assert await waiting.is_visible()
    await waiting.click()
    await budi.sees(budi.row(second.conversation_id))


async def test_the_button_of_the_new_ones_is_large_enough_for_a_thumb(platform: Platform, budi: AgentPage) -> None:
    first = await converse(platform, "First")
    await budi.resize(390)
    await budi.page.locator(f'[data-row="{first.conversation_id}"]').focus()
    await converse(platform, "Second")
    await budi.sees(budi.page.get_by_role("button", name="Show 1 new conversation"))
    assert not await settled(budi.page, partial(small_targets, budi.page))
    assert not await settled(budi.page, partial(cut_text, budi.page))


async def test_who_asked_for_a_human_comes_first_with_the_reason_in_words(platform: Platform, budi: AgentPage) -> None:
    name = str(uuid.uuid4())
    begun = await platform.user_says((await platform.start(f"{name}-asking")).conversation_id, "I was charged twice")
    await platform.user_says((await platform.start(f"{name}-served")).conversation_id, "Is there a table?")
    await ask_for_a_human(platform, begun, summary="Charged twice")
    await budi.goto(f"/human-agent/conversations?q=user-{name}")
    row = budi.row(begun.conversation_id)
    await expect(budi.page.locator("[data-row]")).to_have_count(2)
    await expect(budi.page.locator("[data-row]").first).to_have_attribute("data-row", begun.conversation_id)
    await budi.page.get_by_role("button", name="Needs a human").click()
    await expect(budi.page.locator("[data-row]")).to_have_count(1)
    await budi.sees(row.get_by_text("Needs a human"))
    await budi.sees(row.get_by_text("the AI asked for a human"))
    await budi.sees(row.get_by_role("button", name="Take Over: Dika Kurniawan"))
    await row.get_by_role("button", name="Take Over: Dika Kurniawan").click()
    await budi.sees(row.get_by_text("Handled by You"))
    await budi.goto("/human-agent/conversations?status=mine&sort=newest")
    await budi.sees(budi.row(begun.conversation_id).get_by_text("Handled by You"))


async def test_a_search_marks_what_it_found_and_can_be_kept_as_a_view(platform: Platform, budi: AgentPage) -> None:
    name = str(uuid.uuid4())
    started = await platform.start(name)
    await budi.page.get_by_label("Search conversations by user").fill(f"user-{name[:13]}")
    await budi.sees(budi.row(started.conversation_id))
    await expect(budi.page.get_by_text("Nothing matches")).to_be_hidden()
    await budi.page.get_by_role("button", name="Save view").click()
    dialog = budi.page.get_by_role("dialog", name="Save this view")
    await dialog.get_by_label("Name").fill("Just this one")
    await budi.page.keyboard.press("Enter")
    await budi.does_not_see(dialog)
    await budi.goto("/human-agent/conversations")
    await budi.page.get_by_role("button", name="Just this one 1").click()
    await budi.page.wait_for_url("**q=user-*")
    await budi.sees(budi.row(started.conversation_id))
    await budi.page.get_by_role("button", name="Remove the view Just this one").click()
    await budi.does_not_see(budi.page.get_by_role("button", name="Just this one 1"))


async def test_a_wrong_transfer_from_the_row_is_taken_back(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Can I change my seat?")
    row = budi.row(begun.conversation_id)
    await budi.sees(row)
    await row.hover()
    await row.get_by_role("button", name="Transfer to… Dika Kurniawan").click()
    await budi.page.get_by_role("menuitem", name="Rafi Pratama").click()
    await budi.sees(row.get_by_text("Handled by Other · Rafi Pratama"))
    notice = budi.page.get_by_label("Notifications").get_by_role("listitem").filter(has_text="Transferred to Rafi Pratama")
    await notice.get_by_role("button", name="Undo").click()
    await budi.sees(row.get_by_text("Handled by You"))
    await budi.does_not_see(notice)


async def test_unread_is_each_agents_own_and_outlives_a_reload(platform: Platform, budi: AgentPage, siti: AgentPage) -> None:
    begun = await converse(platform, "First")
    conversation = begun.conversation_id
    for agent in (budi, siti):
        async with agent.page.expect_response(lambda answer: answer.url.endswith("/read")):
            await agent.open(conversation)
            await agent.sees(agent.bubble("First"))
        await expect(agent.row(conversation).get_by_text("unread")).to_have_count(0)
        await agent.goto(LIST)
    await platform.user_says(conversation, "Second")
    await platform.user_says(conversation, "Third")
    for agent in (budi, siti):
        await expect(agent.row(conversation).get_by_text("2 unread messages")).to_have_count(1)
    await siti.open(conversation)
    await expect(siti.row(conversation).get_by_text("unread")).to_have_count(0)
    await budi.page.reload()
    await expect(budi.row(conversation).get_by_text("2 unread messages")).to_have_count(1)
    # It opens where one has read up to.
    await budi.open(conversation)
    await budi.sees(budi.chat.locator("[data-unread]"))
    await expect(budi.bubble("Third")).to_be_in_viewport()


async def test_filters_combine_in_the_address_and_come_off_one_by_one(platform: Platform, budi: AgentPage) -> None:
    name = str(uuid.uuid4())
    ended, going = [(await platform.start(f"{name}-{number}")).conversation_id for number in range(2)]
    await budi.page.get_by_label("Search conversations by user").fill(f"user-{name}")
    for conversation in (ended, going):
        await budi.open(conversation)
        await budi.take_over()
    await budi.row(ended).get_by_role("link").click()
    await budi.close_conversation("No answer")
    # The row of what is open stays, also when it no longer matches: so none is open.
    await budi.goto(f"/human-agent/conversations?q=user-{name}")
    await budi.sees(budi.row(going))
    await budi.does_not_see(budi.row(ended))

    await budi.page.get_by_role("button", name="Filter", exact=True).click()
    for choice in ("Closed", "Restaurant bot"):
        await budi.page.get_by_role("menuitemcheckbox", name=choice).click()
    await budi.page.keyboard.press("Escape")
    await budi.sees(budi.row(ended).get_by_text("No answer"))
    await budi.does_not_see(budi.row(going))
    await budi.page.reload()
    await budi.sees(budi.row(ended).get_by_text("No answer"))
    await budi.does_not_see(budi.row(going))
    await budi.page.get_by_role("button", name="Remove filter Closed").click()
    await budi.sees(budi.row(going))
    await budi.page.get_by_role("button", name="Filter", exact=True).click()
    await budi.page.get_by_role("menuitemcheckbox", name="Siti Aminah").click()
    await budi.page.keyboard.press("Escape")
    await budi.sees(budi.page.get_by_text("Nothing matches"))
    await budi.page.get_by_role("button", name="Remove filter Siti Aminah").click()
    await budi.page.get_by_role("button", name="Remove filter Restaurant bot").click()
    await budi.sees(budi.row(going))
    await budi.open(going)
    await budi.close_conversation("Other")
