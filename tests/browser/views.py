"""Looks at every view and state: no violation of axe's rules in either theme, nothing cut at four widths, nothing too small for a thumb.

Asked for by name (`make screenshots`), not collected by `make test`.
With BATON_SCREENSHOTS set to a folder (`make screenshots`) it also takes their pictures, in both themes and both languages.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest

from tests.browser.agent_page import AgentPage
from tests.browser.cast import Cast, leave, perform
from tests.browser.desks import SCREEN, Desks
from tests.browser.looks import axe_violations, cut_text, small_targets
from tests.browser.place import Place
from tests.browser.scenes import SCENES, Scene
from tests.harness.callers import Platform

PICTURES = os.environ.get("BATON_SCREENSHOTS", "")
LANGUAGES: tuple[Literal["en", "id"], ...] = ("en", "id") if PICTURES else ("en",)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# Below it list and chat are two steps, and things are pressed with a thumb.
NARROW = 768
# Until the theme's colours are painted, however short the way to them is.
_TWO_FRAMES = "() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))"


@pytest.fixture(scope="module")
async def cast(place: Place) -> AsyncIterator[Cast]:
    """Conversations in every state."""
    platform = Platform(place.platform_targets, place.api_key, seed=2)
    made = await perform(platform, place)
    yield made
    await leave(made, place)
    await platform.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_a_view_can_be_used_by_everybody_at_every_width(desks: Desks, cast: Cast, scene: Scene, language: Literal["en", "id"]) -> None:
    agent = await _entered(desks, cast, scene, language)
    wrong: list[str] = []
    try:
        for width in scene.widths:
            await agent.resize(width, 900 if width >= NARROW else 800)
            found = await cut_text(agent.page)
            if width < NARROW:
                found += await small_targets(agent.page)
            for theme in THEMES:
                await agent.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                await agent.page.evaluate(_TWO_FRAMES)
                if width == scene.widths[0] or (width == scene.widths[-1] and theme == "light"):
                    found += await axe_violations(agent.page)
                if PICTURES:
                    await agent.page.screenshot(path=Path(PICTURES) / language / theme / str(width) / f"{scene.name}.png")
            wrong += [f"{width}: {what}" for what in dict.fromkeys(found)]
    finally:
        await agent.leave()
    assert not wrong, "\n".join(wrong)


async def _entered(desks: Desks, cast: Cast, scene: Scene, language: Literal["en", "id"]) -> AgentPage:
    """Come to the view as its people do."""
    if scene.who == "nobody":
        agent = await desks.stranger(locale="id-ID" if language == "id" else "en-GB", viewport=SCREEN)
        await agent.load(scene.path(cast))
    else:
        agent = await desks.sit(scene.who, scene.path(cast))
        if language != "en":
            await agent.prefer(language=language)
    await agent.page.emulate_media(reduced_motion="reduce")
    await agent.sees(agent.page.get_by_role("heading").first)
    if scene.act is not None:
        await scene.act(agent)
    return agent
