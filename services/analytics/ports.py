"""What the use cases need from outside."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from services.analytics.domain.events import LoggedEvent
from services.analytics.domain.facts import Fact
from services.analytics.domain.figures import Period, Tally
from services.analytics.domain.phases import Phase


class FactStore(Protocol):
    """Keeps facts and, per conversation, the phase up to which they are complete. UnavailableError if it cannot be reached."""

    async def phases(self, conversation_ids: Iterable[str]) -> Mapping[str, Phase]:
        """Return the phases of those conversations that are known."""
        ...

    async def record(self, facts: Sequence[Fact], phases: Sequence[Phase]) -> None:
        """Keep the facts, then the phases. A fact that is there stays as it is; a phase never goes back in seq. Safe to repeat, and to break off anywhere."""
        ...

    async def tally(self, workspace_id: str, period: Period, *, with_open_phases: bool) -> Tally:
        """Count what ended in the period; on demand, human phases that have not ended count as held too."""
        ...


class ConversationLog(Protocol):
    """The truth that facts come from."""

    async def events_of(self, conversation_id: str) -> Sequence[LoggedEvent]:
        """Return all events of a conversation in order of seq. UnavailableError if it cannot be reached."""
        ...


class Colleagues(Protocol):
    """Who works in a workspace."""

    async def names(self, access_token: str) -> Mapping[str, str]:
        """Return the names by account id of everyone in the workspace of the token's owner. UnavailableError if they cannot be had."""
        ...
