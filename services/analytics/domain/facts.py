"""Facts: each measured thing as one record that never changes, known by the event that ended it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class FactKind(StrEnum):
    """What was measured. What `cause` says stands in brackets."""

    # A human came where none was. (A Cause.)
    TAKEOVER = "takeover"
    # Control passed from one human to another: one fact for each of the two.
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"
    # The agent's uninterrupted hold of the conversation, now over; and whether it was over without a message.
    HUMAN_PHASE = "human_phase"
    NO_REPLY_PHASE = "no_reply_phase"
    # The agent wrote to the user.
    MESSAGE = "message"
    # The agent's message closed a turn of the user; was the first of the phase; was the first of the case.
    RESPONSE = "response"
    TAKEOVER_FIRST_RESPONSE = "takeover_first_response"
    HUMAN_FIRST_RESPONSE = "human_first_response"
    # A wait in the queue ended: with the agent who came, or otherwise. (withdrawn, handed_back, closed)
    QUEUE_WAIT = "queue_wait"
    QUEUE_LEFT = "queue_left"
    # The agent's hold ended in the queue. (released, agent_away, disabled)
    RELEASE = "release"
    # Control went back to the AI; 24 hours later it is judged; it is broken when a human came again before.
    HAND_BACK = "hand_back"
    HAND_BACK_JUDGED = "hand_back_judged"
    HAND_BACK_BROKEN = "hand_back_broken"
    # A case ended. (why it was closed; of an escalated one: why a human was asked for)
    CASE = "case"
    UNTOUCHED_CASE = "untouched_case"
    ESCALATED_CASE = "escalated_case"
    # A conversation was closed in which no user had written.
    EMPTY_CASE = "empty_case"
    # How long the case took, and its parts, which add up to it.
    RESOLUTION = "resolution"
    RESOLUTION_AI = "resolution_ai"
    RESOLUTION_QUEUE = "resolution_queue"
    RESOLUTION_HUMAN = "resolution_human"


@dataclass(frozen=True, slots=True)
class Fact:
    """One measured thing. `at` is the moment it ended; `lasted` is set for durations.

    (conversation_id, seq, kind, agent_id) is its identity: the same log gives the same facts, however often it is read.
    """

    workspace_id: str
    conversation_id: str
    seq: int
    kind: FactKind
    agent_id: str
    at: datetime
    lasted: timedelta | None = None
    cause: str = ""
    ai_agent_id: str = ""
    # Of phases and messages: when there was one before in this conversation, of this agent and of anyone. Distinct conversations are counted by it.
    before_mine: datetime | None = None
    before_any: datetime | None = None
