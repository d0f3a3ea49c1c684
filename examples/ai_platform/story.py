"""One conversation as a state machine: what has been said, who may speak, and what comes next. No I/O, no time."""

from enum import Enum, auto

from baton_sdk import Author, Closed, Control, ControlChanged, Holder, MessageToShow

from examples.ai_platform.dialogues import Exchange
from examples.ai_platform.plan import Plan

Heard = MessageToShow | ControlChanged | Closed

# Before Baton has said anything the AI is silent.
_UNKNOWN = Control(Holder.QUEUE, 0, ai_may_speak=False)
# Said when the script is over and a human still writes.
_THANKS = Exchange("Thank you, that is all I wanted to know.", "You are welcome. Have a good day!")


class Move(Enum):
    """What happens next."""

    USER_SPEAKS = auto()
    AI_ANSWERS = auto()
    ASK_FOR_HUMAN = auto()
    WITHDRAW_REQUEST = auto()
    # The AI ends the conversation: everything is said.
    RESOLVE = auto()
    # The user goes away.
    LEAVE = auto()
    # The user writes again after the conversation was closed.
    COME_BACK = auto()
    # Nothing, until Baton says something or patience runs out.
    WAIT = auto()
    END = auto()


class Story:
    """A place in the script and the control state that Baton last told."""

    def __init__(self, plan: Plan) -> None:
        """Begin before the first word."""
        self.plan = plan
        self.control = _UNKNOWN
        self.chapter = 0
        self.index = 0
        # True while the user's last message has no answer.
        self.waiting = False
        self.asked = False
        # True when Baton said that the AI is to answer now.
        self.reply_due = False
        self.patient = True
        # The newest human's words that reached the platform, and the newest that answer: parting words do not.
        self.heard_seq = 0
        self._human_answer_seq = 0
        self._exchanges = list(plan.chapters[0])
        self._left = False
        self._last_user_seq = 0

    @property
    def exchange(self) -> Exchange:
        """Return the exchange under way, or the next one."""
        return self._exchanges[self.index]

    def next_move(self) -> Move:
        """Say what happens next, given all that was heard so far."""
        if self.control.holder is Holder.CLOSED:
            return Move.COME_BACK if self._may_come_back() else Move.END
        if self._left:
            return self._after_the_user_left()
        if self.waiting:
            return self._while_the_user_waits()
        if self.index >= len(self._exchanges):
            return self._at_the_end()
        if self._waits_for_the_human():
            return Move.WAIT
        if self.chapter == 0 and self.plan.leaves_at == self.index:
            return Move.LEAVE
        return Move.USER_SPEAKS

    def _may_come_back(self) -> bool:
        return self.control.close_reason != "spam" and self.chapter + 1 < len(self.plan.chapters)

    def _after_the_user_left(self) -> Move:
        if self.control.holder is Holder.HUMAN:
            return Move.WAIT  # the human sees that the user has left, and closes it
        return Move.RESOLVE if self.control.holder is Holder.AI else Move.LEAVE

    def _waits_for_the_human(self) -> bool:
        """A user who asked for a person says nothing more to the AI, as long as there is patience."""
        asked = self.asked and self.plan.asking is not None and self.plan.asking.by_user
        return asked and self.patient and self.control.holder is Holder.QUEUE

    def _while_the_user_waits(self) -> Move:
        if not self.control.ai_may_speak:
            return Move.WAIT if self.patient else Move.LEAVE
        asking = self.plan.asking
        if asking and not self.asked and self.chapter == 0 and self.index == asking.at:
            return Move.ASK_FOR_HUMAN
        return Move.AI_ANSWERS

    def _at_the_end(self) -> Move:
        if self.control.holder is Holder.AI:
            return Move.RESOLVE
        if self.patient:
            return Move.WAIT
        return Move.WITHDRAW_REQUEST if self.control.ai_may_speak else Move.LEAVE

    def message_id(self) -> str:
        """Return the name of the present exchange. What is said of it again, even after a restart, is the same message."""
        return f"{self.chapter}/{self.index}"

    def learn(self, control: Control) -> None:
        """Take a control state, unless it is older than the one that is known: answers and Watch overtake each other."""
        if control.is_older_than(self.control):
            return
        if control.epoch != self.control.epoch:
            self.patient = True
            self.reply_due = False
        self.control = control

    def may_speak_under(self, epoch: int) -> bool:
        """Say whether an answer written under this epoch may still be said."""
        return self.control.ai_may_speak and self.control.epoch == epoch

    def user_spoke(self, seq: int) -> None:
        """Note that the user's message stands at seq."""
        self._last_user_seq = seq
        self.waiting = True
        if self._human_answer_seq > seq:  # a human's answer overtook the acknowledgement
            self._answered()

    def ai_answered(self, answered: Exchange) -> None:
        """Note that the AI's answer stands; nothing changes if a human's answer was heard meanwhile."""
        if self.waiting and self.exchange is answered:
            self._answered()
        self.reply_due = False

    def _answered(self) -> None:
        self.waiting = False
        self.index += 1

    def user_left(self) -> None:
        """Note that the user has gone."""
        self._left = True

    def begin_next_chapter(self) -> None:
        """Let the user come back with another matter."""
        self.chapter += 1
        self.index, self.waiting, self._left = 0, False, False
        self._exchanges = list(self.plan.chapters[self.chapter])

    def resume(self, chapter: int, index: int, *, waiting: bool, last_user_seq: int) -> None:
        """Go to the place where a former run of the program stopped: after exchange `index` of the chapter has been said by the user."""
        self.chapter, self._exchanges = chapter, list(self.plan.chapters[chapter])
        self.index, self.waiting, self._last_user_seq = index, True, last_user_seq
        if not waiting or self._human_answer_seq > last_user_seq > 0:
            self._answered()
        self.asked = self.control.holder is Holder.QUEUE

    def resume_closed(self) -> None:
        """Note that a former run saw this conversation to its end; it stays closed."""
        self.chapter = len(self.plan.chapters) - 1

    def hear(self, told: Heard) -> bool:
        """Take what Baton told. Return whether it holds a human's words that are to be delivered up to its seq."""
        messages = (told.message,) if isinstance(told, MessageToShow) else told.messages
        words = any(message.author is Author.HUMAN for message in messages)
        if words:
            self._hear_human(told.seq, answer=isinstance(told, MessageToShow))
        self.learn(told.control)
        if isinstance(told, ControlChanged) and told.reply_due and self.may_speak_under(told.control.epoch) and self.waiting:
            self.reply_due = True
        return words

    def _hear_human(self, seq: int, *, answer: bool) -> None:
        """Parting words (of a hand-back, a transfer) are no answer: the question stays with who comes next."""
        self._note_human(seq, answer=answer)
        self.patient = True
        if self.index >= len(self._exchanges) and self._exchanges[-1] is not _THANKS:
            self._exchanges.append(_THANKS)

    def _note_human(self, seq: int, *, answer: bool) -> None:
        self.heard_seq = seq
        if answer:
            self._human_answer_seq = seq
            if self.waiting and seq > self._last_user_seq:
                self._answered()
