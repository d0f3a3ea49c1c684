"""What the documents name is there: files, commands, settings, metrics, refusals; and the code they show runs."""

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from baton.conversation.v1 import errors_pb2
from baton_sdk.testing import FakeBaton
from pydantic import SecretStr
from servicekit.settings import ServiceSettings

from services.analytics.settings import Settings as AnalyticsSettings
from services.auth.settings import Settings as AuthSettings
from services.conversation.settings import Settings as ConversationSettings
from services.realtime.settings import Settings as RealtimeSettings
from tests.docs import markdown
from tests.docs.markdown import ROOT

OPERATORS = ROOT / "docs" / "operators.md"
DEVELOPERS = ROOT / "docs" / "platform-developers.md"
SETTINGS: dict[str, type[ServiceSettings]] = {
    "auth": AuthSettings,
    "conversation": ConversationSettings,
    "realtime": RealtimeSettings,
    "analytics": AnalyticsSettings,
}
by_document = pytest.mark.parametrize("document", markdown.documents(), ids=lambda path: str(path.relative_to(ROOT)))


@by_document
def test_every_link_into_the_repository_leads_somewhere(document: Path) -> None:
    for target in markdown.links(document):
        name, _, anchor = target.partition("#")
        file = (document.parent / name).resolve() if name else document
        assert file.exists(), target
        assert not anchor or anchor in markdown.anchors(file), target


@by_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert markdown.make_targets(document) <= targets


@by_document
def test_every_environment_variable_that_is_named_is_read_or_written_by_the_code(document: Path) -> None:
    named = set(re.findall(r"\b(?:BATON|METRICS|MONGODB|KAFKA|PID)_[A-Z0-9_]*[A-Z0-9]\b", document.read_text()))
    assert named - _settings() - _names_in_code() == set()


@pytest.mark.parametrize("service", SETTINGS)
def test_the_table_of_settings_says_what_the_code_does(service: str) -> None:
    prefix = f"BATON_{service.upper()}_"
    common = {prefix + name: default for name, default in markdown.rows(markdown.section(OPERATORS, "## Settings")).items()}
    assert common | markdown.rows(markdown.section(OPERATORS, f"### {service}")) == {
        prefix + name.upper(): _default(field.get_default()) for name, field in SETTINGS[service].model_fields.items()
    }


def test_every_metric_is_explained_to_operators_and_none_that_is_not_there() -> None:
    files = [*ROOT.glob("services/*/metrics.py"), *ROOT.glob("libs/servicekit/servicekit/*.py")]
    declared = {name for file in files for name in re.findall(r'(?:Counter|Gauge|Histogram)\(\s*"(baton_\w+)"', file.read_text())}
    explained = set(re.findall(r"`(baton_[a-z_]+)`", markdown.section(OPERATORS, "## Metrics")))
    assert explained == declared


def test_every_refusal_of_the_platform_contract_is_explained() -> None:
    contract = (ROOT / "proto" / "baton" / "conversation" / "v1" / "platform.proto").read_text().partition("message StartConversationRequest")[0]
    refusals = set(re.findall(r"`([A-Z_]{4,})`", contract))
    assert refusals == set(re.findall(r"`([A-Z_]{4,})`", "\n".join(_first_cells(markdown.section(DEVELOPERS, "## When it says no")))))


def test_every_reason_has_a_number_and_says_what_to_do() -> None:
    numbered = {name.removeprefix("ERROR_REASON_") for name in errors_pb2.ErrorReason.DESCRIPTOR.values_by_name} - {"UNSPECIFIED"}
    rows = {reason: line.split("|")[3].strip() for line, reason in _refusal_rows()}
    assert rows.keys() == numbered
    assert all(rows.values())


def _refusal_rows() -> list[tuple[str, str]]:
    lines = [line for line in markdown.section(DEVELOPERS, "## When it says no").splitlines() if line.startswith("|")]
    return [(line, reason) for line in lines for reason in re.findall(r"`([A-Z_]{4,})`", line.split("|")[1])]


def test_every_decision_is_in_the_index_under_a_number_of_its_own() -> None:
    files = sorted(path.name for path in (ROOT / "docs" / "adr").glob("0*.md"))
    assert len({name[:4] for name in files}) == len(files)
    assert sorted(set(markdown.links(ROOT / "docs" / "adr" / "README.md"))) == files


async def test_the_first_conversation_of_a_platform_developer_runs_as_it_is_printed() -> None:
    (snippet,) = markdown.snippets(DEVELOPERS, "python")
    async with FakeBaton() as baton:
        env = {**os.environ, "BATON_GRPC": baton.target, "BATON_API_KEY": baton.api_key}
        ran = await asyncio.create_subprocess_exec(sys.executable, "-c", snippet, env=env, cwd=ROOT, stdout=subprocess.PIPE)
        output, _ = await ran.communicate()
    assert (ran.returncode, output.decode()) == (0, "said as event 3\n")


def _first_cells(table: str) -> list[str]:
    return [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]


def _default(value: object) -> str | None:
    """Return a default as the tables print it; None for what must be set."""
    if repr(value) == "PydanticUndefined":
        return None
    if isinstance(value, Path):
        return str(value.relative_to(ROOT))
    return (value.get_secret_value() if isinstance(value, SecretStr) else str(value)) or None


def _settings() -> set[str]:
    return {f"BATON_{service.upper()}_{name.upper()}" for service, settings in SETTINGS.items() for name in settings.model_fields}


def _names_in_code() -> set[str]:
    """Return all upper-case words of the local stack, the example and the Makefile; `BATON_{who}_EMAIL` stands for all people of the demo."""
    files = [ROOT / "Makefile", *ROOT.glob("deploy/local/*.py"), *ROOT.glob("examples/**/*.py")]
    text = "\n".join(file.read_text() for file in files)
    people = set(re.findall(r'\("([A-Z0-9]+)", "[^"]+@', text))
    return set(re.findall(r"\b[A-Z][A-Z0-9_]+\b", text)) | {f"BATON_{who}_{what}" for who in people for what in ("EMAIL", "PASSWORD")}


def test_every_journey_that_is_named_is_there_and_every_line_has_one() -> None:
    page = (ROOT / "docs" / "journeys.md").read_text()
    there = {name for file in (ROOT / "tests" / "browser").glob("test_*.py") for name in re.findall(r"^async def (test_\w+)", file.read_text(), re.MULTILINE)}
    assert set(re.findall(r"`(test_\w+)`", page)) <= there
    lines = dict(re.findall(r"^\| ([AC]\d+) \|[^|]*\| (`test_[^|]*) \|", page, re.MULTILINE))
    assert lines.keys() == {*(f"A{number}" for number in (*range(1, 17), 18, 19)), *(f"C{number}" for number in (2, 3, 4, 5, 6, 10, 11, 12))}
