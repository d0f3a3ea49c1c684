"""What a human agent does and sees in the dashboard, by the words on the screen."""

import json
import re
import uuid
from typing import Literal, Self

from baton.conversation.v1 import event_pb2, platform_pb2
from playwright.async_api import ConsoleMessage, Locator, Page, expect

from tests.harness.callers import Answer, Platform

# The whole way of a message on a busy machine.
PATIENCE_MS = 30_000
expect.set_options(timeout=PATIENCE_MS)
# Asking who is logged in, before anyone is, is answered by 401; browsers print that.
EXPECTED = "401 (Unauthorized)"


async def converse(platform: Platform, text: str) -> Answer:
    """Start a conversation and have the user say something; the answer has the current epoch."""
    started = await platform.start(str(uuid.uuid4()))
    return await platform.user_says(started.conversation_id, text)


async def ask_for_a_human(platform: Platform, after: Answer, summary: str) -> Answer:
    """Have the AI ask for a human with a brief."""
    request = platform_pb2.RequestHumanRequest(
        command_id=str(uuid.uuid4()),
        conversation_id=after.conversation_id,
        epoch=after.epoch,
        by=event_pb2.REQUESTED_BY_AI,
        reason="stuck",
        summary=summary,
    )
    return await platform.command([stub.RequestHuman for stub in platform.stubs], request, platform.metadata)


class AgentPage:
    """One agent's dashboard."""

    def __init__(self, page: Page, url: str, *, owns_context: bool = False) -> None:
        """`owns_context`: leaving closes the whole browser context, not only the page."""
        self.page = page
        self.complaints: list[str] = []
        self._url = url
        self._owns_context = owns_context
        self._tabs: list[Page] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def goto(self, path: str) -> None:
        """Load a path behind the login; return when the page is live."""
        await self.load(path)
        await self.is_live()

    async def load(self, path: str) -> None:
        """Load a path; whether one is logged in does not matter."""
        await self.page.goto(f"{self._url}{path}")

    async def is_live(self) -> None:
        """Wait until the page has its socket; whoever is not logged in waits in vain."""
        await expect(self.page.locator("[data-live]")).to_have_attribute("data-live", "live")

    async def log_in(self, email: str, password: str) -> None:
        """Fill in the login page."""
        await self.page.get_by_label("E-mail").fill(email)
        await self.page.get_by_label("Password", exact=True).fill(password)
        await self.page.get_by_role("button", name="Log in").click()

    async def resize(self, width: int, height: int = 900) -> None:
        """Make the window so many CSS pixels wide."""
        await self.page.set_viewport_size({"width": width, "height": height})

    async def prefer(self, *, theme: Literal["light", "dark", "system"] = "system", language: Literal["en", "id"] = "en") -> None:
        """Choose theme and language as the user menu would, and load the page again."""
        preferences = json.dumps({"theme": theme, "language": language})
        await self.page.evaluate("(kept) => localStorage.setItem('baton.preferences', kept)", preferences)
        await self.page.reload()
        await self.is_live()

    async def another_tab(self, path: str) -> Self:
        """Open a second page of the same browser; it closes when this one is left, or it would go on telling what happens in its place."""
        tab = type(self)(await self.page.context.new_page(), self._url)
        self._tabs.append(tab.page)
        await tab.goto(path)
        return tab

    async def leave(self) -> None:
        """Close the page and forget what it kept in this browser, the login excepted."""
        if self._owns_context:
            await self.page.context.close()
            return
        await self.page.context.set_offline(offline=False)
        for tab in self._tabs:
            await tab.close()
        if not self.page.is_closed():
            await self.page.evaluate("localStorage.clear()")
            await self.page.close()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and EXPECTED not in message.text:
            self.complaints.append(message.text)

    def expect_refusal(self, status: str) -> None:
        """Browsers print refused requests; these were meant."""
        self.complaints = [complaint for complaint in self.complaints if status not in complaint]

    async def sees(self, locator: Locator) -> None:
        """Wait until it is on the screen."""
        await expect(locator).to_be_visible()

    async def does_not_see(self, locator: Locator) -> None:
        """Wait until it is not on the screen."""
        await expect(locator).not_to_be_visible()

    def row(self, conversation_id: str) -> Locator:
        """Return the row of the list."""
        return self.page.get_by_role("listitem").filter(has=self.page.locator(f'[data-row="{conversation_id}"]'))

    async def open(self, conversation_id: str) -> None:
        """Press the row."""
        await self.page.locator(f'[data-row="{conversation_id}"]').click()
        await self.sees_history()

    async def sees_history(self) -> Locator:
        """Wait until the history is there, and return it."""
        history = self.page.get_by_role("group", name="Message history")
        await expect(history).to_have_attribute("aria-busy", "false")
        return history

    @property
    def chat(self) -> Locator:
        return self.page.get_by_role("region", name=re.compile("^(Conversation with|Percakapan dengan)"))

    @property
    def head(self) -> Locator:
        return self.chat.locator("header")

    @property
    def box(self) -> Locator:
        return self.page.get_by_label("Message to")

    def bubble(self, text: str) -> Locator:
        """Return a message of the history by its words."""
        return self.chat.get_by_role("article").filter(has_text=text)

    async def take_over(self) -> None:
        """Press Take Over in the head and wait until one can write."""
        await self.head.get_by_role("button", name="Take Over").click()
        await self.sees(self.head.get_by_text("Handled by You"))
        await expect(self.box).to_be_focused()

    async def say(self, text: str) -> None:
        """Write and send."""
        await self.box.fill(text)
        await self.box.press("Enter")

    async def open_handover(self) -> Locator:
        """Open the Handover dialog."""
        await self.head.get_by_role("button", name="Handover").click()
        dialog = self.page.get_by_role("dialog", name="Handover")
        await self.sees(dialog)
        return dialog

    async def hand_back(self) -> None:
        """Hand over to the AI."""
        dialog = await self.open_handover()
        await dialog.get_by_role("radio", name="Handover to AI Agent").check()
        await dialog.get_by_role("button", name="Handover").click()
        # No journey's platform watches unless it says so: then the dialog wants a second press.
        warned = dialog.get_by_text("nobody would answer")
        await expect(warned.or_(self.head.get_by_text("AI Active"))).to_be_visible()
        if await warned.is_visible():
            await dialog.get_by_role("button", name="Handover").click()
        await self.does_not_see(dialog)

    async def transfer(self, colleague: str, note: str) -> None:
        """Hand over to a colleague."""
        dialog = await self.open_handover()
        await dialog.get_by_role("radio", name="Transfer to Another Agent").check()
        await dialog.get_by_role("radio", name=colleague).check()
        await dialog.get_by_label("Note for").fill(note)
        await dialog.get_by_role("button", name="Handover").click()
        await self.does_not_see(dialog)

    async def close_conversation(self, reason: str) -> None:
        """Close the conversation that is open, once what was sent in it has been accepted."""
        await expect(self.chat.locator("[data-receipt=sending]")).to_have_count(0)
        await self.head.get_by_role("button", name="More for").click()
        await self.page.get_by_role("menuitem", name="Close conversation").click()
        dialog = self.page.get_by_role("dialog", name="Close this conversation?")
        await dialog.get_by_role("radio", name=reason).check()
        await dialog.get_by_role("button", name="Close conversation").click()
        await self.does_not_see(dialog)
