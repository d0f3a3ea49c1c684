"""Letting go (A19): who goes away or logs out with conversations in hand is asked where they go; supervisors do the same for anyone."""

from playwright.async_api import expect

from tests.browser.agent_page import AgentPage
from tests.browser.desks import Desks
from tests.browser.place import Place
from tests.browser.recruits import in_hand, recruit, seated, until_holding
from tests.harness.callers import Platform

SHIFT = 12


async def test_a_shift_change_with_twelve_conversations(desks: Desks, place: Place, platform: Platform) -> None:
    leaving, coming = await recruit(place), await recruit(place)
    ids = await in_hand(place, platform, leaving, SHIFT)
    await until_holding(place, leaving, SHIFT)
    page = await seated(desks, leaving)
    presence = page.page.get_by_role("switch", name="Your presence")
    await expect(presence).to_be_checked()
    await presence.press("Enter")
    dialog = page.page.get_by_role("dialog", name="You are going away. Who goes on?")
    await page.sees(dialog.get_by_text(f"You hold {SHIFT} conversations."))
    await expect(dialog.get_by_role("checkbox")).to_have_count(SHIFT)
    # What comes now has been seen by nobody: that one is held back, the others go.
    await platform.user_says(ids[0], "Are you still there?")

    await dialog.get_by_role("radio", name="To a colleague").check()
    search = dialog.get_by_label("Find a colleague")
    await search.fill(coming.name)
    await page.sees(dialog.get_by_role("radio", name=coming.name))
    await search.press("ArrowDown")
    await dialog.get_by_label("Note for whoever goes on").fill("The evening shift goes on.")
    await dialog.get_by_role("button", name=f"Hand over all {SHIFT}").click()
    await page.sees(dialog.get_by_text(f"{SHIFT - 1} of {SHIFT} handed over"))
    held_back = dialog.get_by_role("listitem").filter(has_text="The user wrote meanwhile")
    await expect(held_back).to_have_count(1)
    await page.sees(held_back.get_by_text("Are you still there?"))
    await dialog.get_by_role("button", name="Try 1 again").click()
    await page.sees(dialog.get_by_text("Everything is handed over."))
    await dialog.get_by_role("button", name="Go away now").click()
    await page.does_not_see(dialog)
    await expect(presence).not_to_be_checked()
    await until_holding(place, coming, SHIFT)
    page.expect_refusal("409")
    assert page.complaints == []
    await page.leave()


async def test_who_logs_out_with_a_conversation_in_hand_is_asked_once_and_it_goes_to_the_ai(desks: Desks, place: Place, platform: Platform) -> None:
    person = await recruit(place)
    (conversation,) = await in_hand(place, platform, person, 1)
    await until_holding(place, person, 1)
    page = await seated(desks, person, f"/human-agent/conversations/{conversation}")
    await page.sees(page.head.get_by_text("Handled by You"))
    await page.page.get_by_role("button", name=f"Account menu of {person.name}").click()
    await page.page.get_by_role("menuitem", name="Log out", exact=True).click()
    dialog = page.page.get_by_role("dialog", name="Before you log out: who goes on?")
    await page.sees(dialog.get_by_text("You hold one conversation."))
    await dialog.get_by_role("radio", name="To the AI").check()
    await dialog.get_by_role("button", name="Hand over", exact=True).click()
    await dialog.get_by_role("button", name="Log out now").click()
    await page.sees(page.page.get_by_role("heading", name="Welcome back"))
    await until_holding(place, person, 0)
    await page.leave()


async def test_a_supervisor_returns_what_several_agents_hold_to_the_queue(hendra: AgentPage, place: Place, platform: Platform) -> None:
    people = [await recruit(place), await recruit(place)]
    for person in people:
        await in_hand(place, platform, person, 2)
    for person in people:
        await until_holding(place, person, 2)
    await hendra.goto("/human-agent/team")
    search = hendra.page.get_by_label("Find somebody")
    for person in people:
        await search.fill(person.name)
        await hendra.page.get_by_role("checkbox", name=f"Select {person.name}").check()
    await search.fill("Recruit")
    await hendra.sees(hendra.page.get_by_text("2 selected"))
    await hendra.page.get_by_role("button", name="Hand over their conversations").click()
    dialog = hendra.page.get_by_role("dialog", name="Conversations of 2 colleagues")
    await expect(dialog.get_by_role("checkbox")).to_have_count(4)
    await dialog.get_by_role("button", name="Hand over all 4").click()
    await hendra.sees(dialog.get_by_text("Everything is handed over."))
    await dialog.get_by_role("button", name="Close").click()
    for person in people:
        await until_holding(place, person, 0)


async def test_an_account_that_is_disabled_lets_go_of_its_conversations(dewi: AgentPage, place: Place, platform: Platform) -> None:
    person = await recruit(place)
    (conversation,) = await in_hand(place, platform, person, 1)
    await until_holding(place, person, 1)
    await dewi.goto("/human-agent/team")
    await dewi.page.get_by_label("Find somebody").fill(person.name)
    await dewi.page.get_by_role("button", name=f"Actions for {person.name}").click()
    await dewi.page.get_by_role("menuitem", name="Disable").click()
    dialog = dewi.page.get_by_role("dialog", name=f"Disable {person.name}?")
    await dialog.get_by_role("button", name="Disable").click()
    await dewi.does_not_see(dialog)
    await dewi.goto(f"/human-agent/conversations/{conversation}")
    await dewi.sees(dewi.head.get_by_text("Needs a human"))
    await dewi.sees(dewi.chat.get_by_text("Nobody holds this conversation and the AI is silent. Take over to write."))


async def test_who_is_gone_is_seen_to_be_with_the_time_that_is_left(desks: Desks, budi: AgentPage, place: Place, platform: Platform) -> None:
    person = await recruit(place)
    (conversation,) = await in_hand(place, platform, person, 1)
    page = await seated(desks, person, f"/human-agent/conversations/{conversation}")
    await page.sees(page.head.get_by_text("Handled by You"))
    await page.leave()
    await budi.goto(f"/human-agent/conversations/{conversation}?sort=newest")
    await budi.sees(budi.row(conversation).get_by_text("away · queue in"))
    counting = budi.chat.get_by_text(f"{person.name} is away · back to the queue in")
    await budi.sees(counting)
    # Who comes back in time keeps what they hold.
    page = await seated(desks, person)
    await budi.does_not_see(counting)
    await budi.sees(budi.head.get_by_text(f"Handled by Other · {person.name}"))
    await page.leave()
