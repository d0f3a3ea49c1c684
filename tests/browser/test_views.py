"""No view or state breaks a rule of axe's in either theme, or cuts a word at any of four widths; on a narrow screen nothing is too small for a thumb."""

import pytest

from tests.browser.cast import Cast
from tests.browser.desks import Desks
from tests.browser.looking import Look, entered, wrong_with
from tests.browser.scenes import SCENES, Scene


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_a_view_can_be_used_by_everybody(desks: Desks, cast: Cast, scene: Scene) -> None:
    agent = await entered(desks, cast, scene, "en")
    try:
        wrong = await wrong_with(agent, scene, Look())
    finally:
        await agent.leave()
    assert not wrong, "\n".join(wrong)
