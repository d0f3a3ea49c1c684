"""The views of the log, as the use cases read them. All raise UnavailableError when the database cannot be reached."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.conversation.domain.events import Event
from services.conversation.domain.list_query import ListPage, ListQuery
from services.conversation.domain.rows import Row
from services.conversation.domain.templates import Template


class ConversationList(Protocol):
    """The list rows, which the projector keeps."""

    async def page(self, query: ListQuery) -> ListPage:
        """Return one page with the counts; UnavailableError while the list is being built for the first time."""
        ...

    async def row(self, workspace_id: str, viewer_id: str, conversation_id: str) -> Row | None:
        """Return one row."""
        ...


@dataclass(frozen=True, slots=True)
class ReadMark:
    """How far an agent has read a conversation, and how many of its user messages that is."""

    seq: int
    user_message_count: int


class ReadMarks(Protocol):
    """How far agents have read."""

    async def raise_to(self, workspace_id: str, agent_id: str, conversation_id: str, mark: ReadMark) -> ReadMark:
        """Store the mark if it is further than the former one, and return the one that holds."""
        ...


class History(Protocol):
    """The log, for reading back."""

    async def page(self, workspace_id: str, conversation_id: str, *, before: int, after: int, limit: int) -> list[Event] | None:
        """Return up to `limit` events in ascending seq: the last ones before `before` (0: the end), or with `after` above 0 the first ones after it.

        None for an unknown or foreign conversation.
        """
        ...

    async def landmarks(self, workspace_id: str, conversation_id: str, limit: int) -> list[Event]:
        """Return the newest events that are no messages, drafts or receipts, in ascending seq; none of an unknown or foreign conversation."""
        ...

    async def having(self, workspace_id: str, conversation_id: str, text: str, *, before: int, limit: int) -> list[Event]:
        """Return events before `before` (0: the end) whose words have the text in them, upper and lower case alike, in descending seq."""
        ...

    async def at_or_before(self, workspace_id: str, conversation_id: str, seq: int) -> Event | None:
        """Return the newest event up to `seq`."""
        ...

    async def newest_seq(self, workspace_id: str, conversation_id: str) -> int:
        """Return the newest seq; 0 for an unknown or foreign conversation."""
        ...


class LogExport(Protocol):
    """The whole log of all workspaces."""

    def batches(self, after: bytes, since: datetime | None, conversation_id: str) -> AsyncGenerator[tuple[Sequence[Event], bytes], None]:
        """Yield events in (conversation, seq) order with the position after each batch."""
        ...


class Templates(Protocol):
    """Texts that agents send often."""

    async def visible_to(self, workspace_id: str, agent_id: str) -> list[Template]:
        """Return the shared ones and the agent's own, by name, with how often they were used."""
        ...

    async def get(self, workspace_id: str, template_id: str) -> Template | None:
        """Return one."""
        ...

    async def insert(self, template: Template) -> bool:
        """Store a new one; False when the name is taken."""
        ...

    async def replace(self, template: Template, revision: int) -> bool | None:
        """Overwrite the one with this revision; False when the name is taken, None when the revision is no longer current."""
        ...

    async def delete(self, template: Template) -> None:
        """Remove it."""
        ...

    async def count_use(self, workspace_id: str, template_id: str, agent_id: str) -> None:
        """Note one use by an agent."""
        ...
