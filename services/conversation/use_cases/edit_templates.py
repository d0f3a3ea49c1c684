"""Templates: everyone reads the shared ones and edits their own; shared ones are edited by supervisors and administrators."""

import uuid
from dataclasses import replace

from servicekit.errors import AlreadyExistsError, ConflictError, ForbiddenError, NotFoundError

from services.conversation.domain.templates import Template, check
from services.conversation.ports.views import Templates


class EditTemplates:
    """Writes under the revision that the editor saw."""

    def __init__(self, templates: Templates) -> None:
        """Reads and writes through the port alone."""
        self._templates = templates

    async def list(self, workspace_id: str, agent_id: str) -> list[Template]:
        """Return the shared templates and the agent's own."""
        return await self._templates.visible_to(workspace_id, agent_id)

    async def put(self, template: Template, agent_id: str, *, shared: bool, supervisor: bool) -> Template:
        """Write a template and return it with its new revision; an empty id makes a new one. Who changed it, and when, comes with it.

        Errors: InvalidError, ForbiddenError, NotFoundError, AlreadyExistsError for a taken name, ConflictError for an old revision.
        """
        check(template)
        written = replace(template, owner_id="" if shared else agent_id, revision=template.revision + 1)
        if not template.id:
            _may_edit(written, agent_id, supervisor=supervisor)
            written = replace(written, id=str(uuid.uuid4()), revision=1)
            return _named(written, await self._templates.insert(written))
        _may_edit(await self._visible(template.workspace_id, template.id, agent_id), agent_id, supervisor=supervisor)
        _may_edit(written, agent_id, supervisor=supervisor)
        replaced = await self._templates.replace(written, template.revision)
        if replaced is None:
            raise ConflictError("TEMPLATE_CHANGED", "Somebody changed this template meanwhile; load it again.")
        return _named(written, replaced)

    async def delete(self, workspace_id: str, template_id: str, agent_id: str, *, supervisor: bool) -> None:
        """Remove a template; NotFoundError, ForbiddenError."""
        template = await self._visible(workspace_id, template_id, agent_id)
        _may_edit(template, agent_id, supervisor=supervisor)
        await self._templates.delete(template)

    async def count_use(self, workspace_id: str, template_id: str, agent_id: str) -> None:
        """Note that the agent put it into a message; NotFoundError. It is for ranking alone, so a repeated call may count twice."""
        await self._visible(workspace_id, template_id, agent_id)
        await self._templates.count_use(workspace_id, template_id, agent_id)

    async def _visible(self, workspace_id: str, template_id: str, agent_id: str) -> Template:
        template = await self._templates.get(workspace_id, template_id)
        if template is None or template.owner_id not in {"", agent_id}:
            raise NotFoundError("TEMPLATE_NOT_FOUND", "There is no such template.")
        return template


def _may_edit(template: Template, agent_id: str, *, supervisor: bool) -> None:
    if template.owner_id != agent_id and not supervisor:
        raise ForbiddenError("ROLE_REQUIRED", "Shared templates are edited by supervisors and administrators.", details={"role": "supervisor"})


def _named(template: Template, stored: bool) -> Template:  # noqa: FBT001  # the port's answer
    if not stored:
        raise AlreadyExistsError("TEMPLATE_NAME_TAKEN", f"There is already a template named {template.name}.", field="template.name")
    return template
