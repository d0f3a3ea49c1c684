"""Facts: each measured thing as one record that never changes, known by the event that ended it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from services.analytics.domain.events import Cause


class FactKind(Enum):
    """What was measured."""

    # A human came where none was.
    TAKEOVER = "takeover"
    # Control passed from one human to another: one fact for each of the two.
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    # The agent's uninterrupted hold of the conversation, now over.
    HUMAN_PHASE = "human_phase"
    # The agent wrote to the user.
    MESSAGE = "message"
    # The agent's message closed a turn of the user.
    RESPONSE = "response"


@dataclass(frozen=True, slots=True)
class Fact:
    """One measured thing. `at` is the moment it ended; `lasted` is set for HUMAN_PHASE and RESPONSE, `cause` for TAKEOVER.

    (conversation_id, seq, kind, agent_id) is its identity: the same log gives the same facts, however often it is read.
    """

    workspace_id: str
    conversation_id: str
    seq: int
    kind: FactKind
    agent_id: str
    at: datetime
    lasted: timedelta | None = None
    cause: Cause | None = None
