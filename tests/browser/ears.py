"""Listens to what a page tells by other ways than its own picture: the desktop, the sound, the screen reader."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page

from tests.browser.agent_page import AgentPage

# In the place of the system's notifications and loudspeaker; `asked` counts who asked for permission.
_STAND_INS = """(permission) => {
  window.desktop = [];
  window.asked = 0;
  window.sounds = 0;
  window.Notification = class {
    static permission = permission;
    static async requestPermission() { window.asked += 1; return (this.permission = "granted"); }
    constructor(title, { body, tag }) {
      this.entry = { title, body, tag, open: true, press: () => this.onclick() };
      window.desktop.push(this.entry);
    }
    close() { this.entry.open = false; }
  };
  const gain = { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} };
  const node = () => ({ connect: (next) => next, start() {}, stop() {}, frequency: {}, gain });
  window.AudioContext = class {
    state = "running";
    currentTime = 0;
    resume = async () => {};
    createGain = node;
    createOscillator = () => { window.sounds += 0.5; return node(); };
  };
}"""

# Every change of words in a live region, of whatever kind.
_LISTEN = """() => {
  window.announced = [];
  const live = "[aria-live]:not([aria-live=off]), [role=status], [role=alert], [role=log]";
  new MutationObserver((changes) => {
    for (const { target, addedNodes, type } of changes) {
      const region = (target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement)?.closest(live);
      if (region && (type === "characterData" || addedNodes.length > 0)) window.announced.push(region.textContent);
    }
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@dataclass(frozen=True)
class Ears:
    """What one page has told so far."""

    page: Page

    async def desktop(self) -> list[dict[str, Any]]:
        """Return the desktop notifications: title, body, tag, open."""
        shown: list[dict[str, Any]] = await self.page.evaluate("() => window.desktop.map(({ title, body, tag, open }) => ({ title, body, tag, open }))")
        return shown

    async def press_newest(self) -> None:
        """Press the newest desktop notification."""
        await self.page.evaluate("() => window.desktop.at(-1).press()")

    async def sounds(self) -> int:
        """Return how often the page was heard."""
        return int(await self.page.evaluate("() => window.sounds"))

    async def asked(self) -> int:
        """Return how often the page asked for permission."""
        return int(await self.page.evaluate("() => window.asked"))

    async def announced(self) -> list[str]:
        """Return what was announced since listen()."""
        said: list[str] = await self.page.evaluate("() => window.announced")
        return said

    async def listen(self) -> None:
        """Begin to note every change of every live region."""
        await self.page.evaluate(_LISTEN)


async def give_ears(agent: AgentPage, permission: str = "granted") -> Ears:
    """Load the page again with stand-ins for desktop and loudspeaker, pressed once so that it may be heard."""
    await agent.page.add_init_script(f"({_STAND_INS})({permission!r})")
    await agent.page.reload()
    await agent.is_live()
    await agent.page.keyboard.press("Shift")
    return Ears(agent.page)
