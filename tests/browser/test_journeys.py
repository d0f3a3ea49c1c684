"""The way of a conversation between the AI and two human agents, as they see it."""

import uuid

from playwright.async_api import Route, expect

from tests.browser.agent_page import AgentPage, converse
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform


async def test_a_conversation_appears_is_taken_over_answered_and_handed_back(platform: Platform, budi: AgentPage, siti: AgentPage) -> None:
    begun = await converse(platform, "Is there a quiet table on Friday?")
    conversation = begun.conversation_id
    await budi.sees(budi.row(conversation).get_by_text("AI Active"))
    await budi.open(conversation)
    await budi.sees(budi.bubble("Is there a quiet table on Friday?"))
    await budi.does_not_see(budi.box)

    await budi.take_over()
    await budi.sees(budi.chat.get_by_text("Human agent (Budi Santoso) has taken over this conversation"))
    await siti.sees(siti.row(conversation).get_by_text("Handled by Other · Budi Santoso"))

    await budi.box.press_sequentially("/gre")
    await budi.sees(budi.page.get_by_role("option", name="/greeting Hello Dika Kurniawan"))
    await budi.box.press("Enter")
    await expect(budi.box).to_have_value("Hello Dika Kurniawan, this is Budi Santoso. I have read the conversation so far and will help you from here.")
    await budi.box.press("Enter")
    await budi.sees(budi.bubble("this is Budi Santoso"))
    await expect(budi.box).to_have_value("")

    late = await platform.ai_says(conversation, "I can offer you a noisy one.", begun.epoch)
    assert late.refusal == "CONTROL_LOST"
    await budi.sees(budi.page.get_by_label("The AI was about to say").get_by_text("I can offer you a noisy one."))
    await budi.page.get_by_role("button", name="Discard").click()
    await budi.does_not_see(budi.page.get_by_label("The AI was about to say"))

    await budi.hand_back()
    await budi.sees(budi.head.get_by_text("AI Active"))
    asked = await platform.user_says(conversation, "And on Saturday?")
    again = await platform.ai_says(conversation, "Saturday is quiet.", asked.epoch)
    assert not again.refusal
    await budi.sees(budi.bubble("Saturday is quiet."))


async def test_a_conversation_is_passed_on_closed_and_opens_again_when_the_user_writes(platform: Platform, budi: AgentPage, siti: AgentPage) -> None:
    begun = await converse(platform, "My order is late.")
    conversation = begun.conversation_id
    await budi.open(conversation)
    await budi.take_over()
    await budi.transfer("Siti Aminah", "Please ask the warehouse.")
    await budi.sees(budi.head.get_by_text("Handled by Other · Siti Aminah"))

    notice = siti.page.get_by_label("Notifications").get_by_role("listitem").filter(has_text="Budi Santoso passed Dika Kurniawan to you")
    await notice.get_by_role("button", name="Open").click()
    await siti.sees(siti.head.get_by_text("Handled by You"))
    await siti.sees(siti.page.get_by_label("Budi Santoso passed this on").get_by_text("Please ask the warehouse."))
    await siti.say("It arrives on Monday.")
    await siti.sees(siti.bubble("It arrives on Monday."))

    await siti.close_conversation("Resolved")
    await siti.sees(siti.head.get_by_text("Closed"))
    await budi.sees(budi.head.get_by_text("Closed"))
    await platform.user_says(conversation, "It has not arrived.")
    await siti.sees(siti.head.get_by_text("AI Active"))
    await siti.sees(siti.bubble("It has not arrived."))


async def test_of_two_agents_who_press_at_once_one_has_it_and_the_other_reads_who(platform: Platform, place: Place, siti: AgentPage) -> None:
    begun = await converse(platform, "Hello?")
    await siti.open(begun.conversation_id)
    async with Browser(place.url, *place.login("AGENT1")) as budi:

        async def budi_first(route: Route) -> None:
            await siti.sees(siti.head.get_by_role("button", name="Taking over…"))
            await budi.command(begun.conversation_id, "take-over")
            await route.continue_()

        await siti.page.route("**/take-over", budi_first)
        await siti.head.get_by_role("button", name="Take Over").click()
        await siti.sees(siti.page.get_by_text("Budi Santoso was first and has this conversation."))
    await siti.sees(siti.head.get_by_text("Handled by Other · Budi Santoso"))
    await siti.sees(siti.chat.get_by_text("Budi Santoso is writing with the user. You are watching."))
    await siti.does_not_see(siti.box)
    siti.expect_refusal("409 (Conflict)")


async def test_a_reply_is_held_back_by_what_came_meanwhile_and_goes_when_sent_again(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "I want to cancel.")
    await budi.open(begun.conversation_id)
    await budi.take_over()

    async def user_first(route: Route) -> None:
        await platform.user_says(begun.conversation_id, "No wait, keep it!")
        await route.continue_()

    await budi.page.route("**/messages", user_first, times=1)
    await budi.say("I have cancelled it.")
    warning = budi.page.get_by_role("alert").filter(has_text="This came while you were writing")
    await budi.sees(warning.get_by_text("No wait, keep it!"))
    await expect(budi.box).to_have_value("I have cancelled it.")
    await budi.say("I keep it.")
    await budi.sees(budi.bubble("I keep it."))
    await budi.does_not_see(warning)
    budi.expect_refusal("409 (Conflict)")


async def test_the_list_is_searched_in_the_url_and_walked_by_keyboard(platform: Platform, budi: AgentPage) -> None:
    name = f"user-{uuid.uuid4()}"
    search = budi.page.get_by_label("Search conversations by user")
    await search.fill(name)
    await budi.sees(budi.page.get_by_text("Nothing matches"))
    await budi.page.wait_for_url(f"**q={name}*")
    started = await platform.start(name.removeprefix("user-"))
    await budi.sees(budi.row(started.conversation_id))
    await search.press("ArrowDown")
    await expect(budi.page.locator(f'[data-row="{started.conversation_id}"]')).to_be_focused()
    await budi.page.keyboard.press("Enter")
    await budi.sees(budi.head.get_by_text("AI Active"))
    await budi.page.keyboard.press("Escape")
    await expect(budi.page.locator(f'[data-row="{started.conversation_id}"]')).to_be_focused()


async def test_words_that_were_typed_outlive_a_reload(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Are you there?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.box.fill("Half a sen")
    await budi.page.reload()
    await expect(budi.box).to_have_value("Half a sen")
