"""Comes to a view as its people do, and looks at it in every width and theme."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from playwright.async_api import Page

from tests.browser.agent_page import AgentPage
from tests.browser.cast import Cast
from tests.browser.desks import SCREEN, Desks
from tests.browser.looks import Rules, axe_violations, cut_text, small_targets
from tests.browser.scenes import Scene

Language = Literal["en", "id"]
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Below it list and chat are two steps, and things are pressed with a thumb.
NARROW = 768
TALL, LOW = 900, 800
# Menus find their place a frame after the window has its size, on a busy machine much later; what is still wrong after so long is wrong.
SETTLE_SECONDS = 10.0
TWO_FRAMES = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


@dataclass(frozen=True)
class Look:
    """How thorough to be."""

    # All of axe's rules and the dark theme's contrast at every width, else at the widest alone.
    everything: bool = False
    # Where to put pictures: theme/width/scene.png.
    pictures: Path | None = None


async def entered(desks: Desks, cast: Cast, scene: Scene, language: Language) -> AgentPage:
    """Return the page, in the scene's state."""
    if scene.who == "nobody":
        agent = await desks.stranger(locale="id-ID" if language == "id" else "en-GB", viewport=SCREEN)
        await agent.load(scene.path(cast))
    else:
        agent = await desks.sit(scene.who, scene.path(cast))
        if language != "en":
            await agent.prefer(language=language)
    try:
        await agent.page.emulate_media(reduced_motion="reduce")
        await agent.sees(agent.page.get_by_role("heading").first)
        if scene.act is not None:
            await scene.act(agent)
    except BaseException:
        # Who sits down next finds the place as it was.
        await agent.leave()
        raise
    return agent


async def wrong_with(agent: AgentPage, scene: Scene, look: Look) -> list[str]:
    """Return what is cut, too small or against axe's rules, with the width and theme."""
    wrong: list[str] = []
    page = agent.page
    for width in scene.widths:
        await agent.resize(width, TALL if width >= NARROW else LOW)
        found = await settled(page, partial(cut_text, page))
        if width < NARROW:
            found += await settled(page, partial(small_targets, page))
        for theme in THEMES:
            rules = _rules(scene, width, theme, look)
            if rules == "none" and look.pictures is None:
                continue
            await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            await page.evaluate(TWO_FRAMES)
            if rules != "none":
                found += [f"{theme}: {what}" for what in await settled(page, partial(axe_violations, page, rules))]
            if look.pictures is not None:
                await page.screenshot(path=look.pictures / theme / str(width) / f"{scene.name}.png")
        wrong += [f"{width}: {what}" for what in dict.fromkeys(found)]
    return wrong


def _rules(scene: Scene, width: int, theme: str, look: Look) -> Rules:
    """Only contrast differs by the theme, and only the layout by the width."""
    is_asked = look.everything or width == scene.widths[0]
    if scene.endless:
        return "but contrast" if theme == "light" and width == scene.widths[0] else "none"
    if not is_asked:
        return "none"
    return "contrast" if theme == "dark" else "all"


async def settled(page: Page, ask: Callable[[], Awaitable[list[str]]]) -> list[str]:
    """Return what is wrong once the layout has followed the window."""
    end = asyncio.get_running_loop().time() + SETTLE_SECONDS
    while (found := await ask()) and asyncio.get_running_loop().time() < end:
        await page.evaluate(TWO_FRAMES)
    return found
