"""Writing (A11, A13, A14): the list of templates wherever one types a slash, and what Enter does."""

from playwright.async_api import expect

from tests.browser.agent_page import AgentPage, converse
from tests.harness.callers import Platform


async def test_the_list_of_templates_opens_anywhere_in_the_text_and_never_holds_up_the_sending(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Hello?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    options = budi.page.get_by_role("listbox").get_by_role("option")
    await budi.box.press_sequentially("/")
    await expect(options).not_to_have_count(0)
    every = await options.count()
    await budi.box.press_sequentially("gre")
    greeting = budi.page.get_by_role("option", name="/greeting Hello")
    await budi.sees(greeting)
    assert 1 <= await options.count() < every

    # Esc closes the list, not the conversation, and the text stays; at a space it closes by itself.
    await budi.box.press("Escape")
    await expect(options).to_have_count(0)
    await expect(budi.box).to_have_value("/gre")
    await expect(budi.box).to_be_focused()
    await budi.box.fill("")
    await budi.box.press_sequentially("/gre ")
    await expect(options).to_have_count(0)

    # In the middle of a text, with the mouse: only the slash and its word are replaced, and nothing is sent.
    await budi.box.fill("One moment, . Bye")
    for _ in range(len(". Bye")):
        await budi.box.press("ArrowLeft")
    await budi.box.press_sequentially("/gre")
    await greeting.click()
    await expect(budi.box).to_have_value(
        "One moment, Hello Dika Kurniawan, this is Budi Santoso. I have read the conversation so far and will help you from here.. Bye"
    )
    await expect(budi.box).to_be_focused()
    await expect(budi.chat.locator('[data-author="me"]')).to_have_count(0)

    # Nothing matches: then Enter sends what stands there; Shift+Enter breaks the line; a slash within a word is only a slash.
    await budi.box.fill("")
    await budi.box.press_sequentially("/nothing-is-called-so")
    await expect(options).to_have_count(0)
    await budi.box.press("Enter")
    await budi.sees(budi.bubble("/nothing-is-called-so"))
    await budi.box.press_sequentially("and/or")
    await expect(options).to_have_count(0)
    await budi.box.press("Shift+Enter")
    await budi.box.press_sequentially("both")
    await expect(budi.box).to_have_value("and/or\nboth")
    await budi.box.press("Enter")
    await budi.sees(budi.bubble("and/or"))
    await budi.close_conversation("Resolved")


async def test_enter_sends_nothing_while_an_input_method_composes_or_the_key_repeats(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Hello?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.box.fill("こんにちは")
    for composing in ({"isComposing": True}, {"keyCode": 229}, {"repeat": True}):
        await budi.box.dispatch_event("keydown", {"key": "Enter", **composing})
    await expect(budi.box).to_have_value("こんにちは")
    await budi.box.press("Enter")
    await budi.sees(budi.bubble("こんにちは"))
    await expect(budi.chat.locator('[data-author="me"]')).to_have_count(1)
    await budi.close_conversation("Resolved")
