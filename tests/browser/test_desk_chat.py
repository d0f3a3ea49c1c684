"""The chat as an agent reads it: sides and order, where it opens, jumps, search, and what stands beside it."""

import uuid

from playwright.async_api import expect

from tests.browser.agent_page import AgentPage, ask_for_a_human, converse
from tests.harness.callers import Answer, Platform


async def long_talk(platform: Platform, length: int) -> Answer:
    """Start a conversation of so many messages, numbered."""
    said = await converse(platform, "message 1 of many")
    for number in range(2, length + 1):
        if number % 2:
            said = await platform.user_says(said.conversation_id, f"message {number} of many")
        else:
            await platform.ai_says(said.conversation_id, f"message {number} of many", said.epoch)
    return said


async def test_users_are_on_the_right_others_on_the_left_and_system_messages_between(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "From the user")
    await platform.ai_says(begun.conversation_id, "From the AI", begun.epoch)
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.say("From me")
    await budi.sees(budi.bubble("From me"))
    places = [await budi.bubble(words).locator("div").first.bounding_box() for words in ("From the user", "From the AI", "From me")]
    history = await budi.page.get_by_role("group", name="Message history").bounding_box()
    assert history is not None
    user, ai, me = (place["x"] for place in places if place is not None)
    assert user > history["x"] + history["width"] / 2
    assert ai == me < history["x"] + history["width"] / 4
    await budi.sees(budi.chat.get_by_text("Human agent (Budi Santoso) has taken over this conversation"))


async def test_older_pages_leave_what_is_read_where_it_is_and_jumps_lead_anywhere(platform: Platform, budi: AgentPage) -> None:
    said = await long_talk(platform, 130)
    await budi.open(said.conversation_id)
    await budi.sees(budi.bubble("message 130 of many"))
    log = budi.page.get_by_role("group", name="Message history")
    moved = await log.evaluate(
        """async (log) => {
            log.scrollTop = 200;
            await new Promise((seen) => requestAnimationFrame(seen));
            const first = log.querySelector('[data-seq]');
            const before = first.getBoundingClientRect().top;
            const count = log.querySelectorAll('[data-seq]').length;
            await new Promise((done) => {
                const look = () => (log.querySelectorAll('[data-seq]').length > count ? done() : requestAnimationFrame(look));
                look();
            });
            return Math.abs(first.getBoundingClientRect().top - before);
        }"""
    )
    assert moved < 1
    await budi.head.get_by_role("button", name="More for").click()
    await budi.page.get_by_role("menuitem", name="To the beginning").click()
    await expect(budi.bubble("message 1 of many")).to_be_in_viewport()


async def test_words_are_found_in_the_whole_conversation_and_a_link_leads_to_a_message(platform: Platform, budi: AgentPage) -> None:
    said = await long_talk(platform, 110)
    await platform.ai_says(said.conversation_id, "the end", said.epoch)
    await budi.open(said.conversation_id)
    await budi.head.get_by_role("button", name="Find in conversation").click()
    field = budi.page.get_by_role("textbox", name="Find in this conversation")
    await field.fill("MESSAGE 7 OF")
    await budi.sees(budi.page.get_by_text("1 found"))
    await field.press("ArrowDown")
    await budi.page.keyboard.press("Enter")
    await expect(budi.bubble("message 7 of many")).to_be_in_viewport()
    link = await budi.bubble("message 7 of many").get_by_role("link").get_attribute("href")
    await budi.goto(f"/human-agent/conversations/{said.conversation_id}{link}")
    await expect(budi.bubble("message 7 of many")).to_be_in_viewport()


async def test_the_brief_stands_on_top_at_every_width_and_folds(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "I was charged twice")
    await ask_for_a_human(platform, begun, summary="Charged twice on Friday; wants the money back.")
    await budi.open(begun.conversation_id)
    brief = budi.page.get_by_label("The AI asked for a human", exact=True)
    for width in (1440, 1024, 768, 390):
        await budi.resize(width)
        await budi.sees(brief.get_by_text("Charged twice on Friday"))
    await brief.get_by_role("button", name="Fold the brief").press("Enter")
    await budi.does_not_see(brief.get_by_text("Charged twice on Friday"))


async def test_who_held_it_is_told_of_the_whole_conversation(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Hello?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.hand_back()
    last = begun
    for number in range(60):
        last = await platform.user_says(begun.conversation_id, f"and {number}")
    await budi.page.reload()
    await budi.sees(budi.bubble("and 59"))
    panel = budi.page.get_by_role("complementary", name="Details of the conversation")
    await budi.sees(panel.get_by_text("You took over"))
    await budi.sees(panel.get_by_text("You handed back to the AI"))
    assert not last.refusal


async def test_a_returning_users_earlier_conversations_lie_beside_the_chat(platform: Platform, budi: AgentPage) -> None:
    user = str(uuid.uuid4())
    first = await platform.start(f"{user}-1", user_id=user)
    await platform.user_says(first.conversation_id, "Do you deliver?")
    await budi.open(first.conversation_id)
    await budi.take_over()
    await budi.close_conversation("Resolved")

    second = await platform.start(f"{user}-2", user_id=user)
    await platform.user_says(second.conversation_id, "I am back with another question.")
    await budi.open(second.conversation_id)
    panel = budi.page.get_by_role("complementary", name="Details of the conversation")
    await panel.get_by_role("listitem").filter(has_text="Closed").get_by_role("link", name="Do you deliver?").click()
    await budi.sees(budi.bubble("Do you deliver?"))

    # Where they come as a drawer, it ends with the conversation that one leaves.
    await budi.open(second.conversation_id)
    await budi.resize(1024)
    await budi.head.get_by_role("button", name="Details").click()
    await panel.get_by_role("listitem").filter(has_text="Closed").get_by_role("link", name="Do you deliver?").click()
    await budi.sees(budi.bubble("Do you deliver?"))
    await budi.does_not_see(panel)
    await budi.resize(1440)
    # Who writes again in a closed conversation finds the AI there, and the history goes on.
    await platform.user_says(first.conversation_id, "And on Sundays?")
    await budi.sees(budi.bubble("And on Sundays?"))
    await budi.sees(panel.get_by_text("The user wrote again: reopened"))
    await budi.sees(budi.head.get_by_text("AI Active"))
