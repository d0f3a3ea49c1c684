"""Signs that the AI does not get on with a user: it repeats itself, the user asks again, words of anger. Facts of the last few messages, nothing predicted.

Each event carries the little that the next one needs (sketches, no words), so that a row follows from one event. Whatever a human says, a hand-back, a
dismissed request, a close or a reopening begins anew: somebody has looked at it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.conversation.domain.anger import is_angry
from services.conversation.domain.repetition import MAX_CHARACTERS, alike, fold, sketch, words

# The last so many messages of each side are looked at: what lies further back no longer says how it goes now.
AI_MESSAGES = 3
USER_MESSAGES = 4


class Signal(StrEnum):
    """A reason to look; the values are the contract's codes."""

    ANGER = "anger"
    AI_REPEATS = "ai_repeats"
    USER_REPEATS = "user_repeats"


@dataclass(frozen=True, slots=True)
class Said:
    """What is kept of one message."""

    sketch: bytes = b""
    angry: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept of the last messages, oldest first, and since when there has been any signal."""

    ai: tuple[Said, ...] = ()
    user: tuple[Said, ...] = ()
    since: datetime | None = None

    @property
    def signals(self) -> tuple[Signal, ...]:
        """Return what the kept messages show, the gravest first."""
        found = [Signal.ANGER] if any(said.angry for said in self.user) else []
        found += [Signal.AI_REPEATS] if _repeats(self.ai) else []
        found += [Signal.USER_REPEATS] if _repeats(self.user) else []
        return tuple(found)


NOTHING = Memory()


def user_said(memory: Memory, text: str, at: datetime) -> Memory:
    """Return the memory after a message of the user."""
    folded = fold(text)
    said = words(folded)
    kept = Said(sketch(said), is_angry(text[:MAX_CHARACTERS], folded, said))
    return _dated(replace(memory, user=_last(memory.user, kept, USER_MESSAGES)), at)


def ai_said(memory: Memory, text: str, at: datetime) -> Memory:
    """Return the memory after a message of the AI."""
    return _dated(replace(memory, ai=_last(memory.ai, Said(sketch(words(fold(text)))), AI_MESSAGES)), at)


def _last(kept: Sequence[Said], said: Said, most: int) -> tuple[Said, ...]:
    return (*kept, said)[-most:]


def _dated(memory: Memory, at: datetime) -> Memory:
    """Signals that go on keep the moment at which the first of them was seen."""
    return replace(memory, since=(memory.since or at) if memory.signals else None)


def _repeats(said: Iterable[Said]) -> bool:
    kept = [each.sketch for each in said]
    return any(alike(one, other) for at, one in enumerate(kept) for other in kept[:at])
