"""What a human agent does and sees in the dashboard, by the words on the screen."""

from typing import Self

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, expect

# The whole way of a message on a busy machine.
PATIENCE_MS = 30_000
# Asking who is logged in, before anyone is, is answered by 401; browsers print that.
EXPECTED = "401 (Unauthorized)"


class AgentPage:
    """One agent's dashboard in a browser of its own."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self._url = url
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    @classmethod
    async def logged_in(cls, context: BrowserContext, url: str, email: str, password: str, query: str = "") -> Self:
        """Open the dashboard, log in, and come to the list."""
        agent = cls(await context.new_page(), url)
        await agent.page.goto(f"{url}/human-agent/conversations{query}")
        await agent.page.get_by_label("E-mail").fill(email)
        await agent.page.get_by_label("Password").fill(password)
        await agent.page.get_by_role("button", name="Log in").click()
        await agent.sees(agent.page.get_by_role("heading", name="Conversations", level=1))
        await agent.sees(agent.page.get_by_text("Live", exact=True))
        return agent

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and EXPECTED not in message.text:
            self.complaints.append(message.text)

    def expect_refusal(self, status: str) -> None:
        """Browsers print refused requests; these were meant."""
        self.complaints = [complaint for complaint in self.complaints if status not in complaint]

    async def sees(self, locator: Locator) -> None:
        """Wait until it is on the screen."""
        await expect(locator).to_be_visible(timeout=PATIENCE_MS)

    async def does_not_see(self, locator: Locator) -> None:
        """Wait until it is not on the screen."""
        await expect(locator).not_to_be_visible(timeout=PATIENCE_MS)

    def row(self, conversation_id: str) -> Locator:
        """Return the row of the list."""
        return self.page.get_by_role("listitem").filter(has=self.page.locator(f'[data-row="{conversation_id}"]'))

    async def open(self, conversation_id: str) -> None:
        """Press the row."""
        await self.page.locator(f'[data-row="{conversation_id}"]').click()
        await self.sees(self.page.get_by_role("group", name="Message history"))

    @property
    def chat(self) -> Locator:
        return self.page.get_by_role("region", name="Conversation with")

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
        """Press Take Over in the head and wait for the message box."""
        await self.head.get_by_role("button", name="Take Over").click()
        await self.sees(self.head.get_by_text("Handled by You"))
        await self.sees(self.box)

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
        """Close the conversation that is open."""
        await self.head.get_by_role("button", name="More for").click()
        await self.page.get_by_role("menuitem", name="Close conversation").click()
        dialog = self.page.get_by_role("dialog", name="Close this conversation?")
        await dialog.get_by_role("radio", name=reason).check()
        await dialog.get_by_role("button", name="Close conversation").click()
        await self.does_not_see(dialog)
