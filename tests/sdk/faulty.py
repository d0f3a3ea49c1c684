"""Connectors with the faults that are seen in the field, one each. The name of the class is the fault."""

import asyncio
from contextlib import suppress
from typing import Any

import grpc
import grpc.aio
from baton_sdk.conformance import HandOff, Resolved
from baton_sdk.contract import control_pb2, platform_pb2
from baton_sdk.errors import RefusedError
from baton_sdk.wire import read_refusal

from tests.sdk.reference import DEADLINE_SECONDS, PAUSE_SECONDS, Reference, Talk


class ChecksStatusBeforeGeneratingOnly(Reference):
    """Asks once whether the AI may speak, and then says what it wrote under whatever epoch is the newest."""

    def learn(self, talk: Talk, control: control_pb2.ControlState) -> None:
        if control.epoch >= talk.control.epoch:
            talk.control.CopyFrom(control)

    async def say(self, talk: Talk, epoch: int, text: str) -> None:  # noqa: ARG002  # that is the fault
        await super().say(talk, talk.control.epoch, text)


class PostsAfterAnErrorInRereadingControl(Reference):
    """Looks again before it speaks, and takes an error for a yes."""

    def learn(self, talk: Talk, control: control_pb2.ControlState) -> None:
        if control.epoch >= talk.control.epoch:
            talk.control.CopyFrom(control)

    async def say(self, talk: Talk, epoch: int, text: str) -> None:
        try:
            request = platform_pb2.GetConversationRequest(conversation_id=talk.id)
            seen = await self.stub.GetConversation(request, metadata=self.metadata, timeout=DEADLINE_SECONDS)
        except grpc.aio.AioRpcError:
            await self.world.show(talk.name, "ai", text)
            return
        if seen.control.ai_may_speak and seen.control.epoch == epoch:
            await super().say(talk, epoch, text)


class HandOffToolFiresLate(Reference):
    """Collects the model's tool calls and carries them out when it has finished, under the epoch of that moment."""

    def learn(self, talk: Talk, control: control_pb2.ControlState) -> None:
        if control.epoch >= talk.control.epoch:
            talk.control.CopyFrom(control)

    async def answer(self, talk: Talk) -> None:
        epoch, text, reasons = talk.control.epoch, "", []
        async for piece in self.world.model(talk.name, talk.question, talk.brief):
            if isinstance(piece, HandOff):
                reasons.append(piece.reason)
            elif not isinstance(piece, Resolved):
                text += piece
        with suppress(RefusedError):
            await self.say(talk, epoch, text)
        for reason in reasons:
            with suppress(RefusedError):
                await self.ask_for_human(talk, talk.control.epoch, reason)


class EndsTheConversationUnderAHuman(Reference):
    """When it may not resolve a conversation, it ends it as if the user had left."""

    def learn(self, talk: Talk, control: control_pb2.ControlState) -> None:
        if control.epoch >= talk.control.epoch:
            talk.control.CopyFrom(control)

    async def say(self, talk: Talk, epoch: int, text: str) -> None:
        with suppress(RefusedError):
            await super().say(talk, epoch, text)

    async def resolve(self, talk: Talk, epoch: int) -> None:
        try:
            await super().resolve(talk, epoch)
        except RefusedError:
            reason = control_pb2.CLOSE_REASON_USER_LEFT
            request = platform_pb2.CloseConversationRequest(command_id=self.fresh_id(), conversation_id=talk.id, reason=reason)
            await self.call(self.stub.CloseConversation, request)


class RetriesWithANewId(Reference):
    """Makes a new id for each attempt."""

    async def call(self, method: Any, request: Any) -> Any:
        while True:
            try:
                return await method(request, metadata=self.metadata, timeout=DEADLINE_SECONDS)
            except grpc.aio.AioRpcError as error:
                if refusal := read_refusal(error):
                    raise refusal from None
            request.command_id = self.fresh_id()
            await asyncio.sleep(PAUSE_SECONDS)


class ForgetsToResumeAfterHandBack(Reference):
    """Waits for the user to write again."""

    def resume(self, talk: Talk) -> None:
        """Do nothing."""


class KeepsTypingDotsOn(Reference):
    """Takes the dots off when it has spoken, and only then."""

    async def answer(self, talk: Talk) -> None:
        epoch, text = talk.control.epoch, ""
        await self.world.typing(talk.name, active=True)
        with suppress(RefusedError):
            async for piece in self.world.model(talk.name, talk.question, talk.brief):
                if isinstance(piece, HandOff):
                    await self.ask_for_human(talk, epoch, piece.reason)
                elif not isinstance(piece, Resolved):
                    text += piece
                    await self.compose(talk, epoch, text)
            await asyncio.shield(self.keep(self.say(talk, epoch, text)))
            await self.world.typing(talk.name, active=False)


class ActsOnAnEventTwice(Reference):
    """Believes that what comes is new."""

    async def deliver(self, talk: Talk, seq: int, message: platform_pb2.MessageToDeliver) -> None:
        talk.heard_seq = 0
        await super().deliver(talk, seq, message)


class DeliversHumanMessagesOutOfOrder(Reference):
    """Shows each message in a task of its own."""

    async def deliver(self, talk: Talk, seq: int, message: platform_pb2.MessageToDeliver) -> None:
        if seq > talk.heard_seq:
            talk.heard_seq = seq
            self.keep(self.world.show(talk.name, "human", message.text))
            self.keep(self.report(talk, seq))


class ShowsWordsBeforeTheyAreAccepted(Reference):
    """Streams to the user's page and tells Baton afterwards."""

    async def say(self, talk: Talk, epoch: int, text: str) -> None:
        await self.world.show(talk.name, "ai", text)
        request = platform_pb2.AppendAiMessageRequest(command_id=self.fresh_id(), conversation_id=talk.id, text=text, epoch=epoch)
        talk.said_seq = (await self.call(self.stub.AppendAiMessage, request)).outcome.seq


class TakesAnOldStateForTheNewest(Reference):
    """Believes each answer, whenever it arrives."""

    def learn(self, talk: Talk, control: control_pb2.ControlState) -> None:
        talk.control.CopyFrom(control)


class ForgetsTheBrief(Reference):
    """Answers after a hand-back as if nobody had said anything."""

    async def hear(self, item: platform_pb2.WatchResponse, *, from_log: bool) -> None:
        item.control_changed.ClearField("brief") if item.HasField("control_changed") else None
        await super().hear(item, from_log=from_log)


class KnocksOnWithARevokedKey(Reference):
    """Takes every error for one that goes away."""

    async def watch(self) -> None:
        while True:
            await super().watch()
            await asyncio.sleep(PAUSE_SECONDS)


class ReportsBeforeItShows(Reference):
    """Says that words have arrived as soon as it has read them, and shows them when it comes to it."""

    async def deliver(self, talk: Talk, seq: int, message: platform_pb2.MessageToDeliver) -> None:
        if seq > talk.heard_seq:
            await self.report(talk, seq)
            await super().deliver(talk, seq, message)


class WatchesFromTheEndAfterALoss(Reference):
    """Opens a new stream without saying where it was."""

    async def watch(self) -> None:
        while True:
            with suppress(grpc.aio.AioRpcError):
                async for item in self.stub.Watch(platform_pb2.WatchRequest(consumer_name="reference"), metadata=self.metadata):
                    await self.hear(item, from_log=False)
            await asyncio.sleep(PAUSE_SECONDS)


class IgnoresTheControlInAnAnswer(Reference):
    """Answers every user's message."""

    async def user_writes(self, chat_id: str, message_id: str, text: str) -> None:
        await super().user_writes(chat_id, message_id, text)
        talk = self.talks[chat_id]
        if not talk.control.ai_may_speak:
            self.begin_answer(talk)
