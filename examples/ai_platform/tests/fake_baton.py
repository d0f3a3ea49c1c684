"""A small Baton for the example's tests: a real gRPC server that keeps the rules of the contract for a few conversations in memory."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import grpc.aio
from baton.conversation.v1 import control_pb2, platform_pb2, platform_pb2_grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

NAMESPACE = uuid.UUID(int=7)
HUMAN = control_pb2.AgentRef(id="agent-1", display_name="Budi")
Context = grpc.aio.ServicerContext[Any, Any]


@dataclass
class Kept:
    """One conversation: its control, and its log as (who, text, epoch)."""

    name: str
    conversation_id: str
    control: control_pb2.ControlState = field(
        default_factory=lambda: control_pb2.ControlState(holder=control_pb2.HOLDER_AI, ai_may_speak=True, epoch=1, cause=control_pb2.CONTROL_CAUSE_STARTED)
    )
    log: list[tuple[str, str, int]] = field(default_factory=list)
    done: dict[str, control_pb2.Outcome] = field(default_factory=dict)
    last_user_seq: int = 0
    last_answer_seq: int = 0
    delivered_seq: int = 0
    shown_seq: int = 0

    def append(self, who: str, text: str, epoch: int) -> int:
        self.log.append((who, text, epoch))
        return len(self.log)

    def said_by(self, who: str) -> list[str]:
        return [text for speaker, text, _ in self.log if speaker == who]

    @property
    def reply_due(self) -> bool:
        return self.last_user_seq > self.last_answer_seq


class FakeBaton(platform_pb2_grpc.PlatformServiceServicer):
    """Serves one platform. `answers_lost[rpc]` says how many more answers of it get lost after the work was done."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.calls: list[tuple[str, str]] = []
        self.answers_lost: defaultdict[str, int] = defaultdict(int)
        self.refuse_key = False
        self.typing: list[platform_pb2.ReportTypingRequest] = []
        self.acknowledged: list[str] = []
        self.watching = 0
        self._server = grpc.aio.server()
        self._sent: list[platform_pb2.WatchResponse] = []
        self._streams: list[asyncio.Queue[platform_pb2.WatchResponse | None]] = []
        platform_pb2_grpc.add_PlatformServiceServicer_to_server(self, self._server)
        self.target = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        self.break_streams()
        await self._server.stop(None)

    def one(self) -> Kept:
        (kept,) = self.kept.values()
        return kept

    # The human's side, which in Baton comes by another service.

    def take_over(self, kept: Kept) -> None:
        self._change(kept, control_pb2.HOLDER_HUMAN, platform_pb2.ControlChanged())

    def say(self, kept: Kept, text: str) -> int:
        seq = kept.append("human", text, kept.control.epoch)
        kept.last_answer_seq = seq
        self._send(kept, seq, message=platform_pb2.MessageToDeliver(text=text, agent=HUMAN))
        return seq

    def hand_back(self, kept: Kept, parting_words: str = "") -> None:
        changed = platform_pb2.ControlChanged(reply_due=kept.reply_due)
        if parting_words:
            changed.message.CopyFrom(platform_pb2.MessageToDeliver(text=parting_words, agent=HUMAN))
        self._change(kept, control_pb2.HOLDER_AI, changed)

    def close_by_human(self, kept: Kept, reason: "control_pb2.CloseReason.ValueType") -> None:
        kept.control.close_reason = reason
        self._change(kept, control_pb2.HOLDER_CLOSED, platform_pb2.ControlChanged())

    def break_streams(self) -> None:
        for stream in self._streams:
            stream.put_nowait(None)

    def send_again(self) -> None:
        for item in self._sent:
            for stream in self._streams:
                stream.put_nowait(item)

    def _change(self, kept: Kept, holder: "control_pb2.Holder.ValueType", changed: platform_pb2.ControlChanged) -> None:
        kept.control.holder = holder
        kept.control.ai_may_speak = holder == control_pb2.HOLDER_AI
        kept.control.epoch += 1
        seq = kept.append("control", control_pb2.Holder.Name(holder), kept.control.epoch)
        self._send(kept, seq, control_changed=changed)

    def _send(self, kept: Kept, seq: int, **content: Any) -> None:  # one of the fields of the oneof
        item = platform_pb2.WatchResponse(
            cursor=str(len(self._sent) + 1), conversation_id=kept.conversation_id, platform_conversation_id=kept.name, seq=seq, control=kept.control, **content
        )
        self._sent.append(item)
        for stream in self._streams:
            stream.put_nowait(item)

    # The platform's side.

    async def _enter(self, context: Context, rpc: str, command_id: str, kept: Kept | None = None) -> control_pb2.Outcome | None:
        """Note the call; answer a repeated one."""
        self.calls.append((rpc, command_id))
        if self.refuse_key:
            await refuse(context, "UNAUTHENTICATED", "KEY_INVALID")
        outcome = kept.done.get(command_id) if kept else None
        return control_pb2.Outcome(conversation_id=outcome.conversation_id, seq=outcome.seq, control=kept.control, repeated=True) if kept and outcome else None

    async def _leave(self, context: Context, rpc: str, command_id: str, kept: Kept, seq: int) -> control_pb2.Outcome:
        outcome = control_pb2.Outcome(conversation_id=kept.conversation_id, seq=seq, control=kept.control)
        kept.done[command_id] = outcome
        if self.answers_lost[rpc]:
            self.answers_lost[rpc] -= 1
            await context.abort(grpc.StatusCode.UNAVAILABLE, "the answer got lost")
        return outcome

    def _of(self, conversation_id: str) -> Kept:
        return next(kept for kept in self.kept.values() if kept.conversation_id == conversation_id)

    async def StartConversation(self, request: platform_pb2.StartConversationRequest, context: Context) -> platform_pb2.StartConversationResponse:  # noqa: N802
        name = request.platform_conversation_id
        known = self.kept.get(name)
        if outcome := await self._enter(context, "StartConversation", request.command_id, known):
            return platform_pb2.StartConversationResponse(outcome=outcome)
        self.kept[name] = kept = Kept(name, str(uuid.uuid5(NAMESPACE, name)))
        seq = kept.append("started", request.user.id, 1)
        return platform_pb2.StartConversationResponse(outcome=await self._leave(context, "StartConversation", request.command_id, kept, seq))

    async def AppendUserMessage(self, request: platform_pb2.AppendUserMessageRequest, context: Context) -> platform_pb2.AppendUserMessageResponse:  # noqa: N802
        kept = self._of(request.conversation_id)
        if outcome := await self._enter(context, "AppendUserMessage", request.command_id, kept):
            return platform_pb2.AppendUserMessageResponse(outcome=outcome)
        if kept.control.holder == control_pb2.HOLDER_CLOSED:
            kept.control.holder, kept.control.ai_may_speak = control_pb2.HOLDER_AI, True
            kept.control.epoch += 1
        kept.last_user_seq = kept.append("user", request.text, kept.control.epoch)
        outcome = await self._leave(context, "AppendUserMessage", request.command_id, kept, kept.last_user_seq)
        return platform_pb2.AppendUserMessageResponse(outcome=outcome)

    async def AppendAiMessage(self, request: platform_pb2.AppendAiMessageRequest, context: Context) -> platform_pb2.AppendAiMessageResponse:  # noqa: N802
        kept = self._of(request.conversation_id)
        if outcome := await self._enter(context, "AppendAiMessage", request.command_id, kept):
            return platform_pb2.AppendAiMessageResponse(outcome=outcome)
        if request.epoch != kept.control.epoch or not kept.control.ai_may_speak:
            kept.append("draft", request.text, request.epoch)
            await refuse(context, "FAILED_PRECONDITION", "CONTROL_LOST")
        kept.last_answer_seq = kept.append("ai", request.text, request.epoch)
        outcome = await self._leave(context, "AppendAiMessage", request.command_id, kept, kept.last_answer_seq)
        return platform_pb2.AppendAiMessageResponse(outcome=outcome)

    async def RequestHuman(self, request: platform_pb2.RequestHumanRequest, context: Context) -> platform_pb2.RequestHumanResponse:  # noqa: N802
        kept = self._of(request.conversation_id)
        await self._enter(context, "RequestHuman", request.command_id, kept)
        kept.control.holder = control_pb2.HOLDER_QUEUE
        seq = kept.append("asked", request.reason, request.epoch)
        return platform_pb2.RequestHumanResponse(outcome=await self._leave(context, "RequestHuman", request.command_id, kept, seq))

    async def WithdrawRequest(self, request: platform_pb2.WithdrawRequestRequest, context: Context) -> platform_pb2.WithdrawRequestResponse:  # noqa: N802
        kept = self._of(request.conversation_id)
        await self._enter(context, "WithdrawRequest", request.command_id, kept)
        kept.control.holder = control_pb2.HOLDER_AI
        seq = kept.append("withdrawn", request.reason, request.epoch)
        return platform_pb2.WithdrawRequestResponse(outcome=await self._leave(context, "WithdrawRequest", request.command_id, kept, seq))

    async def CloseConversation(self, request: platform_pb2.CloseConversationRequest, context: Context) -> platform_pb2.CloseConversationResponse:  # noqa: N802
        kept = self._of(request.conversation_id)
        await self._enter(context, "CloseConversation", request.command_id, kept)
        seq = kept.append("closed", control_pb2.CloseReason.Name(request.reason), request.epoch)
        kept.control.holder, kept.control.ai_may_speak, kept.control.close_reason = control_pb2.HOLDER_CLOSED, False, request.reason
        kept.control.epoch += 1
        return platform_pb2.CloseConversationResponse(outcome=await self._leave(context, "CloseConversation", request.command_id, kept, seq))

    async def ReportDelivered(self, request: platform_pb2.ReportDeliveredRequest, context: Context) -> platform_pb2.ReportDeliveredResponse:  # noqa: N802
        kept = self._of(request.conversation_id)
        await self._enter(context, "ReportDelivered", request.command_id)
        kept.delivered_seq = request.up_to_seq
        return platform_pb2.ReportDeliveredResponse(control=kept.control)

    async def ReportShown(self, request: platform_pb2.ReportShownRequest, context: Context) -> platform_pb2.ReportShownResponse:  # noqa: N802
        kept = self._of(request.conversation_id)
        await self._enter(context, "ReportShown", request.command_id)
        kept.shown_seq = request.up_to_seq
        return platform_pb2.ReportShownResponse(control=kept.control)

    async def ReportTyping(self, request: platform_pb2.ReportTypingRequest, context: Context) -> platform_pb2.ReportTypingResponse:  # noqa: ARG002, N802
        self.typing.append(request)
        return platform_pb2.ReportTypingResponse()

    async def AppendStream(  # noqa: N802  # the contract's
        self,
        requests: AsyncIterator[platform_pb2.AppendStreamRequest],  # noqa: ARG002  # refused unread
        context: Context,
    ) -> AsyncIterator[platform_pb2.AppendStreamResponse]:
        """Refuse: the example sends each command by itself."""
        await refuse(context, "UNIMPLEMENTED", "NOT_HERE")
        yield platform_pb2.AppendStreamResponse()

    async def GetConversation(self, request: platform_pb2.GetConversationRequest, context: Context) -> platform_pb2.GetConversationResponse:  # noqa: ARG002, N802
        kept = self._of(request.conversation_id)
        return platform_pb2.GetConversationResponse(
            conversation_id=kept.conversation_id,
            seq=len(kept.log),
            control=kept.control,
            last_user_seq=kept.last_user_seq,
            delivered_seq=kept.delivered_seq,
            reply_due=kept.reply_due and kept.control.ai_may_speak,
        )

    async def Watch(self, request: platform_pb2.WatchRequest, context: Context) -> AsyncIterator[platform_pb2.WatchResponse]:  # noqa: N802
        if self.refuse_key:
            await refuse(context, "UNAUTHENTICATED", "KEY_INVALID")
        stream: asyncio.Queue[platform_pb2.WatchResponse | None] = asyncio.Queue()
        self._streams.append(stream)
        self.watching += 1
        if request.catch_up:
            for kept in list(self.kept.values()):
                yield platform_pb2.WatchResponse(
                    conversation_id=kept.conversation_id,
                    platform_conversation_id=kept.name,
                    seq=len(kept.log),
                    control=kept.control,
                    control_changed=platform_pb2.ControlChanged(reply_due=kept.reply_due),
                )
                for item in self._sent:
                    if item.platform_conversation_id == kept.name and item.HasField("message") and item.seq > kept.delivered_seq:
                        yield item
            yield platform_pb2.WatchResponse(cursor=str(len(self._sent)), caught_up=platform_pb2.CaughtUp())
        else:
            for item in self._sent[int(request.cursor or len(self._sent)) :]:
                yield item
        while (heard := await stream.get()) is not None:
            yield heard
        self._streams.remove(stream)

    async def AckWatch(self, request: platform_pb2.AckWatchRequest, context: Context) -> platform_pb2.AckWatchResponse:  # noqa: ARG002, N802
        self.acknowledged.append(request.cursor)
        return platform_pb2.AckWatchResponse()


async def refuse(context: Context, code: str, reason: str) -> None:
    """Abort as Baton does: google.rpc.Status with ErrorInfo."""
    packed = any_pb2.Any()
    packed.Pack(error_details_pb2.ErrorInfo(reason=reason, domain="baton"))
    await context.abort_with_status(rpc_status.to_status(status_pb2.Status(code=code_pb2.Code.Value(code), message=reason, details=[packed])))
