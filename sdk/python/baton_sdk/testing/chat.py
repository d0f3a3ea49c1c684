"""One conversation of the fake: its log, its control, what a platform may do with it, and what a human does."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid5

from google.protobuf.message import Message

from baton_sdk.contract import control_pb2, event_pb2, platform_pb2
from baton_sdk.testing.refusals import Refusal, control_lost
from baton_sdk.testing.words import NAMESPACE, system_message

MAX_DRAFTS = 20
Tell = Callable[["Chat", platform_pb2.WatchResponse], None]
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event: what kind (`user`, `ai`, `draft`, `human`, `taken_over`, `handed_back` ...), its words, and the epoch it was written under."""

    seq: int
    kind: str
    text: str
    epoch: int


@dataclass(frozen=True, slots=True)
class _Done:
    """A command that was carried out: what it said, and its event or refusal."""

    digest: bytes
    seq: int
    refusal: Refusal | None


class Chat:
    """Methods named by verbs of people are a human agent's; those that take a request are the platform's."""

    def __init__(self, request: platform_pb2.StartConversationRequest, tell: Tell, clock: Clock) -> None:
        """Begin under the AI; `tell` puts an item on the platform's stream."""
        self.chat_id = request.platform_conversation_id
        self.id = str(uuid5(NAMESPACE, self.chat_id))
        self.user = request.user
        self.ai_agent = request.ai_agent
        self.control = control_pb2.ControlState(holder=control_pb2.HOLDER_AI, cause=control_pb2.CONTROL_CAUSE_STARTED, ai_may_speak=True, epoch=1)
        self.log: list[Entry] = []
        self.last_user_seq = 0
        self.unanswered = False
        self.delivered_seq = 0
        self.shown_seq = 0
        self.drafts = 0
        # Undelivered words of humans, for a catch-up.
        self.words: list[platform_pb2.WatchResponse] = []
        self._tell = tell
        self._clock = clock
        self._at = datetime.fromtimestamp(0, UTC)
        self._done: dict[str, _Done] = {}
        self._append("started", "")
        self.control.since.FromDatetime(self._at)

    def texts(self, kind: str) -> list[str]:
        """Return the words of all events of a kind, in order."""
        return [entry.text for entry in self.log if entry.kind == kind]

    @property
    def seq(self) -> int:
        """The newest event."""
        return len(self.log)

    # What a human does.

    def take_over(self, agent: str = "Budi") -> int:
        """Take it, from whoever has it; the AI is silent from here."""
        self._enter(control_pb2.HOLDER_HUMAN, control_pb2.CONTROL_CAUSE_AGENT, agent)
        return self._changed("taken_over", agent)

    def say(self, text: str) -> int:
        """Write to the user, as the human who holds it."""
        seq = self._append("human", text)
        self.unanswered = False
        self._deliver(self._item(seq, message=platform_pb2.MessageToDeliver(text=text, agent=self.control.agent)))
        return seq

    def hand_back(self, brief: event_pb2.Brief | None = None, message: str = "") -> int:
        """Let the AI speak again."""
        agent = control_pb2.AgentRef()
        agent.CopyFrom(self.control.agent)
        self._enter(control_pb2.HOLDER_AI, control_pb2.CONTROL_CAUSE_HANDED_BACK)
        return self._changed("handed_back", agent.display_name, brief=brief, words=message, agent=agent, reply_due=self.unanswered)

    def transfer(self, agent: str, message: str = "") -> int:
        """Give it to a colleague."""
        before = control_pb2.AgentRef()
        before.CopyFrom(self.control.agent)
        self._enter(control_pb2.HOLDER_HUMAN, control_pb2.CONTROL_CAUSE_TRANSFERRED, agent)
        return self._changed("transferred", agent, words=message, agent=before)

    def release(self) -> int:
        """Put it back into the queue; the AI stays silent."""
        self._enter(control_pb2.HOLDER_QUEUE, control_pb2.CONTROL_CAUSE_RELEASED)
        return self._changed("returned_to_queue")

    def close(self, reason: "control_pb2.CloseReason.ValueType" = control_pb2.CLOSE_REASON_RESOLVED) -> int:
        """End it."""
        self._enter(control_pb2.HOLDER_CLOSED, control_pb2.CONTROL_CAUSE_CLOSED)
        self.control.close_reason = reason
        self.unanswered = False
        seq = self._append("closed", control_pb2.CloseReason.Name(reason))
        closed = platform_pb2.ConversationClosed(reason=reason, system_message=system_message("closed"))
        self._tell(self, self._item(seq, closed=closed))
        return seq

    # What the platform may do: each raises its Refusal.

    def carry_out(self, request: Message, work: Callable[[], int]) -> control_pb2.Outcome:
        """Do a command once; the same id again has the same outcome, with other content ID_REUSED."""
        name: str = getattr(request, "command_id", "")
        digest = request.SerializeToString(deterministic=True)
        done = self._done.get(name)
        if done and done.digest != digest:
            raise Refusal("ID_REUSED")
        if not done:
            before = self.seq
            try:
                found = _Done(digest, work(), None)
            except Refusal as refusal:
                if self.seq == before:
                    raise
                found = _Done(digest, self.seq, refusal)
            self._done[name] = found
        kept = done or found
        if kept.refusal:
            raise control_lost(self.control)
        return control_pb2.Outcome(conversation_id=self.id, seq=kept.seq, control=self.control, repeated=done is not None)

    def user_message(self, request: platform_pb2.AppendUserMessageRequest) -> int:
        """Record what the user wrote; it reopens what was closed, but for spam."""
        reopened = self.control.holder == control_pb2.HOLDER_CLOSED
        if reopened:
            self._demand_open_or(self.control.close_reason != control_pb2.CLOSE_REASON_SPAM)
            self._enter(control_pb2.HOLDER_AI, control_pb2.CONTROL_CAUSE_REOPENED)
        seq = self._append("user", request.text)
        self.last_user_seq, self.unanswered = seq, True
        if reopened:
            changed = platform_pb2.ControlChanged(reply_due=True, system_message=system_message("reopened"))
            self._tell(self, self._item(seq, control_changed=changed))
        return seq

    def ai_message(self, request: platform_pb2.AppendAiMessageRequest) -> int:
        """Record what the AI says; keep it as a draft while no AI may speak."""
        self._demand_open_or(allowed=False)
        if self.control.ai_may_speak:
            self._demand_control(request.epoch)
            self.unanswered = False
            return self._append("ai", request.text, request.epoch)
        if self.drafts >= MAX_DRAFTS:
            raise control_lost(self.control, "TOO_MANY_DRAFTS")
        self.drafts += 1
        self._append("draft", request.text, request.epoch)
        raise control_lost(self.control)

    def request_human(self, request: platform_pb2.RequestHumanRequest) -> int:
        """Put it into the queue; the AI may go on until a human comes."""
        self._demand_open_or(allowed=False)
        self._demand_control(request.epoch)
        by_user = request.by == event_pb2.REQUESTED_BY_USER
        first = self.control.holder == control_pb2.HOLDER_AI
        self.control.holder = control_pb2.HOLDER_QUEUE
        self.control.cause = control_pb2.CONTROL_CAUSE_USER_REQUEST if by_user else control_pb2.CONTROL_CAUSE_AI_REQUEST
        seq = self._append("requested", request.reason, request.epoch)
        if first:
            self.control.since.FromDatetime(self._at)
        changed = platform_pb2.ControlChanged(system_message=system_message("human_requested") if first and by_user else None)
        self._tell(self, self._item(seq, control_changed=changed))
        return seq

    def withdraw_request(self, request: platform_pb2.WithdrawRequestRequest) -> int:
        """Give it back to the AI without a human having come."""
        self._demand_open_or(allowed=False)
        if self.control.holder == control_pb2.HOLDER_AI:
            raise Refusal("NOT_REQUESTED")
        self._demand_control(request.epoch)
        self.control.holder, self.control.cause = control_pb2.HOLDER_AI, control_pb2.CONTROL_CAUSE_REQUEST_WITHDRAWN
        seq = self._append("withdrawn", request.reason, request.epoch)
        self.control.since.FromDatetime(self._at)
        self._tell(self, self._item(seq, control_changed=platform_pb2.ControlChanged(reply_due=self.unanswered)))
        return seq

    def close_by_platform(self, request: platform_pb2.CloseConversationRequest) -> int:
        """End it, or while a human holds it mark that the user has left."""
        self._demand_open_or(allowed=False)
        if request.reason == control_pb2.CLOSE_REASON_AI_RESOLVED:
            self._demand_control(request.epoch)
        elif request.reason != control_pb2.CLOSE_REASON_USER_LEFT:
            raise Refusal("INVALID", field="reason")
        elif self.control.holder == control_pb2.HOLDER_HUMAN:
            return self._append("user_left", "")
        return self.close(request.reason)

    def receipts(self, *, delivered: int = 0, shown: int = 0) -> int:
        """Note up to where human messages arrived and were seen; monotonic."""
        self._demand_open_or(allowed=False)
        if max(delivered, shown) > self.seq:
            raise Refusal("INVALID", field="up_to_seq")
        self.shown_seq = max(self.shown_seq, shown)
        known, self.delivered_seq = self.delivered_seq, max(self.delivered_seq, delivered, self.shown_seq)
        self.words = [item for item in self.words if item.seq > self.delivered_seq]
        return self._append("delivered", "") if self.delivered_seq > known else self.seq

    def state_item(self) -> platform_pb2.WatchResponse:
        """Return how it stands, for a catch-up."""
        if self.control.holder == control_pb2.HOLDER_CLOSED:
            return self._item(self.seq, closed=platform_pb2.ConversationClosed(reason=self.control.close_reason))
        return self._item(self.seq, control_changed=platform_pb2.ControlChanged(reply_due=self.reply_due))

    @property
    def reply_due(self) -> bool:
        """Whether the AI is to answer now."""
        return self.unanswered and self.control.ai_may_speak

    def _append(self, kind: str, text: str, epoch: int = 0) -> int:
        self._at = max(self._clock(), self._at)
        self.log.append(Entry(self.seq + 1, kind, text, epoch or self.control.epoch))
        return self.seq

    def _enter(self, holder: "control_pb2.Holder.ValueType", cause: "control_pb2.ControlCause.ValueType", agent: str = "") -> None:
        epoch = self.control.epoch + 1
        self.control = control_pb2.ControlState(holder=holder, cause=cause, epoch=epoch, ai_may_speak=holder == control_pb2.HOLDER_AI)
        if agent:
            self.control.agent.CopyFrom(control_pb2.AgentRef(id=agent.lower(), display_name=agent))
        self.control.since.FromDatetime(max(self._clock(), self._at))
        self.drafts = 0

    def _changed(
        self,
        kind: str,
        name: str = "",
        *,
        brief: event_pb2.Brief | None = None,
        words: str = "",
        agent: control_pb2.AgentRef | None = None,
        reply_due: bool = False,
    ) -> int:
        seq = self._append(kind, name)
        changed = platform_pb2.ControlChanged(reply_due=reply_due, brief=brief, system_message=system_message(kind, name))
        if words:
            changed.message.CopyFrom(platform_pb2.MessageToDeliver(text=words, agent=agent))
            self.words.append(self._item(seq, message=changed.message))
        self._tell(self, self._item(seq, control_changed=changed))
        return seq

    def _deliver(self, item: platform_pb2.WatchResponse) -> None:
        self.words.append(item)
        self._tell(self, item)

    def _item(
        self,
        seq: int,
        *,
        message: platform_pb2.MessageToDeliver | None = None,
        control_changed: platform_pb2.ControlChanged | None = None,
        closed: platform_pb2.ConversationClosed | None = None,
    ) -> platform_pb2.WatchResponse:
        item = platform_pb2.WatchResponse(
            conversation_id=self.id,
            platform_conversation_id=self.chat_id,
            seq=seq,
            control=self.control,
            message=message,
            control_changed=control_changed,
            closed=closed,
        )
        item.at.FromDatetime(self._at)
        return item

    def _demand_control(self, epoch: int) -> None:
        if not self.control.ai_may_speak or epoch != self.control.epoch:
            raise control_lost(self.control)

    def _demand_open_or(self, allowed: bool) -> None:  # noqa: FBT001  # read as a sentence
        if self.control.holder == control_pb2.HOLDER_CLOSED and not allowed:
            reason = control_pb2.CloseReason.Name(self.control.close_reason).removeprefix("CLOSE_REASON_").lower()
            raise Refusal("CONVERSATION_CLOSED", close_reason=reason)
