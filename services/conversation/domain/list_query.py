"""What can be asked of the conversation list, and what it answers."""

from dataclasses import dataclass
from enum import StrEnum

from services.conversation.domain.rows import Row


class ListStatus(StrEnum):
    """The list's filter, as the badges read."""

    AI = "ai"
    NEEDS_HUMAN = "needs_human"
    MINE = "mine"
    OTHERS = "others"
    CLOSED = "closed"


OPEN = frozenset({ListStatus.AI, ListStatus.NEEDS_HUMAN, ListStatus.MINE, ListStatus.OTHERS})


class ListSort(StrEnum):
    """The list's order."""

    # By attention class; within it who waits longest, and where nobody waits the newest, first.
    ATTENTION = "attention"
    # The conversation that started last first.
    NEWEST = "newest"
    # Whose user has waited longest for an answer first; those without a waiting user after them.
    LONGEST_WAITING = "longest_waiting"


@dataclass(frozen=True, slots=True)
class PageKey:
    """The place of a row in one order; a page begins after it."""

    key: int
    conversation_id: str


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of one agent's list. Filters combine; an empty one lets everything pass, an empty `statuses` everything that is not closed."""

    workspace_id: str
    viewer_id: str
    terms: tuple[str, ...] = ()
    ai_agent_ids: tuple[str, ...] = ()
    agent_ids: tuple[str, ...] = ()
    statuses: frozenset[ListStatus] = OPEN
    user_id: str = ""
    sort: ListSort = ListSort.ATTENTION
    size: int = 50
    after: PageKey | None = None

    @property
    def narrowed(self) -> bool:
        """Tell whether it asks for less than all open conversations."""
        return bool(self.terms or self.ai_agent_ids or self.agent_ids or self.user_id) or self.statuses != OPEN


@dataclass(frozen=True, slots=True)
class ListCounts:
    """How many conversations the list can be narrowed to; `matching` those of the query itself."""

    open: int
    needs_human: int
    mine: int
    ai: int
    others: int
    matching: int


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page; `projected_at` (cluster time) was read before the rows, so replaying every change after it misses nothing."""

    rows: list[Row]
    next: PageKey | None
    counts: ListCounts
    projected_at: int
