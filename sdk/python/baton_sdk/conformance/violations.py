"""What a connector can do wrong, by name, and what it would do to a real user."""

from dataclasses import dataclass
from enum import Enum


class Rule(Enum):
    """The value says what a real user, or the human agent, would see."""

    SHOWN_WITHOUT_BATON = (
        "the user reads words of the AI that Baton never accepted: two voices answer at once, and the agent's history does not have one of them"
    )
    ANSWER_FROM_BEFORE = "after a human has settled the matter, the AI gives the answer it was writing before that, and contradicts them"
    SAID_TWICE = "the user gets the same answer twice, or their own message stands twice in the history"
    NOT_RECORDED = "the agent never sees what the user wrote"
    NEVER_ANSWERED = "the user waits for an answer that never comes: the AI may speak and does not know it"
    HUMAN_LOST = "a human's words never reach the user, who believes that nobody is there"
    HUMAN_TWICE = "the user gets a human's words twice"
    HUMAN_DISORDERED = "the user gets a human's sentences in the wrong order: the answer before the question"
    NOTICE_LOST = "the user is not told that a human has taken over"
    ANSWERS_UNDER_HUMAN = "the AI goes on writing while a human answers; its drafts pile up on the agent's screen"
    BRIEF_LOST = "the AI does not know what the human promised, and promises something else"
    HAND_OFF_LOST = "the user asked for a person, and nobody was called"
    HAND_OFF_LATE = "a human has just finished, and is called again by a wish that was settled long ago"
    ENDED_UNDER_HUMAN = "the conversation ends, or is marked as left by the user, while a human is writing to a user who is still there"
    NEW_ID_ON_RETRY = "when an answer gets lost, the same thing is done twice: double messages, double requests"
    DOTS_LEFT_ON = "the user sees the AI typing for ever, under a human's words"
    KNOCKS_ON = "a revoked key is tried again and again: the operators are flooded, and no person learns that the platform is cut off"
    CRASHED = "the connector itself failed: whatever came after it did not happen"


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule broken, and how it was seen."""

    rule: Rule
    evidence: str
