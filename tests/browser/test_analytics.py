"""Figures that move when somebody acts, that open to their rows, and whose file is their table."""

import csv
import io
import math
import re

from playwright.async_api import Page, expect

from tests.browser.agent_page import PATIENCE_MS, AgentPage, converse
from tests.harness.callers import Platform
from tests.harness.waiting import wait_until

PATH = "/human-agent/analytics?period=today"
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


async def count(page: Page, figure: str) -> int:
    """Return the number on a tile."""
    text = await page.locator(f"[data-figure={figure}] strong").inner_text()
    return int(re.sub(r"\D", "", text) or 0)


async def test_figures_move_when_the_journey_acts_and_lead_to_the_conversation(platform: Platform, budi: AgentPage, hendra: AgentPage) -> None:
    await hendra.goto(PATH)
    tile = hendra.page.locator("[data-figure=takeovers]")
    await hendra.sees(tile)
    before = await count(hendra.page, "takeovers")
    begun = await converse(platform, "Is there a table?")
    await budi.open(begun.conversation_id)
    await budi.take_over()
    await budi.say("There is.")
    await budi.sees(budi.bubble("There is."))
    await expect(tile.locator("strong")).to_have_text(str(before + 1), timeout=PATIENCE_MS)

    await tile.get_by_role("button", name="Open the rows").click()
    rows = hendra.page.get_by_role("dialog", name="Takeovers")
    await hendra.sees(rows)
    row = rows.locator(f'a[href*="{begun.conversation_id}"]')
    await expect(row).to_have_attribute("href", re.compile(r"#\d+$"), timeout=PATIENCE_MS)
    await row.click()
    await hendra.sees(hendra.bubble("There is."))
    await budi.close_conversation("Resolved")


async def test_the_file_of_figures_is_the_table(hendra: AgentPage) -> None:
    await hendra.goto(PATH)
    page = hendra.page
    await hendra.sees(page.locator("[data-figure=takeovers]"))
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Figures as CSV").click()
    file = await (await coming.value).path()
    lines = list(csv.DictReader(io.StringIO(file.read_text())))[1:]
    expected = {line["agent_id"]: [line["agent_name"], *(shown(name, line[name]) for name in OF_THE_TABLE)] for line in lines}
    assert expected

    async def table() -> dict[str, list[str]]:
        rows = await page.locator("tr[data-agent]").all()
        return {str(await row.get_attribute("data-agent")): await row.locator("> *").all_inner_texts() for row in rows}

    async def same() -> bool:
        return await table() == expected

    # The page asks again when figures have moved; the file may be ahead of it by a moment.
    try:
        await wait_until(same, PATIENCE_MS / 1000, what="the table as the file")
    except TimeoutError:
        assert await table() == expected


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
        await wait_until(lambda: page.evaluate(FITS), 10, what=f"nothing is wider than {width} px")


async def test_an_agent_sees_the_team_and_nobody_else(budi: AgentPage) -> None:
    await budi.goto(PATH)
    await budi.sees(budi.page.locator("[data-figure=takeovers]"))
    await budi.does_not_see(budi.page.get_by_role("rowheader", name="Siti Aminah"))
    # There is nobody else to choose.
    await budi.does_not_see(budi.page.get_by_label("Agent", exact=True))
