"""The pages around the conversations (A1, A2, A14, team, settings, AI platforms, profile) and the command menu, as people use them."""

import re
import uuid

from playwright.async_api import Page, expect

from tests.browser.agent_page import AgentPage, converse
from tests.browser.desks import Desks
from tests.browser.place import Place
from tests.browser.recruits import recruit, rows_csv, seated
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.recruits import PASSWORD

# Whatever this browser calls itself.
OTHER_DEVICE = re.compile(r"^Log out (?!everywhere)\S")
REFUSED = "E-mail or password is not right."


async def test_whatever_is_wrong_with_a_login_reads_the_same_and_no_one_signs_up(desks: Desks, place: Place) -> None:
    disabled = await recruit(place)
    async with Browser(place.url, *place.login("ADMIN")) as admin:
        await admin.send("PATCH", f"/api/admin/accounts/{disabled.id}", json={"disabled": True})
    somebody = await desks.stranger()
    await somebody.page.goto(f"{place.url}/human-agent")
    await somebody.page.wait_for_url("**/human-agent/login")
    for email, password in ((disabled.email, PASSWORD), (f"{uuid.uuid4().hex}@baton.example", PASSWORD), (place.login("AGENT3")[0], "wrong")):
        await somebody.log_in(email, password)
        await expect(somebody.page.get_by_role("alert")).to_have_text(REFUSED)
        await somebody.page.reload()
    await expect(somebody.page.get_by_role("link")).to_have_count(0)
    person = await recruit(place)
    await somebody.log_in(person.email, PASSWORD)
    await somebody.page.wait_for_url("**/human-agent/conversations")
    await somebody.leave()


async def test_each_role_has_its_menu_and_an_address_that_is_not_for_one_says_so(budi: AgentPage, hendra: AgentPage, dewi: AgentPage) -> None:
    pages = ["Conversations", "Analytics", "Templates"]
    for agent, more in ((budi, []), (hendra, ["Team"]), (dewi, ["Team", "AI platforms", "Settings"])):
        menu = agent.page.get_by_role("navigation", name="Main menu").get_by_role("link")
        await expect(menu).to_have_count(len(pages + more))
        assert [await link.get_attribute("title") for link in await menu.all()] == pages + more
    for path, words in (("team", "Only supervisors and administrators see this page."), ("settings", "Only administrators see this page.")):
        await budi.goto(f"/human-agent/{path}")
        await budi.sees(budi.page.get_by_text(words))
        await budi.page.get_by_role("button", name="To the conversations").click()
        await budi.page.wait_for_url("**/human-agent/conversations")


async def _write_template(page: Page, text: str) -> None:
    await page.get_by_label("Text", exact=True).fill(text)
    await page.get_by_role("button", name="Save", exact=True).click()


async def test_of_two_who_edit_one_template_the_second_sees_the_firsts_words_and_keeps_his_own(hendra: AgentPage, dewi: AgentPage, budi: AgentPage) -> None:
    name = f"hours-{uuid.uuid4().hex[:6]}"
    await hendra.goto("/human-agent/templates")
    await hendra.page.get_by_role("button", name="New template").click()
    await hendra.page.get_by_label("Name").fill("two words")
    await hendra.page.get_by_role("button", name="Save", exact=True).click()
    await hendra.sees(hendra.page.get_by_text("1 to 40 characters, without space or slash."))
    await hendra.page.get_by_label("Name").fill(name)
    await hendra.page.get_by_role("combobox", name="Folder").fill("Opening hours")
    await hendra.page.get_by_label("Text", exact=True).fill("Hello {{user.name|there}}, we open at {{time}}.")
    preview = hendra.page.get_by_role("region", name="Preview")
    await hendra.sees(preview.get_by_text("Hello Dika Kurniawan, we open at {{time}}."))
    await preview.get_by_role("button", name="Without").click()
    await hendra.sees(preview.get_by_text("Hello there, we open at"))
    await hendra.page.get_by_role("button", name="Save", exact=True).click()
    await hendra.sees(hendra.page.get_by_role("heading", name=f"/{name}"))
    address = hendra.page.url

    await dewi.goto(address.removeprefix(dewi.page.url.partition("/human-agent")[0]))
    await dewi.sees(dewi.page.get_by_role("heading", name=f"/{name}"))
    await _write_template(hendra.page, "We open at nine.")
    await hendra.sees(hendra.page.get_by_text("Saved", exact=True))
    await _write_template(dewi.page, "We open at ten.")
    conflict = dewi.page.get_by_role("alert").filter(has_text="changed this template while you were writing")
    await dewi.sees(conflict.get_by_text("We open at nine."))
    await expect(dewi.page.get_by_label("Text", exact=True)).to_have_value("We open at ten.")
    await conflict.get_by_role("button", name="Keep mine").click()
    await dewi.page.get_by_role("button", name="Save", exact=True).click()
    await dewi.sees(dewi.page.get_by_text("Saved", exact=True))
    dewi.expect_refusal("409")

    await budi.goto("/human-agent/templates")
    await budi.page.get_by_label("Search templates").fill(name)
    await budi.page.get_by_role("region", name="Opening hours").get_by_role("link").click()
    await expect(budi.page.get_by_label("Text", exact=True)).to_have_value("We open at ten.")
    await expect(budi.page.get_by_label("Text", exact=True)).to_be_disabled()
    await budi.sees(budi.page.get_by_text("Shared templates are edited by supervisors and administrators."))
    await dewi.page.get_by_role("button", name="Delete").click()
    await dewi.page.get_by_role("dialog", name=f"Delete /{name}?").get_by_role("button", name="Delete").click()
    await dewi.does_not_see(dewi.page.get_by_role("heading", name=f"/{name}"))


async def test_an_account_begins_with_a_link_that_is_shown_once_and_its_logins_can_be_ended(dewi: AgentPage, desks: Desks) -> None:
    mark = uuid.uuid4().hex[:8]
    await dewi.goto("/human-agent/team")
    await dewi.page.get_by_role("button", name="New account").click()
    dialog = dewi.page.get_by_role("dialog", name="New account")
    await dialog.get_by_label("E-mail").fill(f"{mark}@baton.example")
    await dialog.get_by_label("Name", exact=True).fill(f"Nina {mark}")
    await dialog.get_by_role("button", name="Create account").click()
    once = dewi.page.get_by_role("dialog", name=f"One-time link for Nina {mark}")
    link = await once.locator("[data-secret]").inner_text()
    await once.get_by_role("button", name="Close").click()

    nina = await desks.stranger()
    await nina.page.goto(link)
    await nina.page.get_by_label("New password").fill(PASSWORD)
    await nina.page.get_by_label("The same again").fill(PASSWORD)
    await nina.page.get_by_role("button", name="Save password").click()
    await nina.page.get_by_role("button", name="To the login").click()
    await nina.log_in(f"{mark}@baton.example", PASSWORD)
    await nina.is_live()

    await dewi.page.get_by_role("button", name=f"Actions for Nina {mark}").click()
    await dewi.page.get_by_role("menuitem", name="Logins").click()
    logins = dewi.page.get_by_role("dialog", name=f"Where Nina {mark} is logged in")
    await logins.get_by_role("button", name=OTHER_DEVICE).click()
    await dewi.sees(logins.get_by_text("Nowhere at the moment."))
    await nina.sees(nina.page.get_by_text("Your session has ended."))
    await nina.leave()


async def test_an_import_makes_all_accounts_or_none_and_says_row_by_row_why(dewi: AgentPage) -> None:
    marks = [uuid.uuid4().hex[:8] for _ in range(2)]
    await dewi.goto("/human-agent/team")
    await dewi.page.get_by_role("button", name="Import").click()
    dialog = dewi.page.get_by_role("dialog", name="Import accounts")
    box = dialog.get_by_label("or paste the rows here")
    await box.fill(rows_csv((f"{marks[0]}@baton.example", "One", "agent"), ("nonsense", "Two", "boss")))
    await dialog.get_by_role("button", name="Check").click()
    await dewi.sees(dialog.get_by_text("1 row is not in order; nothing is made until it is."))
    await dewi.sees(dialog.get_by_role("row").filter(has_text="Two"))
    await box.fill(rows_csv(*((f"{mark}@baton.example", f"Imported {mark}", "agent") for mark in marks)))
    await dialog.get_by_role("button", name="Check").click()
    await dewi.sees(dialog.get_by_text("All 2 rows are in order."))
    await dialog.get_by_role("button", name="Create 2 accounts").click()
    await dewi.sees(dialog.get_by_text("2 accounts were created."))
    await expect(dialog.get_by_text("/human-agent/set-password#token=")).to_have_count(2)
    await dialog.get_by_role("button", name="Close").click()
    for mark in marks:
        await dewi.sees(dewi.page.get_by_role("row").filter(has_text=f"{mark}@baton.example").get_by_text("no password yet"))


async def test_settings_are_kept_with_who_changed_them_and_bad_ones_are_not_sent(dewi: AgentPage, place: Place) -> None:
    async with Browser(place.url, *place.login("ADMIN")) as admin:
        before = (await admin.get("/api/workspace/settings"))["settings"]
        await dewi.goto("/human-agent/settings")
        idle = dewi.page.get_by_label("Idle", exact=False).first
        await idle.fill("0")
        await dewi.sees(dewi.page.get_by_text("Out of range."))
        await expect(dewi.page.get_by_role("button", name="Save changes")).to_be_disabled()
        await idle.fill("25")
        await dewi.page.get_by_label("Time zone").select_option("Asia/Jakarta")
        await dewi.page.get_by_role("button", name="Add hours on Sunday").click()
        await dewi.page.get_by_label("Closed", exact=True).fill(f"Until soon {uuid.uuid4().hex[:6]}")
        await dewi.page.get_by_role("button", name="Save changes").click()
        await dewi.sees(dewi.page.get_by_text("Saved. It counts everywhere within half a minute."))
        await dewi.sees(dewi.page.get_by_role("region", name="Who changed what").get_by_text("86400 → 90000").first)
        after = (await admin.get("/api/workspace/settings"))["settings"]
        assert (after["time_zone"], after["idle_seconds"]) == ("Asia/Jakarta", 90_000)
        assert {"weekday": 6, "opens": 540, "closes": 1020} in after["hours"]
        # Somebody else puts it back; what is written here then is kept and said to be late.
        await admin.put("/api/workspace/settings", {**before, "revision": after["revision"]})
        await idle.fill("26")
        await dewi.page.get_by_role("button", name="Save changes").click()
        await dewi.sees(dewi.page.get_by_text("Somebody changed the settings meanwhile."))
        await dewi.page.get_by_role("button", name="Load theirs").click()
        await expect(idle).to_have_value("24")
    dewi.expect_refusal("409")


async def test_a_platforms_key_is_shown_once_has_a_second_and_is_revoked(dewi: AgentPage) -> None:
    name = f"Shop {uuid.uuid4().hex[:6]}"
    await dewi.goto("/human-agent/platforms")
    for button, key in (("New key", name), ("Another key for this platform", f"{name} two")):
        scope = dewi.page if button == "New key" else dewi.page.get_by_role("region", name=name)
        await scope.get_by_role("button", name=button).click()
        await dewi.page.get_by_role("dialog").get_by_label("Name").fill(key)
        await dewi.page.get_by_role("button", name="Create key").click()
        once = dewi.page.get_by_role("dialog", name=f"The key {key}")
        assert await once.locator("[data-secret]").inner_text()
        await once.get_by_role("button", name="Close").click()
    region = dewi.page.get_by_role("region", name=name)
    await dewi.sees(region.get_by_text("never used"))
    row = region.get_by_role("row").filter(has_text=f"{name} two")
    await row.get_by_role("button", name="Revoke").click()
    await dewi.page.get_by_role("dialog", name=f"Revoke {name} two?").get_by_role("button", name="Revoke").click()
    await dewi.sees(row.get_by_text("revoked"))


async def test_a_password_is_changed_in_the_profile_and_other_devices_are_logged_out(desks: Desks, place: Place) -> None:
    person = await recruit(place)
    phone, page = await seated(desks, person), await seated(desks, person, "/human-agent/profile")
    await page.sees(page.page.get_by_role("definition").filter(has_text=person.email))
    await expect(page.page.get_by_role("button", name=OTHER_DEVICE)).to_have_count(1)
    for old, words in (("wrong password here", "The current password is not right."), (PASSWORD, "Your password is changed.")):
        await page.page.get_by_label("Current password").fill(old)
        await page.page.get_by_label("New password").fill(f"{PASSWORD} two")
        await page.page.get_by_label("The same again").fill(f"{PASSWORD} two")
        await page.page.get_by_role("button", name="Change password").click()
        await page.sees(page.page.get_by_text(words))
    await phone.sees(phone.page.get_by_text("Your session has ended."))
    await phone.leave()
    await page.leave()


async def test_the_command_menu_goes_finds_and_acts_by_keyboard_alone(budi: AgentPage, platform: Platform) -> None:
    begun = await converse(platform, "Where is my parcel?")
    await budi.goto(f"/human-agent/conversations/{begun.conversation_id}?sort=newest")
    await budi.sees(budi.head.get_by_text("AI Active"))
    menu = budi.page.get_by_role("dialog", name="Command menu")

    async def command(typed: str, option: str) -> None:
        await budi.page.keyboard.press("ControlOrMeta+k")
        await expect(menu.get_by_role("combobox")).to_be_focused()
        await budi.page.keyboard.type(typed)
        await expect(menu.get_by_role("option").first).to_contain_text(option)
        await budi.page.keyboard.press("Enter")
        await budi.does_not_see(menu)

    # The focus goes back to where it was.
    row = budi.page.locator(f'[data-row="{begun.conversation_id}"]')
    await row.focus()
    await budi.page.keyboard.press("ControlOrMeta+k")
    await expect(menu.get_by_role("combobox")).to_be_focused()
    await budi.page.keyboard.press("Escape")
    await budi.does_not_see(menu)
    await expect(row).to_be_focused()
    await expect(budi.page.get_by_label("Search conversations by user")).to_have_value("")
    await command("take", "Take Over")
    await budi.sees(budi.head.get_by_text("Handled by You"))
    await command("theme: dark", "Theme: Dark")
    await expect(budi.page.locator("html")).to_have_attribute("data-theme", "dark")
    await command("density", "Density: Compact")
    await expect(budi.page.locator("html")).to_have_attribute("data-density", "compact")
    await command("templ", "Templates")
    await budi.sees(budi.page.get_by_role("heading", name="Templates", level=1))
    await budi.page.keyboard.press("ControlOrMeta+k")
    await expect(menu.get_by_role("combobox")).to_be_focused()
    await budi.page.keyboard.type("dika")
    found = menu.get_by_role("group", name="Conversations").get_by_role("option")
    await budi.sees(found.first)
    await budi.page.keyboard.press("Escape")
    await budi.does_not_see(menu)
    await budi.goto(f"/human-agent/conversations/{begun.conversation_id}")
    await budi.sees(budi.chat.get_by_text("its platform is not connected"))
    await command("handover", "Handover…")
    dialog = budi.page.get_by_role("dialog", name="Handover")
    await dialog.get_by_role("radio", name="Handover to AI Agent").check()
    await dialog.get_by_role("button", name="Handover").click()
    # No platform watches here: the dialog wants a second press.
    await budi.sees(dialog.get_by_text("nobody would answer"))
    await dialog.get_by_role("button", name="Handover").click()
    await budi.sees(budi.head.get_by_text("AI Active"))
