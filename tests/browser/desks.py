"""Desks at which people sit: one browser context per person for the whole run, logged in once; each journey gets a fresh page of it."""

from typing import Any

from playwright.async_api import Browser, BrowserContext

from tests.browser.agent_page import AgentPage
from tests.browser.place import Place

# What is newest stands on top, whatever other tests have left in the list.
LIST = "/human-agent/conversations?sort=newest"
SCREEN = {"width": 1440, "height": 900}
# The server ends connections that are idle, at times in the moment in which one is used again; browsers then try again by themselves.
RETRIES = 3


class Desks:
    """Seats people. A context is kept because logging in costs a second of argon2 and the page of it another."""

    def __init__(self, chromium: Browser, place: Place) -> None:
        self._chromium = chromium
        self._place = place
        self._contexts: dict[str, BrowserContext] = {}

    async def sit(self, who: str, path: str = LIST, **context: Any) -> AgentPage:
        """Return a fresh page of ADMIN, SUPERVISOR or AGENT1 to 3, at a path, live. `context` (has_touch, locale, ...) makes a browser of its own for it."""
        browser = await self._new(**context) if context else self._contexts.get(who)
        if browser is None:
            browser = self._contexts[who] = await self._new()
        if not (await browser.request.get(f"{self._place.url}/api/session", max_retries=RETRIES)).ok:
            await self._log_in(browser, who)
        agent = AgentPage(await browser.new_page(), self._place.url, owns_context=bool(context))
        await agent.goto(path)
        return agent

    @property
    def url(self) -> str:
        """Where the stack is."""
        return self._place.url

    async def stranger(self, **context: Any) -> AgentPage:
        """Return a page in which nobody is logged in yet, in a browser of its own."""
        browser = await self._new(**context)
        return AgentPage(await browser.new_page(), self._place.url, owns_context=True)

    async def close(self) -> None:
        """Close all browsers that are kept."""
        for browser in self._contexts.values():
            await browser.close()

    async def _new(self, **context: Any) -> BrowserContext:
        return await self._chromium.new_context(**{"viewport": SCREEN, "locale": "en-GB", **context})

    async def _log_in(self, browser: BrowserContext, who: str) -> None:
        email, password = self._place.login(who)
        answer = await browser.request.post(
            f"{self._place.url}/api/session/login", data={"email": email, "password": password}, headers={"origin": self._place.url}
        )
        assert answer.ok, await answer.text()
