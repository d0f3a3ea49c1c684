"""Settings of a workspace: what may be set, under which revision, and the record of who changed what, on a real database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.clock import SystemClock
from servicekit.errors import ConflictError, InvalidError

from services.conversation.adapters.mongo_policies import CHANGES_KEPT, MongoPolicies
from services.conversation.domain.control import AgentRef
from services.conversation.domain.policy import DEFAULT_POLICY, OpenHours, Policy
from services.conversation.domain.system_messages import system_message
from services.conversation.domain.workspace_settings import check
from services.conversation.use_cases.workspace_settings import Editor, WorkspaceSettings

ADA = Editor("ws-1", "ada", "Ada")
JAKARTA = replace(
    DEFAULT_POLICY,
    time_zone="Asia/Jakarta",
    hours=(OpenHours(0, 480, 1020), OpenHours(1, 480, 720), OpenHours(1, 780, 1020)),
    grace=timedelta(seconds=30),
    texts={"id": {"closed": "Sampai jumpa"}, "es": {"reopened": "Abierta de nuevo"}},
)


@pytest.fixture
def policies(db: AsyncDatabase[dict[str, Any]]) -> MongoPolicies:
    return MongoPolicies(db)


@pytest.fixture
def settings(policies: MongoPolicies) -> WorkspaceSettings:
    return WorkspaceSettings(policies, SystemClock())


async def test_what_was_set_is_what_holds_at_once_here_and_soon_elsewhere(
    settings: WorkspaceSettings, policies: MongoPolicies, db: AsyncDatabase[dict[str, Any]]
) -> None:
    assert (await settings.of("ws-1")).policy == DEFAULT_POLICY
    changed = await settings.change(ADA, JAKARTA, 0)
    assert (changed.policy, changed.revision) == (JAKARTA, 1)
    assert await policies.of("ws-1") == await MongoPolicies(db).of("ws-1") == JAKARTA
    assert await policies.of("ws-2") == DEFAULT_POLICY
    assert (await policies.least()).grace == timedelta(seconds=30)


async def test_who_changed_what_is_kept_and_the_same_again_is_no_change(settings: WorkspaceSettings) -> None:
    began = datetime.now(UTC).replace(microsecond=0)
    await settings.change(ADA, JAKARTA, 0)
    await settings.change(ADA, replace(JAKARTA, hours=tuple(reversed(JAKARTA.hours))), 1)
    await settings.change(replace(ADA, account_id="gus", name="Gus"), replace(JAKARTA, reopen=False, texts={}), 1)
    newest, first = (await settings.of("ws-1")).changes
    assert (newest.account_name, first.account_name) == ("Gus", "Ada")
    assert newest.changes == {"reopen": "true → false", "text es reopened": "Abierta de nuevo → -", "text id closed": "Sampai jumpa → -"}
    assert first.changes["grace_seconds"] == "120 → 30"
    assert first.changes["hours"] == "- → Mon 08:00-17:00, Tue 08:00-12:00, Tue 13:00-17:00"
    assert began <= first.at <= newest.at


async def test_of_two_who_change_at_once_one_is_told(settings: WorkspaceSettings, db: AsyncDatabase[dict[str, Any]]) -> None:
    await settings.change(ADA, JAKARTA, 0)
    for stale in (0, 2):
        with pytest.raises(ConflictError, match="changed these settings"):
            await settings.change(ADA, DEFAULT_POLICY, stale)
    # Between the look and the write: the database itself refuses.
    change = (await settings.of("ws-1")).changes[0]
    for stale in (0, 7):
        assert not await MongoPolicies(db).replace("ws-1", DEFAULT_POLICY, stale, change)
    assert (await settings.of("ws-1")).policy == JAKARTA


async def test_what_only_operators_set_is_kept_and_old_changes_go(settings: WorkspaceSettings, db: AsyncDatabase[dict[str, Any]]) -> None:
    await db["policies"].insert_one({"_id": "ws-1", "max_drafts": 3})
    for revision in range(CHANGES_KEPT + 1):
        await settings.change(ADA, replace(DEFAULT_POLICY, grace=timedelta(seconds=30 + revision)), revision)
    stored = await settings.of("ws-1")
    assert (stored.policy.max_drafts, stored.policy.grace, len(stored.changes)) == (3, timedelta(seconds=30 + CHANGES_KEPT), CHANGES_KEPT)


@pytest.mark.parametrize(
    ("field", "policy"),
    [
        ("settings.grace_seconds", replace(JAKARTA, grace=timedelta(seconds=9))),
        ("settings.away_seconds", replace(JAKARTA, away=timedelta(hours=9))),
        ("settings.idle_seconds", replace(JAKARTA, idle=timedelta(minutes=59))),
        ("settings.unanswered_seconds", replace(JAKARTA, unanswered=timedelta())),
        ("settings.time_zone", replace(JAKARTA, time_zone="Asia/Atlantis")),
        ("settings.time_zone", replace(JAKARTA, time_zone="../../etc/passwd")),
        ("settings.time_zone", replace(JAKARTA, time_zone="")),
        ("settings.hours[0]", replace(JAKARTA, hours=(OpenHours(7, 0, 60),))),
        ("settings.hours[0]", replace(JAKARTA, hours=(OpenHours(0, 60, 60),))),
        ("settings.hours[1]", replace(JAKARTA, hours=(OpenHours(0, 0, 60), OpenHours(1, 0, 1441)))),
        ("settings.hours", replace(JAKARTA, hours=(OpenHours(0, 0, 60), OpenHours(0, 59, 80)))),
        ("settings.hours", replace(JAKARTA, hours=tuple(OpenHours(0, minute, minute + 1) for minute in range(29)))),
        ("settings.default_language", replace(JAKARTA, default_locale="fr")),
        ("settings.texts", replace(JAKARTA, texts={"english": {}})),
        ("settings.texts", replace(JAKARTA, texts={"en": {"taken_over": "Hello"}})),
        ("settings.texts", replace(JAKARTA, texts={"en": {"nonsense": "Hello"}})),
        ("settings.texts", replace(JAKARTA, texts={"en": {"closed": " "}})),
        ("settings.texts", replace(JAKARTA, texts={"en": {"closed": "Bye {agent}"}})),
        ("settings.texts", replace(JAKARTA, texts={"en": {"closed": "Bye\nbye"}})),
        ("settings.texts", replace(JAKARTA, texts={chr(97 + index) + "x": {} for index in range(21)})),
    ],
)
def test_what_cannot_be_set_is_refused_by_name(field: str, policy: Policy) -> None:
    with pytest.raises(InvalidError) as refusal:
        check(policy)
    assert refusal.value.field == field


def test_a_system_message_has_the_workspaces_words_in_the_users_language_before_batons_in_the_default() -> None:
    policy = replace(JAKARTA, default_locale="es", texts={**JAKARTA.texts, "en": {"handed_back": "{agent} says goodbye", "taken_over": "never"}})
    assert system_message("closed", "id-ID", policy).text == "Sampai jumpa"
    assert system_message("reopened", "fr", policy).text == "Abierta de nuevo"
    assert system_message("closed", "fr", policy).text == "This conversation has been closed"
    assert system_message("handed_back", "en", policy, AgentRef("b", "Budi {agent}")).text == "Budi {agent} says goodbye"
    assert system_message("taken_over", "en", policy, AgentRef("b", "Budi")).text == "Human agent (Budi) has taken over this conversation"
