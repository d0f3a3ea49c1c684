"""Templates: who may edit what, under which revision, on a real database."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.errors import AlreadyExistsError, ConflictError, ForbiddenError, InvalidError, NotFoundError

from services.conversation.adapters.list_indexes import ensure_view_indexes
from services.conversation.adapters.mongo_templates import MongoTemplates
from services.conversation.domain.templates import Template
from services.conversation.use_cases.edit_templates import EditTemplates

GREETING = Template("", "ws-1", "greet", "Hello {{user.name|there}}", locale="en")


@pytest.fixture
async def templates(db: AsyncDatabase[dict[str, Any]]) -> EditTemplates:
    await ensure_view_indexes(db)
    return EditTemplates(MongoTemplates(db))


async def test_everyone_sees_shared_ones_and_their_own_by_name(templates: EditTemplates) -> None:
    shared = await templates.put(GREETING, "boss", shared=True, supervisor=True)
    own = await templates.put(replace(GREETING, name="again"), "budi", shared=False, supervisor=False)
    await templates.put(replace(GREETING, workspace_id="ws-2"), "boss", shared=True, supervisor=True)
    assert await templates.list("ws-1", "budi") == [own, shared]
    assert await templates.list("ws-1", "sari") == [shared]


async def test_a_shared_one_is_edited_by_supervisors_alone(templates: EditTemplates) -> None:
    with pytest.raises(ForbiddenError):
        await templates.put(GREETING, "budi", shared=True, supervisor=False)
    shared = await templates.put(GREETING, "boss", shared=True, supervisor=True)
    for taken_over in (shared, replace(shared, name="mine")):
        with pytest.raises(ForbiddenError):
            await templates.put(taken_over, "budi", shared=False, supervisor=False)
    with pytest.raises(ForbiddenError):
        await templates.delete("ws-1", shared.id, "budi", supervisor=False)


async def test_an_edit_counts_only_under_the_revision_that_the_editor_saw(templates: EditTemplates) -> None:
    first = await templates.put(GREETING, "budi", shared=False, supervisor=False)
    second = await templates.put(replace(first, text="Hi"), "budi", shared=False, supervisor=False)
    assert (first.revision, second.revision) == (1, 2)
    with pytest.raises(ConflictError, match="changed"):
        await templates.put(replace(first, text="Hey"), "budi", shared=False, supervisor=False)
    assert await templates.list("ws-1", "budi") == [second]


async def test_a_name_is_unique_among_shared_ones_and_within_an_owners_own(templates: EditTemplates) -> None:
    await templates.put(GREETING, "budi", shared=False, supervisor=False)
    await templates.put(GREETING, "sari", shared=False, supervisor=False)
    await templates.put(GREETING, "boss", shared=True, supervisor=True)
    with pytest.raises(AlreadyExistsError):
        await templates.put(GREETING, "budi", shared=False, supervisor=False)
    other = await templates.put(replace(GREETING, name="other"), "budi", shared=False, supervisor=False)
    with pytest.raises(AlreadyExistsError):
        await templates.put(replace(other, name="greet"), "budi", shared=False, supervisor=False)


async def test_anothers_own_template_is_not_found(templates: EditTemplates) -> None:
    own = await templates.put(GREETING, "budi", shared=False, supervisor=False)
    for workspace_id, agent_id in (("ws-1", "sari"), ("ws-2", "budi")):
        with pytest.raises(NotFoundError):
            await templates.delete(workspace_id, own.id, agent_id, supervisor=True)
    await templates.delete("ws-1", own.id, "budi", supervisor=False)
    assert await templates.list("ws-1", "budi") == []


@pytest.mark.parametrize(
    ("field", "template"),
    [
        ("template.name", replace(GREETING, name="")),
        ("template.name", replace(GREETING, name="two words")),
        ("template.name", replace(GREETING, name="a/b")),
        ("template.name", replace(GREETING, name="x" * 41)),
        ("template.text", replace(GREETING, text=" \n")),
        ("template.text", replace(GREETING, text="ü" * 9000)),
        ("template.locale", replace(GREETING, locale="x" * 36)),
        ("template.folder", replace(GREETING, folder="x" * 61)),
        ("template.folder", replace(GREETING, folder=" Hello")),
        ("template.folder", replace(GREETING, folder="a\nb")),
    ],
)
async def test_what_cannot_be_kept_is_refused_by_name(templates: EditTemplates, field: str, template: Template) -> None:
    with pytest.raises(InvalidError, match=field):
        await templates.put(template, "budi", shared=False, supervisor=False)


async def test_uses_are_counted_for_all_and_for_each_and_outlive_an_edit(templates: EditTemplates) -> None:
    shared = await templates.put(GREETING, "boss", shared=True, supervisor=True)
    for agent in ("budi", "budi", "sari"):
        await templates.count_use("ws-1", shared.id, agent)
    await templates.put(replace(shared, text="Hi"), "boss", shared=True, supervisor=True)
    assert [(one.uses, one.own_uses, one.text) for one in await templates.list("ws-1", "budi")] == [(3, 2, "Hi")]
    assert [(one.uses, one.own_uses) for one in await templates.list("ws-1", "sari")] == [(3, 1)]
    with pytest.raises(NotFoundError):
        await templates.count_use("ws-2", shared.id, "budi")


async def test_a_template_knows_its_folder_and_who_changed_it(templates: EditTemplates) -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    written = await templates.put(replace(GREETING, folder="Hello", changed_by_name="Boss", changed_at=at), "boss", shared=True, supervisor=True)
    assert await templates.list("ws-1", "budi") == [written]
    assert (written.folder, written.changed_by_name, written.changed_at) == ("Hello", "Boss", at)
