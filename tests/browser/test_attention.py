"""Attention first (C10): why somebody is needed stands on the row in words; a user left waiting for too long is loud, and the clock alone moves nothing."""

from playwright.async_api import expect

from tests.browser.agent_page import AgentPage, converse
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform

# More than the ten minutes that a workspace has by default.
LATER = "(() => { const now = Date.now.bind(Date); Date.now = () => now() + 11 * 60_000; })()"


async def test_rows_say_why_the_ai_and_a_user_do_not_get_on(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "Where is my parcel, please?")
    conversation = begun.conversation_id
    await platform.ai_says(conversation, "Please tell me your order number.", begun.epoch)
    await platform.user_says(conversation, "where is my parcel please")
    row = budi.row(conversation)
    await budi.sees(row.get_by_text("the user repeats the question"))
    await platform.ai_says(conversation, "Please tell me your order number.", begun.epoch)
    await platform.user_says(conversation, "This is ridiculous!")
    said = "words of anger · the AI repeats itself · the user repeats the question"
    await budi.sees(row.get_by_text(said))
    await budi.page.reload()
    await budi.sees(row.get_by_text(said))
    await budi.prefer(language="id")
    await budi.sees(row.get_by_text("kata-kata marah · AI mengulang jawabannya · pengguna mengulang pertanyaannya"))
    await budi.prefer(language="en")
    await budi.open(conversation)
    await budi.take_over()
    await budi.say("Budi here. I will find it.")
    await budi.does_not_see(row.get_by_text("words of anger"))
    await budi.close_conversation("Resolved")


async def test_a_user_whom_a_human_leaves_waiting_is_loud_for_supervisors_and_stays_in_place(platform: Platform, place: Place, hendra: AgentPage) -> None:
    begun = await converse(platform, "Can I have it in blue?")
    async with Browser(place.url, *place.login("AGENT1")) as budi:
        # Who has no socket is away: then the row counts down instead of saying who waits.
        await budi.open_socket()
        await budi.command(begun.conversation_id, "take-over")
        newer = await converse(platform, "Somebody else")
        await hendra.sees(hendra.row(newer.conversation_id))
        row = hendra.row(begun.conversation_id)
        await hendra.sees(row.get_by_text("Waiting"))
        await expect(row.locator("[data-loud]")).to_have_count(0)
        before = await row.get_attribute("aria-posinset")
        await hendra.page.add_init_script(LATER)
        await hendra.page.reload()
        await hendra.sees(row.locator("[data-loud]").get_by_text("No answer for"))
        await expect(row).to_have_attribute("aria-posinset", before or "")
        await budi.command(begun.conversation_id, "messages", text="Yes, in two blues.", seen_seq=2)
        await expect(row.locator("[data-loud]")).to_have_count(0)
        await budi.command(begun.conversation_id, "close", reason="resolved")
