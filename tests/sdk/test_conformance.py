"""The kit passes whoever keeps the contract and names what the others do wrong."""

import asyncio
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from baton_sdk.conformance import Connector, World, kit, report, scenarios
from baton_sdk.conformance.scenarios import SCENARIOS, Scenario
from baton_sdk.conformance.violations import Rule

from tests.docs.markdown import ROOT
from tests.sdk import faulty
from tests.sdk.reference import Reference

GOOD = [
    "tests.sdk.reference:Reference",
    "examples.ai_platform.kit:ExampleConnector",
    "examples.ai_platform.kit:StreamedConnector",
    "examples.minimal_bot.kit:MinimalConnector",
    "examples.llm_bot.kit:LlmConnector",
    "examples.end_user.kit:PageConnector",
]
# Each fault, the scenario that must find it, and the rule by which the kit must know it.
FAULTS: dict[type[Reference], tuple[Scenario, Rule]] = {
    faulty.ChecksStatusBeforeGeneratingOnly: (scenarios.stale_epoch, Rule.ANSWER_FROM_BEFORE),
    faulty.PostsAfterAnErrorInRereadingControl: (scenarios.takeover_in_the_middle_of_a_turn, Rule.SHOWN_WITHOUT_BATON),
    faulty.HandOffToolFiresLate: (scenarios.stale_epoch, Rule.HAND_OFF_LATE),
    faulty.EndsTheConversationUnderAHuman: (scenarios.takeover_in_the_middle_of_a_turn, Rule.ENDED_UNDER_HUMAN),
    faulty.RetriesWithANewId: (scenarios.lost_acknowledgement, Rule.NEW_ID_ON_RETRY),
    faulty.ForgetsToResumeAfterHandBack: (scenarios.hand_back_with_brief, Rule.NEVER_ANSWERED),
    faulty.KeepsTypingDotsOn: (scenarios.takeover_while_streaming, Rule.DOTS_LEFT_ON),
    faulty.ActsOnAnEventTwice: (scenarios.duplicate, Rule.HUMAN_TWICE),
    faulty.DeliversHumanMessagesOutOfOrder: (scenarios.reorder, Rule.HUMAN_DISORDERED),
    faulty.ShowsWordsBeforeTheyAreAccepted: (scenarios.lost_acknowledgement, Rule.SHOWN_WITHOUT_BATON),
    faulty.TakesAnOldStateForTheNewest: (scenarios.reorder, Rule.ANSWERS_UNDER_HUMAN),
    faulty.ForgetsTheBrief: (scenarios.hand_back_with_brief, Rule.BRIEF_LOST),
    faulty.KnocksOnWithARevokedKey: (scenarios.key_revoked, Rule.KNOCKS_ON),
    faulty.ReportsBeforeItShows: (scenarios.slow_watcher, Rule.HUMAN_LOST),
    faulty.WatchesFromTheEndAfterALoss: (scenarios.reconnect_gap, Rule.HUMAN_LOST),
    faulty.IgnoresTheControlInAnAnswer: (scenarios.takeover_in_the_middle_of_a_turn, Rule.ANSWERS_UNDER_HUMAN),
}


@pytest.mark.parametrize("name", GOOD)
def test_whoever_keeps_the_contract_passes(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "baton_sdk.conformance", "--connector", name, "--junit", str(tmp_path / "report.xml")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.rstrip().rpartition("\n")[2]) == (0, f"{len(SCENARIOS)} scenarios, all passed."), ran.stdout
    suite = ET.parse(tmp_path / "report.xml").getroot()  # noqa: S314  # our own report
    assert (suite.get("tests"), suite.get("failures")) == (str(len(SCENARIOS)), "0")


async def test_each_faulty_connector_is_rejected_by_the_rule_that_it_breaks() -> None:
    found = await asyncio.gather(*(kit.run(connector, [scenario]) for connector, (scenario, _) in FAULTS.items()))
    for (connector, (_, rule)), verdicts in zip(FAULTS.items(), found, strict=True):
        broken = {violation.rule for verdict in verdicts for violation in verdict.violations}
        assert rule in broken, report.as_text(connector.__name__, verdicts)


class Silent:
    """A connector that fails at the first word."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def start(self) -> None:
        raise RuntimeError("no configuration")

    async def stop(self) -> None:
        """Nothing runs."""

    async def user_writes(self, chat_id: str, message_id: str, text: str) -> None:
        """Nobody listens."""


async def test_a_report_names_the_rule_and_what_a_real_user_would_see() -> None:
    def connector(world: World) -> Connector:
        return Silent(world)

    verdicts = await kit.run(connector, SCENARIOS[:1])
    text = report.as_text("silent", verdicts)
    assert "FAILED  lost acknowledgement" in text
    assert "CRASHED: RuntimeError: no configuration" in text
    assert f"To a real user: {Rule.CRASHED.value}." in text
    failure = ET.fromstring(report.as_junit("silent", verdicts)).find("testcase/failure")  # noqa: S314  # our own report
    assert failure is not None
    assert failure.get("type") == "CRASHED"


def test_a_connector_that_is_not_there_is_said_so() -> None:
    ran = subprocess.run([sys.executable, "-m", "baton_sdk.conformance", "--connector", "nowhere:x"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "There is no connector nowhere:x" in ran.stderr
