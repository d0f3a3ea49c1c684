"""What is going to happen in one conversation, drawn from the seed and its number: the same again after a restart."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from examples.ai_platform.dialogues import Dialogue, Exchange
from examples.ai_platform.people import Bot, Person, bot_for, someone

# Shares of all conversations.
_USER_ASKS = 0.08
_AI_ASKS = 0.06
_LEAVES = 0.08
_COMES_BACK = 0.15

_ASKING = (
    Exchange("Can I talk to a real person, please?", "Of course. I have asked a colleague to join us."),
    Exchange("Saya mau bicara dengan petugas, tolong.", "Baik, saya sudah meminta rekan kami untuk bergabung."),
    Exchange("This is not working for me. Please get me a human.", "I am sorry. I have asked a colleague to help you."),
)
_USER_REASONS = ("The user asks for a person.", "The user is not satisfied with the answers.")
_AI_REASONS = ("The request is outside of what I may decide.", "I could not find what the user needs.", "The user's account needs a check by a person.")
_ID = re.compile(r"^\d+-\d+$")


@dataclass(frozen=True)
class Asking:
    """A request for a human, made after the user has said exchange `at`, before the AI answers it."""

    at: int
    by_user: bool
    reason: str
    urgent: bool


@dataclass(frozen=True)
class Plan:
    """One conversation's script. `chapters` after the first are spoken when the user comes back after it was closed."""

    platform_conversation_id: str
    person: Person
    bot: Bot
    chapters: tuple[tuple[Exchange, ...], ...]
    asking: Asking | None = None
    # The user leaves without a word instead of saying this exchange of the first chapter.
    leaves_at: int | None = None
    # Whether an answer that was on its way when the AI lost control is sent all the same, as by a platform that cannot call its model back.
    late: bool = False


def conversation_id(seed: int, number: int) -> str:
    """Return the platform's own id of a conversation. It says all that is needed to draw its plan again."""
    return f"{seed}-{number}"


def is_ours(platform_conversation_id: str) -> bool:
    """Tell whether an id looks like one that this program made; a key may have other users."""
    return bool(_ID.match(platform_conversation_id))


def draw(platform_conversation_id: str, dialogues: Sequence[Dialogue], late_share: float) -> Plan:
    """Draw the plan of a conversation. Pure: the same arguments give the same plan."""
    chance = random.Random(platform_conversation_id)
    dialogue = chance.choice(dialogues)
    person = someone(chance)
    late = chance.random() < late_share
    turn = chance.randrange(1, max(2, len(dialogue.exchanges)))
    first, asking, leaves_at = dialogue.exchanges, None, None
    fate = chance.random()
    if fate < _USER_ASKS:
        first = (*first[:turn], chance.choice(_ASKING), *first[turn:])
        asking = Asking(turn, by_user=True, reason=chance.choice(_USER_REASONS), urgent=chance.random() < 0.5)  # noqa: PLR2004  # every second one
    elif fate < _USER_ASKS + _AI_ASKS:
        asking = Asking(min(turn, len(first) - 1), by_user=False, reason=chance.choice(_AI_REASONS), urgent=False)
    elif fate < _USER_ASKS + _AI_ASKS + _LEAVES:
        leaves_at = turn
    chapters = [first]
    if chance.random() < _COMES_BACK:
        chapters.append(chance.choice(dialogues).exchanges)
    return Plan(platform_conversation_id, person, bot_for(dialogue.services), tuple(chapters), asking, leaves_at, late)
