"""Writing and control where it goes wrong elsewhere: blanks, drafts, dialogs that are overtaken, supervisors, platforms that are gone."""

import asyncio
import uuid

from playwright.async_api import Route, expect

from tests.browser.agent_page import AgentPage, converse
from tests.browser.desks import LIST
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform


async def test_a_handover_to_a_colleague_takes_four_keys(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Can I change my seat?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.head.get_by_role("button", name="Handover").focus()
    await budi.page.keyboard.press("Enter")
    dialog = budi.page.get_by_role("dialog", name="Handover")
    await budi.sees(dialog)
    await expect(dialog.get_by_role("radio", name="Handover to AI Agent")).to_be_focused()
    await budi.page.keyboard.press("ArrowRight")
    await budi.sees(dialog.get_by_role("radio", name="Siti Aminah"))
    for key in ("Tab", "ArrowDown", "Enter"):
        await budi.page.keyboard.press(key)
    await budi.does_not_see(dialog)
    await budi.sees(budi.head.get_by_text("Handled by Other"))
    await budi.chat.get_by_role("button", name="Undo").click()
    await budi.sees(budi.head.get_by_text("Handled by You"))


async def test_what_the_user_writes_while_the_dialog_is_open_is_shown_before_it_goes_through(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "I want a refund.")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    dialog = await budi.open_handover()
    await dialog.get_by_role("radio", name="Transfer to Another Agent").check()
    await dialog.get_by_role("radio", name="Siti Aminah").check()

    async def user_first(route: Route) -> None:
        await platform.user_says(begun.conversation_id, "Forget it, keep the money.")
        await route.continue_()

    await budi.page.route("**/transfer", user_first, times=1)
    await dialog.get_by_role("button", name="Handover").click()
    await budi.sees(dialog.get_by_text("Forget it, keep the money."))
    await budi.sees(dialog.get_by_text("The user wrote meanwhile."))
    await dialog.get_by_role("button", name="Handover").click()
    await budi.does_not_see(dialog)
    await budi.sees(budi.head.get_by_text("Handled by Other · Siti Aminah"))
    budi.expect_refusal("409 (Conflict)")


async def test_a_supervisor_takes_from_a_typing_agent_whose_words_stay(platform: Platform, budi: AgentPage, hendra: AgentPage) -> None:
    begun = await converse(platform, "Hello?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await hendra.open(begun.conversation_id)
    typing = asyncio.create_task(budi.box.press_sequentially("Half a sentence that takes a while to type, as it does", delay=150))
    await hendra.sees(hendra.chat.get_by_text("Budi Santoso is typing…").first)
    await hendra.head.get_by_role("button", name="Take Over").click()
    dialog = hendra.page.get_by_role("dialog", name="Take over from Budi Santoso?")
    await hendra.sees(dialog.get_by_text("Budi Santoso is typing right now."))
    await typing
    await dialog.get_by_label("Reason").fill("I know this customer.")
    await hendra.page.keyboard.press("Enter")
    await hendra.sees(hendra.head.get_by_text("Handled by You"))
    kept = budi.page.get_by_label("Your text that was not sent")
    await expect(kept).to_have_value("Half a sentence that takes a while to type, as it does")
    await expect(kept).to_be_focused()
    await expect(kept).not_to_be_editable()
    await budi.sees(budi.page.get_by_role("complementary", name="Details of the conversation").get_by_text("I know this customer."))

    # It stays until one leaves the conversation, and so does what was open in it.
    await budi.head.get_by_role("button", name="Find in conversation").click()
    find = budi.page.get_by_role("textbox", name="Find in this conversation")
    await budi.sees(find)
    other = await converse(platform, "Somebody else")
    await budi.open(other.conversation_id)
    await budi.sees(budi.bubble("Somebody else"))
    await budi.open(begun.conversation_id)
    await budi.sees(budi.bubble("Hello?"))
    await expect(kept).to_have_count(0)
    await expect(find).to_have_count(0)


async def test_spam_is_closed_and_does_not_open_again(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Buy followers now")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.close_conversation("Spam")
    await budi.sees(budi.head.get_by_text("Closed"))
    assert (await platform.user_says(begun.conversation_id, "Cheap followers")).refusal == "CONVERSATION_CLOSED"
    await budi.goto("/human-agent/conversations?status=closed&sort=newest")
    await budi.sees(budi.row(begun.conversation_id).get_by_text("Spam"))


async def test_a_ghost_draft_is_put_at_the_caret_and_overwrites_nothing(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Is Saturday free?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await platform.ai_says(begun.conversation_id, "older thought", begun.epoch)
    await platform.ai_says(begun.conversation_id, "Saturday is free", begun.epoch)
    ghost = budi.page.get_by_label("The AI was about to say")
    await budi.sees(ghost.get_by_text("Saturday is free"))
    await budi.sees(ghost.get_by_text("1 older draft"))
    await platform.user_says(begun.conversation_id, "Or Sunday?")
    await budi.sees(ghost.get_by_text("written before the user's last message"))
    await budi.box.fill("Yes, . See you!")
    for _ in range(len(". See you!")):
        await budi.box.press("ArrowLeft")
    await ghost.get_by_role("button", name="Insert").click()
    await expect(budi.box).to_have_value("Yes, Saturday is free. See you!")
    await budi.box.press("Enter")
    await budi.does_not_see(ghost)


async def test_a_blank_that_nobody_filled_blocks_send(platform: Platform, place: Place, budi: AgentPage) -> None:
    name = f"blank-{uuid.uuid4().hex[:8]}"
    async with Browser(place.url, *place.login("SUPERVISOR")) as hand:
        await hand.put("/api/templates", {"name": name, "text": "Your order {{order.number}} is on its way.", "shared": True})
    begun = await converse(platform, "Where is my order?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.box.press_sequentially(f"/{name}")
    await budi.sees(budi.page.get_by_role("option", name=f"/{name}"))
    await budi.box.press("Enter")
    await budi.sees(budi.chat.get_by_text("Fill in {{order.number}} before sending."))
    await expect(budi.chat.get_by_role("button", name="Send")).to_be_disabled()
    await budi.box.fill("Your order 17 is on its way.")
    await budi.box.press("Enter")
    await budi.sees(budi.bubble("Your order 17 is on its way."))


async def test_a_message_that_cannot_go_out_waits_with_a_button(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Hello?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.page.route("**/messages", lambda route: route.abort())
    await budi.say("Here I am.")
    failed = budi.bubble("Here I am.")
    await budi.sees(failed.get_by_text("Not sent"))
    await budi.page.unroute("**/messages")
    await failed.get_by_role("button", name="Try again").click()
    await budi.does_not_see(failed.get_by_text("Not sent"))
    await expect(budi.bubble("Here I am.")).to_have_count(1)
    budi.expect_refusal("ERR_FAILED")


async def test_a_platform_that_is_gone_is_said_before_one_writes_into_the_void(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Hello?")
    await budi.page.route("**/api/watchers", lambda route: route.fulfill(json={"watchers": []}))
    await budi.page.reload()
    await budi.open(begun.conversation_id)
    await budi.sees(budi.chat.get_by_text("Restaurant bot: its platform is not connected."))
    await budi.sees(budi.row(begun.conversation_id).get_by_title("Platform not connected"))
    await budi.take_over()
    await budi.say("Are you there?")
    await budi.sees(budi.bubble("Are you there?").get_by_text("Waiting for the platform"))
    dialog = await budi.open_handover()
    await dialog.get_by_role("button", name="Handover").click()
    await budi.sees(dialog.get_by_text("nobody would answer"))
    await dialog.get_by_role("button", name="Handover").click()
    await budi.does_not_see(dialog)
    await budi.sees(budi.head.get_by_text("AI Active"))


async def test_a_supervisor_closes_what_a_colleague_holds_and_its_agent_is_told(platform: Platform, budi: AgentPage, hendra: AgentPage) -> None:
    begun = await converse(platform, "Hello?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await hendra.open(begun.conversation_id)
    await hendra.close_conversation("Other")
    await budi.sees(budi.head.get_by_text("Closed"))
    await budi.sees(budi.chat.get_by_text("This conversation is closed. It opens again when the user writes."))
    # It has left the list of those that go on, and is found among the closed ones.
    await hendra.goto(LIST)
    await hendra.does_not_see(hendra.row(begun.conversation_id))
    await hendra.goto("/human-agent/conversations?status=closed&sort=newest")
    await hendra.sees(hendra.row(begun.conversation_id).get_by_text("Other", exact=True))
