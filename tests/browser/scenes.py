"""Every view and state of the dashboard, each with how one comes to it. In both languages: what is pressed is found by both of its words."""

import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator

from tests.browser.agent_page import AgentPage
from tests.browser.cast import Cast
from tests.browser.desks import LIST

WIDTHS = (1440, 1024, 768, 390)
Act = Callable[[AgentPage], Awaitable[None]]


@dataclass(frozen=True)
class Scene:
    """A view in a state. `who` is nobody for what stands before the login."""

    name: str
    path: Callable[[Cast], str]
    who: str = "AGENT1"
    act: Act | None = None
    widths: tuple[int, ...] = WIDTHS
    # So much text that axe takes a minute for it; other scenes have the same colours.
    endless: bool = False


def _at(path: str) -> Callable[[Cast], str]:
    return lambda _: path


def _chat(of: Callable[[Cast], str]) -> Callable[[Cast], str]:
    return lambda cast: f"/human-agent/conversations/{of(cast)}?sort=newest"


def _button(agent: AgentPage, words: str) -> Locator:
    return agent.page.get_by_role("button", name=re.compile(words)).first


async def _press(agent: AgentPage, words: str, role_after: str = "dialog") -> None:
    await _button(agent, words).click()
    await agent.sees(agent.page.locator(f"[role={role_after}]").first)


async def _handover(agent: AgentPage) -> None:
    await _press(agent, r"^(Handover|Serahkan)$")


async def _transfer(agent: AgentPage) -> None:
    await _handover(agent)
    await agent.page.get_by_role("radio", name=re.compile("Transfer to Another|Alihkan|Teruskan")).first.check()
    await agent.sees(agent.page.get_by_role("radio", name="Siti Aminah"))


async def _menu(agent: AgentPage) -> None:
    await _press(agent, "^(More for|Lainnya untuk)", "menu")


async def _close(agent: AgentPage) -> None:
    await _menu(agent)
    await agent.page.get_by_role("menuitem", name=re.compile("Close conversation|Tutup percakapan")).click()
    await agent.sees(agent.page.get_by_role("dialog"))


async def _take_from(agent: AgentPage) -> None:
    await agent.head.get_by_role("button", name=re.compile("Take Over|Ambil Alih")).click()
    await agent.sees(agent.page.get_by_role("dialog"))


async def _user_menu(agent: AgentPage) -> None:
    await _press(agent, "Account menu|Menu akun", "menu")


async def _from_user_menu(agent: AgentPage, words: str) -> None:
    await _user_menu(agent)
    await agent.page.get_by_role("menuitem", name=re.compile(words)).click()
    await agent.sees(agent.page.get_by_role("dialog"))


async def _notifications(agent: AgentPage) -> None:
    await _from_user_menu(agent, "^(Notifications|Pemberitahuan)")


async def _shortcuts(agent: AgentPage) -> None:
    await _from_user_menu(agent, "^(Keyboard shortcuts|Pintasan)")


async def _commands(agent: AgentPage) -> None:
    await agent.page.keyboard.press("Control+k")


async def _filters(agent: AgentPage) -> None:
    await _press(agent, "^(Filter|Saring)", "menu")


async def _narrow_filters(agent: AgentPage) -> None:
    await agent.resize(390, 800)
    await _filters(agent)


async def _templates(agent: AgentPage) -> None:
    await agent.page.locator("[data-composer]").press_sequentially("/gre")
    await agent.sees(agent.page.locator("#templates [role=option]").first)


async def _written(agent: AgentPage) -> None:
    await agent.page.locator("[data-composer]").fill("Saturday 19:30 is free too. Shall I book it for two, Dika?")


async def _drawer(agent: AgentPage) -> None:
    await agent.resize(1024)
    await _press(agent, "^(Details|Rincian|Detail)")


async def _without_platform(agent: AgentPage) -> None:
    await agent.page.route("**/api/watchers", lambda route: route.fulfill(json={"watchers": []}))
    await agent.page.reload()
    await agent.sees(agent.page.get_by_text(re.compile("platform is not connected|platformnya tidak terhubung")).first)


async def _rows(agent: AgentPage) -> None:
    await agent.page.locator("[data-figure=takeovers]").get_by_role("button", name=re.compile("^(Open the rows|Buka baris)")).click()
    await agent.sees(agent.page.get_by_role("dialog").get_by_role("link").first)


async def _offline(agent: AgentPage) -> None:
    await agent.page.context.set_offline(offline=True)
    await agent.sees(agent.page.locator("[data-banner=offline]"))


async def _fail_list(agent: AgentPage) -> None:
    await agent.page.route("**/api/conversations?**", lambda route: route.fulfill(status=500, json={}))
    await agent.page.reload()
    await agent.sees(agent.page.get_by_role("button", name=re.compile("Try again|Coba lagi")))


async def _load_list(agent: AgentPage) -> None:
    await agent.page.route("**/api/conversations?**", lambda _: None)
    await agent.page.reload()
    await agent.sees(agent.page.get_by_role("img", name=re.compile("Loading|Memuat")).first)


async def _fail_log_in(agent: AgentPage) -> None:
    await agent.page.locator("input[type=email]").fill("nobody@mail.example")
    await agent.page.locator("input[type=password]").fill("not the password")
    await agent.page.locator("input[type=password]").press("Enter")
    await agent.sees(agent.page.get_by_role("alert"))


SCENES = (
    Scene("login", _at("/human-agent/login"), "nobody"),
    Scene("login-failed", _at("/human-agent/login"), "nobody", _fail_log_in),
    Scene("set-password", _at("/human-agent/set-password#token=used"), "nobody"),
    Scene("list", _at(LIST)),
    Scene("list-nothing", _at("/human-agent/conversations?q=nobody-has-this-name")),
    Scene("list-failed", _at(LIST), act=_fail_list),
    Scene("list-loading", _at(LIST), act=_load_list),
    Scene("filters", _at(LIST), act=_filters, widths=(1440, 1024, 768)),
    Scene("filters-narrow", _at(LIST), act=_narrow_filters, widths=(390,)),
    Scene("watching", _chat(lambda cast: cast.ai)),
    Scene("needs-human", _chat(lambda cast: cast.needs_human)),
    Scene("handling", _chat(lambda cast: cast.mine), act=_written),
    Scene("templates-popover", _chat(lambda cast: cast.mine), act=_templates),
    Scene("others", _chat(lambda cast: cast.others)),
    Scene("closed", _chat(lambda cast: cast.closed)),
    Scene("hostile", _chat(lambda cast: cast.hostile), endless=True),
    Scene("missing", _at(f"/human-agent/conversations/{uuid.uuid4()}")),
    Scene("drawer", _chat(lambda cast: cast.mine), act=_drawer, widths=(1024, 768, 390)),
    Scene("chat-menu", _chat(lambda cast: cast.mine), act=_menu),
    Scene("handover", _chat(lambda cast: cast.mine), act=_handover),
    Scene("transfer", _chat(lambda cast: cast.mine), act=_transfer),
    Scene("close", _chat(lambda cast: cast.mine), act=_close),
    Scene("take-from", _chat(lambda cast: cast.others), "SUPERVISOR", _take_from),
    Scene("offline", _chat(lambda cast: cast.mine), act=_offline),
    Scene("platform-gone", _chat(lambda cast: cast.mine), act=_without_platform),
    Scene("user-menu", _at(LIST), act=_user_menu),
    Scene("notifications", _at(LIST), act=_notifications),
    Scene("shortcuts", _at(LIST), act=_shortcuts),
    Scene("commands", _at(LIST), act=_commands),
    Scene("analytics", _at("/human-agent/analytics"), "SUPERVISOR"),
    Scene("analytics-rows", _at("/human-agent/analytics"), "SUPERVISOR", _rows),
    Scene("templates", _at("/human-agent/templates")),
    Scene("profile", _at("/human-agent/profile")),
    Scene("team", _at("/human-agent/team"), "ADMIN"),
    Scene("team-forbidden", _at("/human-agent/team")),
    Scene("platforms", _at("/human-agent/platforms"), "ADMIN"),
    Scene("settings", _at("/human-agent/settings"), "ADMIN"),
    Scene("not-found", _at("/human-agent/nowhere")),
)
