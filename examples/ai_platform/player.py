"""Plays one conversation against Baton: carries out the moves, with the pauses of people and models."""

import asyncio
import logging
import random
from dataclasses import dataclass

from baton_sdk import (
    AiAgent,
    Baton,
    Control,
    ControlLostError,
    Conversation,
    ConversationClosedError,
    Holder,
    NotRequestedError,
    Priority,
    RefusedError,
    Turn,
    User,
)

from examples.ai_platform.dialogues import Exchange
from examples.ai_platform.plan import Asking
from examples.ai_platform.story import Heard, Move, Story

logger = logging.getLogger(__name__)

# Refusals that only say that something else happened first; the next move is decided on what is true now.
_OVERTAKEN = (ControlLostError, ConversationClosedError, NotRequestedError)
# An answer appears in this many steps while it is composed.
_COMPOSING_STEPS = 4
_SUMMARY_CHARACTERS = 300


@dataclass(frozen=True)
class Pace:
    """How long things take, in seconds."""

    # The AI's time for an answer; the users' pauses follow it.
    thinking: float
    # How long a user waits for a human before giving up.
    patience: float


class Player:
    """One conversation being played."""

    def __init__(self, story: Story, baton: Baton, pace: Pace) -> None:
        """Nothing is sent before `begin`."""
        self.story = story
        self.begun = False
        self._baton = baton
        self._pace = pace
        self._chance = random.Random(story.plan.platform_conversation_id)
        self._changed = asyncio.Event()
        # Baton's side of it, from `begin` or the first word that Baton told.
        self._conversation: Conversation | None = None
        self._shown_seq = 0
        self._moves = {
            Move.USER_SPEAKS: self._user_speaks,
            Move.AI_ANSWERS: self._ai_answers,
            Move.ASK_FOR_HUMAN: self._ask_for_human,
            Move.WITHDRAW_REQUEST: self._withdraw_request,
            Move.RESOLVE: self._resolve,
            Move.LEAVE: self._leave,
            Move.COME_BACK: self._come_back,
            Move.WAIT: self._wait_for_baton,
        }

    @property
    def conversation(self) -> Conversation:
        """Baton's side of it, once it has one."""
        if self._conversation is None:
            msg = f"{self._name} has not begun"
            raise RuntimeError(msg)
        return self._conversation

    async def begin(self) -> bool:
        """Start the conversation, or find the place in it where a former run stopped. Return whether it is new."""
        self.begun = True
        person, bot = self.story.plan.person, self.story.plan.bot
        user = User(person.id, person.name, person.email, person.locale)
        self._conversation = await self._baton.start(self._name, user, AiAgent(bot.id, bot.name))
        self._learn()
        return await self._find_place()

    async def play(self) -> None:
        """Play what was begun to its end. RefusedError when Baton refuses what no other state would make right."""
        while (move := self._next_move()) is not Move.END:
            self._changed.clear()
            try:
                await self._moves[move]()
            except _OVERTAKEN as refusal:
                await self._look_again(refusal)

    async def hear(self, told: Heard) -> None:
        """Take what Baton told."""
        self._conversation = told.conversation
        if self.story.hear(told):
            self.conversation.delivered(told.seq)
        self._learn(told.control)
        self._changed.set()

    @property
    def _name(self) -> str:
        return self.story.plan.platform_conversation_id

    def _learn(self, control: Control | None = None) -> None:
        before = self.story.control
        self.story.learn(control or self.conversation.control)
        after = self.story.control
        if before.epoch and before.holder is not after.holder:
            logger.info("%s: now held by %s", self._name, after.agent or after.holder)

    def _next_move(self) -> Move:
        self._learn()
        return self.story.next_move()

    async def _find_place(self) -> bool:
        """Find where a former run stopped: say the user's messages again under their ids, which doubles none, up to the last that Baton has.

        Return whether there was none.
        """
        found = await self.conversation.standing()
        if found.control.holder is Holder.CLOSED:
            self.story.resume_closed()
            return False
        if not found.last_user_seq:
            return True
        for chapter, exchanges in enumerate(self.story.plan.chapters):
            for index in range(len(exchanges)):
                self.story.resume(chapter, index, waiting=True, last_user_seq=0)
                said = await self.conversation.user_says(self.story.exchange.user, self.story.message_id())
                if said.seq >= found.last_user_seq:
                    answered = found.delivered_seq > said.seq or (found.control.ai_may_speak and not found.reply_due)
                    self.story.resume(chapter, index, waiting=not answered or not said.repeated, last_user_seq=said.seq)
                    logger.info("%s: taken up again after message %d", self._name, index + 1)
                    return False
        # All was said, and then something that is in no script: there is nothing left but to end it.
        self.story.resume(chapter, index, waiting=False, last_user_seq=found.last_user_seq)
        return False

    async def _user_speaks(self) -> None:
        if not (self.story.index and await self._interrupted(self._pace.thinking * self._chance.uniform(0.4, 1.2))):
            await self._user_writes()

    async def _user_writes(self) -> bool:
        """Return whether the user said it: what Baton says meanwhile makes them look first."""
        await self.conversation.user_types()
        if await self._interrupted(self._pace.thinking * self._chance.uniform(0.4, 1.2)):
            return False
        self._report_shown()
        said = await self.conversation.user_says(self.story.exchange.user, self.story.message_id())
        self._learn()
        self.story.user_spoke(said.seq)
        return True

    async def _come_back(self) -> None:
        if await self._interrupted(self._pace.thinking * self._chance.uniform(5, 15)):
            return
        self.story.begin_next_chapter()
        # Who has decided to come back does.
        while not await self._user_writes():
            self._changed.clear()

    async def _ai_answers(self) -> None:
        """Think, compose and answer, in one turn: it ends where control is lost."""
        exchange, name = self.story.exchange, self.story.message_id()
        async with self.conversation.turn() as turn:
            await turn.say(await self._compose(turn, exchange), name)
        self.story.ai_answered(exchange)

    async def _compose(self, turn: Turn, exchange: Exchange) -> str:
        """Return the answer once it is written. A model that cannot be called back has it ready: what it was about to say is left for the human."""
        turn.draft = exchange.ai if self.story.plan.late else ""
        for step in range(1, _COMPOSING_STEPS + 1):
            self._changed.clear()
            # What Baton says meanwhile may be that the user waits for a reply.
            thinking = 0.0 if self.story.reply_due else self._pace.thinking
            await self._interrupted(thinking / _COMPOSING_STEPS)
            await turn.compose(exchange.ai[: len(exchange.ai) * step // _COMPOSING_STEPS])
        return exchange.ai

    async def _ask_for_human(self) -> None:
        asking = self.story.plan.asking
        if asking is None:
            return
        async with self.conversation.turn() as turn:
            there = await turn.ask_for_human(
                asking.reason,
                by_user=asking.by_user,
                summary=self._summary(asking),
                priority=Priority.HIGH if asking.urgent else Priority.NORMAL,
                suggested_reply="" if asking.by_user else self.story.exchange.ai,
            )
        self.story.asked = True
        logger.info("%s: asked for a human, %d there, %d ahead", self._name, there.agents_available, there.waiting_ahead)

    def _summary(self, asking: Asking) -> str:
        said = self.story.plan.chapters[0][: asking.at]
        return (f"It began with: {said[0].user} Last answer: {said[-1].ai}" if said else "The conversation has just begun.")[:_SUMMARY_CHARACTERS]

    async def _withdraw_request(self) -> None:
        await self.conversation.withdraw_request("The user needs no human any more.")

    async def _resolve(self) -> None:
        if await self._interrupted(self._pace.thinking):
            return
        async with self.conversation.turn() as turn:
            await turn.resolve()

    async def _leave(self) -> None:
        await self.conversation.user_left()
        self.story.user_left()

    async def _wait_for_baton(self) -> None:
        if not await self._interrupted(self._pace.patience):
            self.story.patient = False

    async def _look_again(self, refusal: RefusedError) -> None:
        logger.info("%s: refused with %s, silent until control comes back", self._name, refusal.reason)
        await self.conversation.refresh()

    def _report_shown(self) -> None:
        """The user answers: what the human wrote has been read."""
        if self.story.heard_seq > self._shown_seq:
            self._shown_seq = self.story.heard_seq
            self.conversation.shown(self._shown_seq)

    async def _interrupted(self, seconds: float) -> bool:
        """Wait, but not on when Baton says something. Return whether it did."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True
