"""Plays one conversation against Baton: carries out the moves, with the pauses of people and models."""

import asyncio
import logging
import random
from dataclasses import dataclass

from baton.conversation.v1 import control_pb2, event_pb2, platform_pb2

from examples.ai_platform.connector import Connector, RefusedError
from examples.ai_platform.conversation import Conversation, Move
from examples.ai_platform.dialogues import Exchange
from examples.ai_platform.plan import Asking

logger = logging.getLogger(__name__)

# Refusals that only say that something else happened first; the state is fetched and the next move decided on it.
_OVERTAKEN = {"CONTROL_LOST", "CONVERSATION_CLOSED", "NOT_REQUESTED", "TOO_MANY_DRAFTS"}
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

    def __init__(self, conversation: Conversation, connector: Connector, pace: Pace) -> None:
        """Nothing is sent before `begin`."""
        self.conversation = conversation
        self.begun = False
        self._connector = connector
        self._stub = connector.stub
        self._pace = pace
        self._chance = random.Random(conversation.plan.platform_conversation_id)
        self._changed = asyncio.Event()
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

    async def begin(self) -> bool:
        """Start the conversation, or find the place in it where a former run stopped. Return whether it is new."""
        self.begun = True
        plan = self.conversation.plan
        request = platform_pb2.StartConversationRequest(
            command_id=self.conversation.command_id("start"),
            platform_conversation_id=plan.platform_conversation_id,
            user=event_pb2.EndUser(id=plan.person.id, name=plan.person.name, email=plan.person.email, locale=plan.person.locale),
            ai_agent=control_pb2.AiAgentRef(id=plan.bot.id, name=plan.bot.name),
        )
        outcome = (await self._connector.command(self._stub.StartConversation, request)).outcome
        self.conversation.conversation_id = outcome.conversation_id
        self.conversation.learn(outcome.control)
        if outcome.repeated:
            await self._find_place()
        return not outcome.repeated

    async def play(self) -> None:
        """Play what was begun to its end. RefusedError when Baton refuses what no other state would make right."""
        while (move := self.conversation.next_move()) is not Move.END:
            self._changed.clear()
            try:
                await self._moves[move]()
            except RefusedError as refusal:
                if refusal.reason not in _OVERTAKEN:
                    raise
                await self._look_again(refusal)

    async def hear(self, item: platform_pb2.WatchResponse) -> None:
        """Take an item of the Watch stream; returns when a human's words in it are reported as delivered."""
        before = self.conversation.control.holder
        deliver = self.conversation.hear(item)
        after = self.conversation.control
        if before != after.holder:
            logger.info("%s: now held by %s", self._name, after.agent.display_name or control_pb2.Holder.Name(after.holder).removeprefix("HOLDER_").lower())
        self._changed.set()
        if deliver:
            request = platform_pb2.ReportDeliveredRequest(
                command_id=self.conversation.command_id(f"delivered/{item.seq}"), conversation_id=item.conversation_id, up_to_seq=item.seq
            )
            await self._connector.command(self._stub.ReportDelivered, request)

    @property
    def _name(self) -> str:
        return self.conversation.plan.platform_conversation_id

    @property
    def _id(self) -> str:
        return self.conversation.conversation_id

    async def _find_place(self) -> None:
        """Find where a former run stopped: say the user's messages again under their ids, which doubles none, up to the last that Baton has."""
        state = await self._fetch()
        if state.control.holder == control_pb2.HOLDER_CLOSED:
            self.conversation.resume_closed()
            return
        if not state.last_user_seq:
            return
        for chapter, exchanges in enumerate(self.conversation.plan.chapters):
            for index in range(len(exchanges)):
                self.conversation.resume(chapter, index, waiting=True, last_user_seq=0)
                outcome = await self._say_as_user()
                if outcome.seq >= state.last_user_seq:
                    answered = state.delivered_seq > outcome.seq or (state.control.ai_may_speak and not state.reply_due)
                    waiting = not answered or not outcome.repeated
                    self.conversation.resume(chapter, index, waiting=waiting, last_user_seq=outcome.seq)
                    logger.info("%s: taken up again after message %d", self._name, index + 1)
                    return
        # All was said, and then something that is in no script: there is nothing left but to end it.
        self.conversation.resume(chapter, index, waiting=False, last_user_seq=state.last_user_seq)

    async def _user_speaks(self) -> None:
        if self.conversation.index and await self._interrupted(self._pace.thinking * self._chance.uniform(0.4, 1.2)):
            return
        await self._report_typing(user=True)
        if await self._interrupted(self._pace.thinking * self._chance.uniform(0.4, 1.2)):
            return
        await self._report_shown()
        outcome = await self._say_as_user()
        self.conversation.learn(outcome.control)
        self.conversation.user_spoke(outcome.seq)

    async def _say_as_user(self) -> control_pb2.Outcome:
        request = platform_pb2.AppendUserMessageRequest(
            command_id=self.conversation.user_command_id(), conversation_id=self._id, text=self.conversation.exchange.user
        )
        return (await self._connector.command(self._stub.AppendUserMessage, request)).outcome

    async def _come_back(self) -> None:
        if await self._interrupted(self._pace.thinking * self._chance.uniform(5, 15)):
            return
        self.conversation.begin_next_chapter()
        await self._user_speaks()

    async def _ai_answers(self) -> None:
        """Think, compose and answer under the epoch that was current when the thinking began."""
        conversation = self.conversation
        epoch, exchange, command_id = conversation.control.epoch, conversation.exchange, conversation.ai_command_id(conversation.control.epoch)
        text = await self._compose(exchange, epoch)
        if text is None:
            await self._report_typing(user=False, epoch=epoch, active=False)
            return
        request = platform_pb2.AppendAiMessageRequest(command_id=command_id, conversation_id=self._id, text=text, epoch=epoch)
        outcome = (await self._connector.command(self._stub.AppendAiMessage, request)).outcome
        conversation.learn(outcome.control)
        conversation.ai_answered(exchange)

    async def _compose(self, exchange: Exchange, epoch: int) -> str | None:
        """Return the answer once it is written; None when control was lost on the way, and the plan is not one of a late answer."""
        thinking = 0.0 if self.conversation.reply_due else self._pace.thinking
        for step in range(1, _COMPOSING_STEPS + 1):
            self._changed.clear()
            await self._interrupted(thinking / _COMPOSING_STEPS)
            if not self.conversation.may_speak_under(epoch) and not self.conversation.plan.late:
                return None
            await self._report_typing(user=False, epoch=epoch, text=exchange.ai[: len(exchange.ai) * step // _COMPOSING_STEPS])
        return exchange.ai

    async def _ask_for_human(self) -> None:
        conversation, asking = self.conversation, self.conversation.plan.asking
        if asking is None:
            return
        epoch = conversation.control.epoch
        request = platform_pb2.RequestHumanRequest(
            command_id=conversation.command_id(f"ask/{epoch}"),
            conversation_id=self._id,
            epoch=epoch,
            by=event_pb2.REQUESTED_BY_USER if asking.by_user else event_pb2.REQUESTED_BY_AI,
            reason=asking.reason,
            summary=self._summary(asking),
            priority=control_pb2.PRIORITY_HIGH if asking.urgent else control_pb2.PRIORITY_NORMAL,
            suggested_reply="" if asking.by_user else conversation.exchange.ai,
        )
        response = await self._connector.command(self._stub.RequestHuman, request)
        conversation.asked = True
        conversation.learn(response.outcome.control)
        logger.info("%s: asked for a human, %d there, %d ahead", self._name, response.availability.agents_available, response.availability.waiting_ahead)

    def _summary(self, asking: Asking) -> str:
        said = self.conversation.plan.chapters[0][: asking.at]
        return (f"It began with: {said[0].user} Last answer: {said[-1].ai}" if said else "The conversation has just begun.")[:_SUMMARY_CHARACTERS]

    async def _withdraw_request(self) -> None:
        epoch = self.conversation.control.epoch
        request = platform_pb2.WithdrawRequestRequest(
            command_id=self.conversation.command_id(f"withdraw/{epoch}"), conversation_id=self._id, epoch=epoch, reason="The user needs no human any more."
        )
        self.conversation.learn((await self._connector.command(self._stub.WithdrawRequest, request)).outcome.control)

    async def _resolve(self) -> None:
        if not await self._interrupted(self._pace.thinking):
            await self._close(control_pb2.CLOSE_REASON_AI_RESOLVED)

    async def _leave(self) -> None:
        await self._close(control_pb2.CLOSE_REASON_USER_LEFT)
        self.conversation.user_left()

    async def _close(self, reason: "control_pb2.CloseReason.ValueType") -> None:
        epoch = self.conversation.control.epoch
        command_id = self.conversation.command_id(f"close/{reason}/{epoch}")
        request = platform_pb2.CloseConversationRequest(command_id=command_id, conversation_id=self._id, reason=reason, epoch=epoch)
        self.conversation.learn((await self._connector.command(self._stub.CloseConversation, request)).outcome.control)

    async def _wait_for_baton(self) -> None:
        if not await self._interrupted(self._pace.patience):
            self.conversation.patient = False

    async def _look_again(self, refusal: RefusedError) -> None:
        logger.info("%s: refused with %s, silent until control comes back", self._name, refusal.reason)
        self.conversation.learn((await self._fetch()).control)

    async def _fetch(self) -> platform_pb2.GetConversationResponse:
        return await self._connector.command(self._stub.GetConversation, platform_pb2.GetConversationRequest(conversation_id=self._id))

    async def _report_shown(self) -> None:
        """The user answers: what the human wrote has been read."""
        seq = self.conversation.heard_seq
        if seq > self._shown_seq:
            command_id = self.conversation.command_id(f"shown/{seq}")
            await self._connector.command(
                self._stub.ReportShown, platform_pb2.ReportShownRequest(command_id=command_id, conversation_id=self._id, up_to_seq=seq)
            )
            self._shown_seq = seq

    async def _report_typing(self, *, user: bool, epoch: int = 0, text: str = "", active: bool = True) -> None:
        request = platform_pb2.ReportTypingRequest(conversation_id=self._id, user=user, epoch=epoch, partial_text=text, active=active)
        await self._connector.report_typing(request)

    async def _interrupted(self, seconds: float) -> bool:
        """Wait, but not on when Baton says something. Return whether it did."""
        try:
            async with asyncio.timeout(seconds):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True
