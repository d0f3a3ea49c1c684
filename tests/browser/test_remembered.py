"""What the server remembers of somebody who loads the page again, and what a link says that leads nowhere."""

from playwright.async_api import expect

from tests.browser.agent_page import AgentPage, converse
from tests.browser.desks import LIST, Desks
from tests.browser.place import Place
from tests.browser.recruits import recruit, seated
from tests.harness.callers import Platform


async def test_who_is_away_is_away_after_a_reload_and_in_every_tab_until_they_come_back(desks: Desks, place: Place) -> None:
    person = await recruit(place)
    page = await seated(desks, person)
    presence = page.page.get_by_role("switch", name="Your presence")
    await presence.press("Enter")
    await expect(presence).not_to_be_checked()
    await page.page.reload()
    await page.is_live()
    await expect(presence).not_to_be_checked()
    tab = await page.another_tab(LIST)
    beside = tab.page.get_by_role("switch", name="Your presence")
    await expect(beside).not_to_be_checked()
    await beside.press("Enter")
    await expect(presence).to_be_checked()
    await page.page.reload()
    await page.is_live()
    await expect(presence).to_be_checked()
    assert page.complaints == tab.complaints == []
    await page.leave()


async def test_a_link_to_a_message_that_does_not_exist_says_so(platform: Platform, budi: AgentPage) -> None:
    begun = await converse(platform, "The only message")
    await budi.goto(f"/human-agent/conversations/{begun.conversation_id}#4711")
    await budi.sees(budi.page.get_by_text("This link leads to a message that does not exist."))
    await budi.sees(budi.bubble("The only message"))
