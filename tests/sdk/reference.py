"""A connector on the bare contract that does everything right: what the faulty ones are made from, and proof that the kit asks for nothing of the SDK's."""

import asyncio
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from baton_sdk.conformance import HandOff, Resolved, World
from baton_sdk.contract import control_pb2, event_pb2, platform_pb2, platform_pb2_grpc
from baton_sdk.errors import RefusedError
from baton_sdk.wire import read_refusal

DEADLINE_SECONDS = 5.0
PAUSE_SECONDS = 0.05


@dataclass
class Talk:
    """What the platform knows of one conversation."""

    name: str
    id: str = ""
    control: control_pb2.ControlState = field(default_factory=control_pb2.ControlState)
    question: str = ""
    brief: str = ""
    heard_seq: int = 0
    changed_seq: int = 0
    said_seq: int = 0
    answering: asyncio.Task[None] | None = None


class Reference:
    """One process of a platform, by the letter of the contract."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.channel = grpc.aio.insecure_channel(world.target, options=[("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 500)])
        self.stub = platform_pb2_grpc.PlatformServiceStub(self.channel)
        self.metadata = [("authorization", f"Bearer {world.api_key}")]
        self.talks: dict[str, Talk] = {}
        self.tasks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        self.keep(self.watch())

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self.channel.close()

    def keep(self, work: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    # Commands.

    def fresh_id(self) -> str:
        return str(uuid.uuid4())

    async def call(self, method: Any, request: Any) -> Any:
        """Send the same request until it is answered; RefusedError when the answer is no."""
        while True:
            try:
                return await method(request, metadata=self.metadata, timeout=DEADLINE_SECONDS)
            except grpc.aio.AioRpcError as error:
                if refusal := read_refusal(error):
                    raise refusal from None
            await asyncio.sleep(PAUSE_SECONDS)

    def learn(self, talk: Talk, control: control_pb2.ControlState) -> None:
        """Take a state, unless it is older; an answer begun under another epoch is not said any more."""
        if (control.epoch, control.since.ToNanoseconds()) < (talk.control.epoch, talk.control.since.ToNanoseconds()):
            return
        lost = control.epoch != talk.control.epoch
        talk.control.CopyFrom(control)
        if lost and talk.answering:
            talk.answering.cancel()

    async def user_writes(self, chat_id: str, message_id: str, text: str) -> None:
        talk = await self.talk(chat_id)
        command_id = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{chat_id}/{message_id}"))
        request = platform_pb2.AppendUserMessageRequest(command_id=command_id, conversation_id=talk.id, text=text)
        outcome = (await self.call(self.stub.AppendUserMessage, request)).outcome
        talk.question = text
        self.learn(talk, outcome.control)
        if talk.control.ai_may_speak and outcome.seq > talk.said_seq:
            self.begin_answer(talk)

    async def talk(self, chat_id: str) -> Talk:
        talk = self.talks.setdefault(chat_id, Talk(chat_id))
        if not talk.id:
            request = platform_pb2.StartConversationRequest(command_id=self.fresh_id(), platform_conversation_id=chat_id)
            request.user.id, request.ai_agent.id = chat_id, "kit"
            outcome = (await self.call(self.stub.StartConversation, request)).outcome
            talk.id = outcome.conversation_id
            self.learn(talk, outcome.control)
        return talk

    # Answers.

    def begin_answer(self, talk: Talk) -> None:
        if talk.answering:
            talk.answering.cancel()
        talk.answering = self.keep(self.answer(talk))

    async def answer(self, talk: Talk) -> None:
        epoch, text, resolved = talk.control.epoch, "", False
        await self.world.typing(talk.name, active=True)
        try:
            with suppress(RefusedError):
                async for piece in self.world.model(talk.name, talk.question, talk.brief):
                    if isinstance(piece, HandOff):
                        await self.ask_for_human(talk, epoch, piece.reason)
                    elif isinstance(piece, Resolved):
                        resolved = True
                    else:
                        text += piece
                        await self.compose(talk, epoch, text)
                # From here on Baton decides, and nothing comes between its yes and the user's page.
                await asyncio.shield(self.keep(self.say(talk, epoch, text)))
                if resolved:
                    await self.resolve(talk, epoch)
        finally:
            await self.world.typing(talk.name, active=False)

    async def compose(self, talk: Talk, epoch: int, text: str) -> None:
        request = platform_pb2.ReportTypingRequest(conversation_id=talk.id, epoch=epoch, partial_text=text, active=True)
        with suppress(grpc.aio.AioRpcError):
            await self.stub.ReportTyping(request, metadata=self.metadata, timeout=1)

    async def say(self, talk: Talk, epoch: int, text: str) -> None:
        request = platform_pb2.AppendAiMessageRequest(command_id=self.fresh_id(), conversation_id=talk.id, text=text, epoch=epoch)
        outcome = (await self.call(self.stub.AppendAiMessage, request)).outcome
        talk.said_seq = max(talk.said_seq, outcome.seq)
        await self.world.show(talk.name, "ai", text)
        self.learn(talk, outcome.control)

    async def ask_for_human(self, talk: Talk, epoch: int, reason: str) -> None:
        request = platform_pb2.RequestHumanRequest(
            command_id=self.fresh_id(), conversation_id=talk.id, epoch=epoch, by=event_pb2.REQUESTED_BY_AI, reason=reason
        )
        self.learn(talk, (await self.call(self.stub.RequestHuman, request)).outcome.control)

    async def resolve(self, talk: Talk, epoch: int) -> None:
        reason = control_pb2.CLOSE_REASON_AI_RESOLVED
        request = platform_pb2.CloseConversationRequest(command_id=self.fresh_id(), conversation_id=talk.id, reason=reason, epoch=epoch)
        await self.call(self.stub.CloseConversation, request)

    # What Baton tells.

    async def watch(self) -> None:
        cursor, catch_up = "", True
        while True:
            try:
                request = platform_pb2.WatchRequest(consumer_name="reference", cursor=cursor, catch_up=catch_up)
                async for item in self.stub.Watch(request, metadata=self.metadata):
                    await self.hear(item, from_log=catch_up)
                    catch_up = catch_up and not item.HasField("caught_up")
                    cursor = "" if catch_up else item.cursor
            except grpc.aio.AioRpcError as error:
                refusal = read_refusal(error)
                if refusal and refusal.reason == "CURSOR_EXPIRED":
                    cursor, catch_up = "", True
                elif refusal:
                    return
            await asyncio.sleep(PAUSE_SECONDS)

    async def hear(self, item: platform_pb2.WatchResponse, *, from_log: bool) -> None:
        if not item.conversation_id:
            return
        talk = self.talks.setdefault(item.platform_conversation_id, Talk(item.platform_conversation_id))
        talk.id = item.conversation_id
        self.learn(talk, item.control)
        if item.HasField("message"):
            await self.deliver(talk, item.seq, item.message)
        elif item.HasField("control_changed") and (from_log or item.seq > talk.changed_seq):
            talk.changed_seq = talk.changed_seq if from_log else item.seq
            changed = item.control_changed
            if changed.HasField("message"):
                await self.deliver(talk, item.seq, changed.message)
            if changed.system_message.text:
                await self.world.show(talk.name, "system", changed.system_message.text)
            talk.brief = f"{changed.brief.decided} {changed.brief.promised}" if changed.HasField("brief") else talk.brief
            if changed.reply_due and talk.control.epoch == item.control.epoch and item.seq > talk.said_seq:
                self.resume(talk)

    def resume(self, talk: Talk) -> None:
        if not talk.answering or talk.answering.done():
            self.begin_answer(talk)

    async def deliver(self, talk: Talk, seq: int, message: platform_pb2.MessageToDeliver) -> None:
        if seq <= talk.heard_seq:
            return
        talk.heard_seq = seq
        await self.world.show(talk.name, "human", message.text)
        self.keep(self.report(talk, seq))

    async def report(self, talk: Talk, seq: int) -> None:
        request = platform_pb2.ReportDeliveredRequest(command_id=self.fresh_id(), conversation_id=talk.id, up_to_seq=seq)
        with suppress(RefusedError):
            await self.call(self.stub.ReportDelivered, request)
