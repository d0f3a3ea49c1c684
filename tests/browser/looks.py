"""What a machine can say of how a page looks and works: text that is cut or runs out of the window, targets too small, focus that is not seen, axe's rules."""

from pathlib import Path
from typing import Any, Literal

from playwright.async_api import Page

from tests.browser.chromium import DASHBOARD

AXE = DASHBOARD / "node_modules" / "axe-core" / "axe.min.js"
# Of axe's.
Rules = Literal["all", "contrast", "but contrast", "none"]
LOOKS = Path(__file__).with_suffix(".js").read_text()


async def _ask(page: Page, question: str, argument: object = None) -> Any:
    # Given to the page by the debugger: as a script tag the page's own policy would refuse it.
    return await page.evaluate(f"async (argument) => await ({LOOKS})().{question}(argument)", argument)


async def axe_violations(page: Page, rules: Rules) -> list[str]:
    """Return what axe finds against its rules."""
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(AXE.read_text())
    found: list[str] = await _ask(page, "violations", rules)
    return found


async def cut_text(page: Page) -> list[str]:
    """Return the texts that are cut, run out of the window or are smaller than 12 px."""
    found: list[str] = await _ask(page, "cut")
    return found


async def small_targets(page: Page) -> list[str]:
    """Return what is smaller than 44 px and wants to be pressed."""
    found: list[str] = await _ask(page, "small")
    return found


async def moving(page: Page) -> list[str]:
    """Return what is animated or goes over into another look for longer than a frame."""
    found: list[str] = await _ask(page, "moving")
    return found


async def tab_through(page: Page, most: int = 80) -> list[dict[str, Any]]:
    """Press Tab until the focus has come round, and return where it was, in order: name, isInside, isFree (nothing covers it), isFramed."""
    stops: list[dict[str, Any]] = []
    for _ in range(most):
        await page.keyboard.press("Tab")
        stop = await _ask(page, "focus")
        if stop is None or (stops and stop["key"] == stops[0]["key"]):
            break
        stops.append(stop)
    return stops
