"""Templates in `templates`; a name is unique among the shared ones and within an owner's own (index `template_name`)."""

from typing import Any

from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError
from servicekit.errors import UnavailableError

from services.conversation.domain.templates import Template

Document = dict[str, Any]


class MongoTemplates:
    """Reads and writes templates."""

    def __init__(self, database: AsyncDatabase[Document]) -> None:
        """One document a template."""
        self._templates = database["templates"]

    async def visible_to(self, workspace_id: str, agent_id: str) -> list[Template]:
        """Return the shared ones and the agent's own, by name."""
        try:
            found = await self._templates.find({"w": workspace_id, "owner": {"$in": ["", agent_id]}}).sort([("name", 1), ("_id", 1)]).to_list()
        except PyMongoError as error:
            raise _unavailable() from error
        return [_to_template(document) for document in found]

    async def get(self, workspace_id: str, template_id: str) -> Template | None:
        """Return one."""
        try:
            document = await self._templates.find_one({"_id": template_id, "w": workspace_id})
        except PyMongoError as error:
            raise _unavailable() from error
        return _to_template(document) if document else None

    async def insert(self, template: Template) -> bool:
        """Store a new one; False when the name is taken."""
        try:
            await self._templates.insert_one(_document(template))
        except DuplicateKeyError:
            return False
        except PyMongoError as error:
            raise _unavailable() from error
        return True

    async def replace(self, template: Template, revision: int) -> bool | None:
        """Overwrite the one with this revision; False when the name is taken, None when the revision is no longer current."""
        current = {"_id": template.id, "w": template.workspace_id, "revision": revision}
        try:
            result = await self._templates.replace_one(current, _document(template))
        except DuplicateKeyError:
            return False
        except PyMongoError as error:
            raise _unavailable() from error
        return True if result.matched_count else None

    async def delete(self, template: Template) -> None:
        """Remove it."""
        try:
            await self._templates.delete_one({"_id": template.id, "w": template.workspace_id})
        except PyMongoError as error:
            raise _unavailable() from error


def _document(template: Template) -> Document:
    return {
        "_id": template.id,
        "w": template.workspace_id,
        "owner": template.owner_id,
        "name": template.name,
        "text": template.text,
        "locale": template.locale,
        "revision": template.revision,
    }


def _to_template(document: Document) -> Template:
    return Template(
        id=document["_id"],
        workspace_id=document["w"],
        name=document["name"],
        text=document["text"],
        owner_id=document["owner"],
        locale=document["locale"],
        revision=document["revision"],
    )


def _unavailable() -> UnavailableError:
    return UnavailableError("The database cannot be reached; try again.")
