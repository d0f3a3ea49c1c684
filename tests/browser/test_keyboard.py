"""What agents do every minute, by the keyboard alone: log in, find, take over, write, hand on, close (A1, A2, A8 to A13, A15, A16, A18, A19)."""

import uuid

from playwright.async_api import Locator, expect

from tests.browser.agent_page import AgentPage, converse
from tests.browser.desks import Desks
from tests.browser.place import Place
from tests.harness.callers import Platform

# More stops than any view has between two things that one does after each other.
MOST_STOPS = 60


async def reach(agent: AgentPage, target: Locator, key: str = "Tab") -> None:
    """Press Tab (or Shift+Tab) until the focus is there, as somebody without a mouse would."""
    await agent.sees(target)
    for _ in range(MOST_STOPS):
        if await target.evaluate("(it) => it === document.activeElement"):
            return
        await agent.page.keyboard.press(key)
    message = f"the focus never came to {target}"
    raise AssertionError(message)


async def press(agent: AgentPage, *keys: str) -> None:
    """Press keys one after the other, wherever the focus is."""
    for key in keys:
        await agent.page.keyboard.press(key)


async def test_one_logs_in_and_out_without_a_mouse(desks: Desks, place: Place) -> None:
    email, password = place.login("AGENT3")
    somebody = await desks.stranger()
    await somebody.load("/human-agent")
    await reach(somebody, somebody.page.get_by_label("E-mail"))
    await somebody.page.keyboard.type(email)
    await press(somebody, "Tab")
    await somebody.page.keyboard.type(password)
    await press(somebody, "Enter")
    await somebody.is_live()
    await somebody.page.wait_for_url("**/human-agent/conversations")
    menu = somebody.page.get_by_role("button", name="Account menu")
    await reach(somebody, menu)
    await press(somebody, "Enter")
    await expect(somebody.page.get_by_role("menu")).to_be_visible()
    await press(somebody, "ArrowUp", "ArrowUp")
    await expect(somebody.page.get_by_role("menuitem", name="Log out", exact=True)).to_be_focused()
    await press(somebody, "Enter")
    await somebody.sees(somebody.page.get_by_role("heading", name="Welcome back"))
    await somebody.leave()


async def test_a_conversation_is_found_taken_answered_and_let_go_without_a_mouse(platform: Platform, budi: AgentPage) -> None:
    name = str(uuid.uuid4())
    started = await platform.start(name)
    begun = await platform.user_says(started.conversation_id, "Is there a table?")
    await reach(budi, budi.page.get_by_label("Search conversations by user"))
    await budi.page.keyboard.type(f"user-{name}")
    await budi.page.wait_for_url(f"**q=user-{name}*")
    await budi.sees(budi.row(begun.conversation_id))
    await press(budi, "ArrowDown")
    await expect(budi.page.locator(f'[data-row="{begun.conversation_id}"]')).to_be_focused()
    await press(budi, "Enter")
    await budi.sees(budi.bubble("Is there a table?"))

    # Only watching: no message to the user; a note for colleagues is anybody's.
    await budi.does_not_see(budi.box)
    await reach(budi, budi.page.get_by_label("Write a note"))
    await budi.page.keyboard.type("Wants a quiet corner.")
    await press(budi, "Tab", "Enter")
    await budi.sees(budi.page.get_by_role("complementary").get_by_role("article").get_by_text("Wants a quiet corner."))
    await expect(budi.page.get_by_label("Write a note")).to_have_value("")

    await reach(budi, budi.head.get_by_role("button", name="Take Over"), "Shift+Tab")
    await press(budi, "Enter")
    await budi.sees(budi.head.get_by_text("Handled by You"))
    await expect(budi.box).to_be_focused()
    await budi.sees(budi.chat.get_by_text("Human agent (Budi Santoso) has taken over this conversation"))
    assert (await platform.ai_says(begun.conversation_id, "I can offer you a noisy one.", begun.epoch)).refusal == "CONTROL_LOST"
    await budi.page.keyboard.type("/gre")
    await budi.sees(budi.page.get_by_role("option", name="/greeting Hello"))
    await press(budi, "Enter", "Enter")
    await budi.sees(budi.bubble("this is Budi Santoso"))
    await expect(budi.box).to_be_focused()

    handover = budi.head.get_by_role("button", name="Handover")
    await reach(budi, handover, "Shift+Tab")
    await press(budi, "Enter")
    dialog = budi.page.get_by_role("dialog", name="Handover")
    await expect(dialog.get_by_role("radio", name="Handover to AI Agent")).to_be_focused()
    await press(budi, "ArrowUp")
    await expect(dialog.get_by_role("radio", name="Back to the queue")).to_be_checked()
    await reach(budi, dialog.get_by_label("Note for whoever takes it"))
    await budi.page.keyboard.type("Ask about parking.")
    await reach(budi, dialog.get_by_role("button", name="Handover"))
    await press(budi, "Enter")
    await budi.does_not_see(dialog)
    await budi.sees(budi.head.get_by_text("Needs a human"))
    await budi.sees(budi.chat.get_by_text("Nobody holds this conversation and the AI is silent. Take over to write."))
    assert (await platform.ai_says(begun.conversation_id, "Hello again", begun.epoch)).refusal == "CONTROL_LOST"


async def test_a_row_is_taken_passed_on_and_closed_without_a_mouse(platform: Platform, budi: AgentPage, siti: AgentPage) -> None:
    name = str(uuid.uuid4())
    started = await platform.start(name)
    begun = await platform.user_says(started.conversation_id, "My order is late.")
    # Alone in the list: among others it would find its new place once the focus leaves the list, perhaps out of sight.
    await reach(budi, budi.page.get_by_label("Search conversations by user"))
    await budi.page.keyboard.type(f"user-{name}")
    row = budi.row(begun.conversation_id)
    link = budi.page.locator(f'[data-row="{begun.conversation_id}"]')
    await reach(budi, link)
    await press(budi, "Tab", "Tab")
    await expect(row.get_by_role("button", name="Take Over")).to_be_focused()
    await press(budi, "Enter")
    await budi.sees(row.get_by_text("Handled by You"))
    await siti.sees(siti.row(begun.conversation_id).get_by_text("Handled by Other · Budi Santoso"))
    # The button is gone; the focus is still in its row.
    await expect(link).to_be_focused()

    await press(budi, "Tab")
    await expect(row.get_by_role("button", name="Transfer to…")).to_be_focused()
    await press(budi, "Enter")
    colleague = budi.page.get_by_role("menuitem", name="Siti Aminah")
    await reach(budi, colleague, "ArrowDown")
    await press(budi, "Enter")
    await budi.sees(row.get_by_text("Handled by Other · Siti Aminah"))
    notice = budi.page.get_by_label("Notifications", exact=True).get_by_role("listitem").filter(has_text="Transferred to Siti Aminah")
    # Backwards: the notices come right before the page's beginning.
    await reach(budi, notice.get_by_role("button", name="Undo"), "Shift+Tab")
    await press(budi, "Enter")
    await budi.sees(row.get_by_text("Handled by You"))

    await reach(budi, link)
    await press(budi, "Enter")
    await budi.sees(budi.bubble("My order is late."))
    await reach(budi, budi.head.get_by_role("button", name="More for"))
    await press(budi, "Enter")
    await reach(budi, budi.page.get_by_role("menuitem", name="Close conversation"), "ArrowDown")
    await press(budi, "Enter")
    dialog = budi.page.get_by_role("dialog", name="Close this conversation?")
    await expect(dialog.get_by_role("radio", name="Resolved")).to_be_focused()
    await press(budi, "ArrowDown", "Enter")
    await budi.does_not_see(dialog)
    await budi.sees(budi.head.get_by_text("Closed"))


async def test_new_conversations_are_shown_without_a_mouse(platform: Platform, budi: AgentPage) -> None:
    first = await converse(platform, "First")
    row = budi.page.locator(f'[data-row="{first.conversation_id}"]')
    await budi.sees(row)
    await reach(budi, row)
    second = await converse(platform, "Second")
    waiting = budi.page.get_by_role("button", name="Show 1 new conversation")
    await budi.sees(waiting)
    await press(budi, "Shift+Tab")
    await expect(waiting).to_be_focused()
    await press(budi, "Enter")
    await expect(budi.page.locator(f'[data-row="{second.conversation_id}"]')).to_be_focused()
    await budi.does_not_see(waiting)
