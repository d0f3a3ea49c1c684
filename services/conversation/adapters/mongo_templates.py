"""Templates in `templates`; a name is unique among the shared ones and within an owner's own (index `template_name`).

How often each agent used which is in `template_uses`, and the sum beside the template, outside of what an edit replaces.
"""

from datetime import UTC, datetime
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
        self._uses = database["template_uses"]

    async def visible_to(self, workspace_id: str, agent_id: str) -> list[Template]:
        """Return the shared ones and the agent's own, by name."""
        try:
            found = await self._templates.find({"w": workspace_id, "owner": {"$in": ["", agent_id]}}).sort([("name", 1), ("_id", 1)]).to_list()
            used = await self._uses.find({"w": workspace_id, "agent": agent_id}).to_list()
        except PyMongoError as error:
            raise _unavailable() from error
        own_uses = {document["template"]: document["n"] for document in used}
        return [_to_template(document, own_uses.get(document["_id"], 0)) for document in found]

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
            result = await self._templates.update_one(current, {"$set": _document(template)})
        except DuplicateKeyError:
            return False
        except PyMongoError as error:
            raise _unavailable() from error
        return True if result.matched_count else None

    async def delete(self, template: Template) -> None:
        """Remove it."""
        try:
            await self._templates.delete_one({"_id": template.id, "w": template.workspace_id})
            await self._uses.delete_many({"w": template.workspace_id, "template": template.id})
        except PyMongoError as error:
            raise _unavailable() from error

    async def count_use(self, workspace_id: str, template_id: str, agent_id: str) -> None:
        """Raise both counts; without a transaction, since they only rank."""
        try:
            await self._templates.update_one({"_id": template_id, "w": workspace_id}, {"$inc": {"uses": 1}})
            key = {"_id": f"{template_id}/{agent_id}"}
            whose = {"w": workspace_id, "agent": agent_id, "template": template_id}
            await self._uses.update_one(key, {"$inc": {"n": 1}, "$setOnInsert": whose}, upsert=True)
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
        "folder": template.folder,
        "revision": template.revision,
        "changed_by": template.changed_by_name,
        "changed_at": template.changed_at,
    }


def _to_template(document: Document, own_uses: int = 0) -> Template:
    # What was written before there were folders has none of the later fields.
    return Template(
        id=document["_id"],
        workspace_id=document["w"],
        name=document["name"],
        text=document["text"],
        owner_id=document["owner"],
        locale=document["locale"],
        folder=document.get("folder", ""),
        revision=document["revision"],
        changed_by_name=document.get("changed_by", ""),
        changed_at=_utc(document.get("changed_at")),
        uses=document.get("uses", 0),
        own_uses=own_uses,
    )


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


def _unavailable() -> UnavailableError:
    return UnavailableError("The database cannot be reached; try again.")
