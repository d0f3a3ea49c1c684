"""Looks at every view and state in every width, theme and language, by all of axe's rules, and takes their pictures if BATON_SCREENSHOTS names a folder.

Asked for by name (`make screenshots`), not collected by `make test`: there test_views.py looks at the same views less often.
"""

import os
from pathlib import Path

import pytest

from tests.browser.cast import Cast
from tests.browser.desks import Desks
from tests.browser.looking import Language, Look, entered, wrong_with
from tests.browser.scenes import SCENES, Scene

PICTURES = os.environ.get("BATON_SCREENSHOTS", "")
LANGUAGES: tuple[Language, ...] = ("en", "id")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_a_view_can_be_used_by_everybody_in_every_width_theme_and_language(desks: Desks, cast: Cast, scene: Scene, language: Language) -> None:
    agent = await entered(desks, cast, scene, language)
    try:
        wrong = await wrong_with(agent, scene, Look(everything=True, pictures=Path(PICTURES) / language if PICTURES else None))
    finally:
        await agent.leave()
    assert not wrong, "\n".join(wrong)
