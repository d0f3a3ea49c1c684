"""Figures that move when somebody acts, that open to their rows, and whose file is their table."""

import csv
import io
import math
import re

from playwright.async_api import Page, expect

from tests.browser.agent_page import PATIENCE_MS, AgentPage, converse
from tests.browser.desks import LIST, Desks
from tests.browser.place import Place
from tests.browser.recruits import recruit, seated
from tests.harness.callers import Platform
from tests.harness.waiting import wait_until

PATH = "/human-agent/analytics?period=7"
FITS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


# What the file calls the table's columns, after the name.
OF_THE_TABLE = (
    "takeovers_total", "response_time_mean_seconds", "response_time_median_seconds", "response_time_p90_seconds", "response_time_n", "conversations",
    "conversations_with_message", "handled_seconds", "transfers_in", "transfers_out", "no_reply_phases",
)  # fmt: skip


def shown(name: str, value: str) -> str:
    """Return how the page writes a value of the file."""
    if not name.endswith("_seconds"):
        return f"{int(value):,}"
    if not value:
        return "\N{EN DASH}"
    hours, seconds = divmod(math.floor(float(value) + 0.5), 3600)
    minutes, seconds = divmod(seconds, 60)
    return f"{hours}h {minutes}m" if hours else f"{minutes}m {seconds}s" if minutes else f"{seconds}s"


Rows = dict[str, list[str]]


async def of_table(page: Page) -> Rows:
    """Return the cells of each agent's row."""
    rows = await page.locator("tr[data-agent]").all()
    return {str(await row.get_attribute("data-agent")): await row.locator("> *").all_inner_texts() for row in rows}


async def of_file(page: Page) -> Rows:
    """Return the same cells as the file has them now."""
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Figures as CSV").click()
    file = await (await coming.value).path()
    lines = list(csv.DictReader(io.StringIO(file.read_text())))[1:]
    return {line["agent_id"]: [line["agent_name"], *(shown(name, line[name]) for name in OF_THE_TABLE)] for line in lines}


async def test_figures_move_when_the_journey_acts_and_lead_to_the_conversation(desks: Desks, place: Place, platform: Platform, hendra: AgentPage) -> None:
    # Of somebody who has done nothing before: what others did may still be on its way.
    person = await recruit(place)
    agent = await seated(desks, person, LIST)
    await hendra.goto(f"{PATH}&agent={person.id}")
    tile = hendra.page.locator("[data-figure=takeovers]")
    await expect(tile.locator("strong")).to_have_text("0")
    begun = await converse(platform, "Is there a table?")
    await agent.open(begun.conversation_id)
    await agent.take_over()
    await agent.say("There is.")
    await agent.sees(agent.bubble("There is."))
    await expect(tile.locator("strong")).to_have_text("1")

    await tile.get_by_role("button", name="Open the rows").click()
    rows = hendra.page.get_by_role("dialog", name="Takeovers")
    await hendra.sees(rows)
    row = rows.locator(f'a[href*="{begun.conversation_id}"]')
    await expect(row).to_have_attribute("href", re.compile(r"#\d+$"))
    await row.click()
    await hendra.sees(hendra.bubble("There is."))
    await agent.close_conversation("Resolved")
    await agent.leave()
    assert agent.complaints == []


async def test_the_file_of_figures_is_the_table(hendra: AgentPage) -> None:
    await hendra.goto(PATH)
    page = hendra.page
    await hendra.sees(page.locator("[data-figure=takeovers]"))
    await hendra.sees(page.locator("tr[data-agent]").first)

    async def same() -> bool:
        return await of_table(page) == await of_file(page)

    # The page asks again when figures have moved; each may be ahead of the other by a moment.
    try:
        await wait_until(same, PATIENCE_MS / 1000, what="the table as the file", interval_seconds=1)
    except TimeoutError:
        assert await of_table(page) == await of_file(page)


async def test_definitions_open_by_keyboard_and_filters_stand_in_the_address(hendra: AgentPage) -> None:
    await hendra.goto(PATH)
    page = hendra.page
    info = page.get_by_role("button", name="Definition of: Takeovers")
    await info.focus()
    await hendra.sees(page.get_by_text("Control came to a human agent"))
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="30 days").click()
    await page.get_by_label("Time zone").select_option("Asia/Jakarta")
    await expect(page).to_have_url(re.compile(r"period=30.*tz=Asia%2FJakarta"))
    await page.reload()
    await expect(page.get_by_role("button", name="30 days")).to_have_attribute("aria-pressed", "true")
    for width in (1024, 768, 390):
        await hendra.resize(width)
        await hendra.sees(page.locator("[data-figure=waiting]"))
        # The plots take their new width a frame later.
        await wait_until(lambda: page.evaluate(FITS), what=f"nothing is wider than {width} px")


async def test_an_agent_sees_the_team_and_nobody_else(budi: AgentPage) -> None:
    await budi.goto(PATH)
    await budi.sees(budi.page.locator("[data-figure=takeovers]"))
    await budi.does_not_see(budi.page.get_by_role("rowheader", name="Siti Aminah"))
    # There is nobody else to choose.
    await budi.does_not_see(budi.page.get_by_label("Agent", exact=True))
