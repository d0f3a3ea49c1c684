"""Connect an AI platform to Baton. Begin with `Bot`; `Baton`, `Conversation` and `Turn` are what it is made of."""

from baton_sdk.bot import Answer, Bot, Question, Screen
from baton_sdk.client import Baton
from baton_sdk.conversation import Conversation
from baton_sdk.counters import Counters
from baton_sdk.errors import (
    BatonError,
    ControlLostError,
    ConversationClosedError,
    KeyInvalidError,
    MistakeError,
    NoAnswerError,
    NotRequestedError,
    RefusedError,
    UnknownConversationError,
    WatchReplacedError,
)
from baton_sdk.turn import Turn
from baton_sdk.values import (
    AiAgent,
    Author,
    Availability,
    Brief,
    Closed,
    Control,
    ControlChanged,
    Holder,
    Message,
    MessageToShow,
    Priority,
    Receipt,
    Standing,
    User,
)
from baton_sdk.watching import Watch

__all__ = [
    "AiAgent",
    "Answer",
    "Author",
    "Availability",
    "Baton",
    "BatonError",
    "Bot",
    "Brief",
    "Closed",
    "Control",
    "ControlChanged",
    "ControlLostError",
    "Conversation",
    "ConversationClosedError",
    "Counters",
    "Holder",
    "KeyInvalidError",
    "Message",
    "MessageToShow",
    "MistakeError",
    "NoAnswerError",
    "NotRequestedError",
    "Priority",
    "Question",
    "Receipt",
    "RefusedError",
    "Screen",
    "Standing",
    "Turn",
    "UnknownConversationError",
    "User",
    "Watch",
    "WatchReplacedError",
]
