"""Runs a connector through the scenarios: all at once, each on a stage of its own."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from inspect import getdoc

from baton_sdk.conformance.connector import Factory
from baton_sdk.conformance.referee import judge
from baton_sdk.conformance.scenarios import SCENARIOS, Scenario, ScenarioEndedError
from baton_sdk.conformance.stage import Stage
from baton_sdk.conformance.violations import Rule, Violation

# A scenario that hangs is a connector that hangs.
_LIMIT_SECONDS = 90.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one scenario; no violation is a pass."""

    scenario: str
    about: str
    violations: tuple[Violation, ...]
    seconds: float


async def run(factory: Factory, scenarios: Sequence[Scenario] = SCENARIOS) -> list[Verdict]:
    """Return a verdict for each scenario, in order."""
    return list(await asyncio.gather(*(_play(factory, scenario) for scenario in scenarios)))


async def _play(factory: Factory, scenario: Scenario) -> Verdict:
    began = time.monotonic()
    stage = Stage(factory)
    try:
        async with asyncio.timeout(_LIMIT_SECONDS):
            await stage.open()
            await scenario(stage)
    except TimeoutError:
        stage.blame(Rule.CRASHED, f"not at its end after {_LIMIT_SECONDS:g} s")
    except ScenarioEndedError:
        pass
    except Exception as error:  # noqa: BLE001  # start and stop are the connector's code
        stage.blame(Rule.CRASHED, f"{type(error).__name__}: {error}")
    violations = judge(stage) + await _end(stage)
    return Verdict(name_of(scenario), (getdoc(scenario) or "").splitlines()[0], tuple(violations), time.monotonic() - began)


async def _end(stage: Stage) -> list[Violation]:
    """End everything; a connector that cannot even stop has failed, unless it had reason to."""
    found: list[Violation] = []
    try:
        await stage.stop_connector()
    except Exception as error:  # noqa: BLE001  # it is the connector's code
        if not stage.may_fail:
            found.append(Violation(Rule.CRASHED, f"stop raised {type(error).__name__}: {error}"))
    await stage.close()
    return found


def name_of(scenario: Scenario) -> str:
    """Return a scenario's name as people read it."""
    return getattr(scenario, "__name__", "").replace("_", " ")
