"""What waits for a stream and for its answers. A conversation's commands keep their order, whatever is lost, undecided or given up. No I/O."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

from google.rpc import code_pb2

from baton_sdk.backoff import backoff
from baton_sdk.contract import platform_pb2
from baton_sdk.counters import Counters

Command: TypeAlias = (
    platform_pb2.StartConversationRequest
    | platform_pb2.AppendUserMessageRequest
    | platform_pb2.AppendAiMessageRequest
    | platform_pb2.RequestHumanRequest
    | platform_pb2.WithdrawRequestRequest
    | platform_pb2.ReportDeliveredRequest
    | platform_pb2.ReportShownRequest
    | platform_pb2.CloseConversationRequest
)
# Whether it was carried out is not known; or it was not tried, since one before it is undecided.
_UNDECIDED = {code_pb2.UNAVAILABLE, code_pb2.INTERNAL}


@dataclass(slots=True, eq=False)
class Pending:
    """A command without an answer. Times are monotonic seconds; `sent_at` is 0 while it is not under way."""

    command_id: str
    command: platform_pb2.StreamedCommand
    lane: "_Lane"
    done: "asyncio.Future[platform_pb2.StreamedAnswer]"
    until: float
    sent_at: float = 0.0
    tries: int = 0


@dataclass(slots=True, eq=False)
class _Lane:
    """One conversation's commands, in order."""

    name: str
    pending: deque[Pending] = field(default_factory=deque)
    under_way: int = 0
    # One is undecided: nothing more is sent until all that was sent is answered, and then all that is left, in order.
    held: bool = False
    waits: Iterator[float] | None = None
    timer: asyncio.TimerHandle | None = None


class Pipeline:
    """The commands of one stream after the other."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._lanes: dict[str, _Lane] = {}
        self._under_way: defaultdict[str, deque[Pending]] = defaultdict(deque)
        self._outbox: deque[Pending] = deque()
        self._fleeting: deque[platform_pb2.StreamedCommand] = deque()
        self._news = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many are to be sent."""
        return len(self._outbox) + len(self._fleeting)

    def put(self, request: Command, until: float) -> "asyncio.Future[platform_pb2.StreamedAnswer]":
        """Take a command; the future is its decided answer, or the error that ends it."""
        name, command = _streamed(request)
        lane = self._lanes.setdefault(name, _Lane(name))
        pending = Pending(request.command_id, command, lane, asyncio.get_running_loop().create_future(), until)
        lane.pending.append(pending)
        if not lane.held:
            self._send(pending)
        return pending.done

    def put_fleeting(self, command: platform_pb2.StreamedCommand) -> None:
        """Take what has no answer and may be lost."""
        self._fleeting.append(command)
        self._news.set()

    async def wanted(self) -> None:
        """Return when there is something to send."""
        await self._news.wait()

    async def take(self, most: int, most_bytes: int) -> list[platform_pb2.StreamedCommand]:
        """Wait for something to send, and return so many of it, within so many bytes or a single one: it is under way from here on."""
        await self._news.wait()
        found: list[platform_pb2.StreamedCommand] = []
        size, now = 0, time.monotonic()
        while self.waiting and len(found) < most:
            command = self._fleeting[0] if self._fleeting else self._outbox[0].command
            size += command.ByteSize()
            if found and size > most_bytes:
                break
            if self._fleeting:
                self._fleeting.popleft()
            else:
                self._begin(self._outbox.popleft(), now)
            found.append(command)
        if not self.waiting:
            self._news.clear()
        return found

    def _begin(self, pending: Pending, now: float) -> None:
        pending.sent_at = now
        self._counters.retries += pending.tries > 0
        pending.tries += 1
        pending.lane.under_way += 1
        self._under_way[pending.command_id].append(pending)

    def answered(self, answer: platform_pb2.StreamedAnswer) -> None:
        """Take an answer: of the oldest sending, where one id was sent twice."""
        sent = self._under_way.get(answer.command_id)
        if not sent:
            return
        pending = sent.popleft()
        if not sent:
            del self._under_way[answer.command_id]
        lane = pending.lane
        lane.under_way -= 1
        pending.sent_at = 0.0
        if answer.HasField("refusal") and answer.refusal.code in _UNDECIDED:
            lane.held = True
        else:
            self._decided(pending, answer)
        if lane.held and not lane.under_way:
            lane.waits = lane.waits or backoff()
            lane.timer = asyncio.get_running_loop().call_later(next(lane.waits), self._release, lane)

    def broke(self) -> None:
        """Take that the stream has ended: all that has no answer is to be sent again, each conversation's in order."""
        self._outbox.clear()
        self._fleeting.clear()
        self._under_way.clear()
        self._news.clear()
        for lane in self._lanes.values():
            lane.under_way, lane.held = 0, False
            if lane.timer:
                lane.timer.cancel()
            for pending in lane.pending:
                pending.sent_at = 0.0
                self._send(pending)

    def give_up(self, now: float, error: Callable[[], Exception]) -> bool:
        """End those whose time is over with this error. Return whether any of them had been sent: Baton may still be waiting for it."""
        late = [pending for pending in self._all() if pending.until < now]
        for pending in late:
            pending.lane.pending.remove(pending)
            if pending in self._outbox:
                self._outbox.remove(pending)
            _fail(pending, error())
            self._forget_if_empty(pending.lane)
        return any(pending.tries for pending in late)

    def fail(self, error: Callable[[], Exception]) -> None:
        """End all with this error."""
        for pending in self._all():
            _fail(pending, error())
        self._lanes.clear()
        self.broke()

    def oldest_sent_at(self, default: float) -> float:
        """Return when the oldest of what is under way was sent."""
        return min((pending.sent_at for pending in self._all() if pending.sent_at), default=default)

    def _all(self) -> list[Pending]:
        return list(chain.from_iterable(lane.pending for lane in self._lanes.values()))

    def _send(self, pending: Pending) -> None:
        self._outbox.append(pending)
        self._news.set()

    def _release(self, lane: _Lane) -> None:
        lane.held = False
        for pending in lane.pending:
            self._send(pending)

    def _decided(self, pending: Pending, answer: platform_pb2.StreamedAnswer) -> None:
        lane = pending.lane
        if pending in lane.pending:
            lane.pending.remove(pending)
        lane.waits = None
        if not pending.done.done():
            pending.done.set_result(answer)
        self._forget_if_empty(lane)

    def _forget_if_empty(self, lane: _Lane) -> None:
        if not lane.pending and self._lanes.get(lane.name) is lane:
            del self._lanes[lane.name]


def _fail(pending: Pending, error: Exception) -> None:
    if not pending.done.done():
        pending.done.set_exception(error)


def _streamed(request: Command) -> tuple[str, platform_pb2.StreamedCommand]:
    """Return the lane and what is sent. Receipts only rise, and may wait for their interval: nothing stands behind them."""
    match request:
        case platform_pb2.AppendUserMessageRequest():
            return request.conversation_id, platform_pb2.StreamedCommand(append_user_message=request)
        case platform_pb2.AppendAiMessageRequest():
            return request.conversation_id, platform_pb2.StreamedCommand(append_ai_message=request)
        case platform_pb2.StartConversationRequest():
            return f"start/{request.platform_conversation_id}", platform_pb2.StreamedCommand(start_conversation=request)
        case platform_pb2.RequestHumanRequest():
            return request.conversation_id, platform_pb2.StreamedCommand(request_human=request)
        case platform_pb2.WithdrawRequestRequest():
            return request.conversation_id, platform_pb2.StreamedCommand(withdraw_request=request)
        case platform_pb2.CloseConversationRequest():
            return request.conversation_id, platform_pb2.StreamedCommand(close_conversation=request)
        case platform_pb2.ReportDeliveredRequest():
            return f"delivered/{request.conversation_id}", platform_pb2.StreamedCommand(report_delivered=request)
        case platform_pb2.ReportShownRequest():
            return f"shown/{request.conversation_id}", platform_pb2.StreamedCommand(report_shown=request)
