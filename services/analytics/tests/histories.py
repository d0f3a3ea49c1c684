"""Random histories of conversations, as the contract's events: each with its body and the control that is left after it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from baton.conversation.v1 import control_pb2 as control
from baton.conversation.v1 import event_pb2 as pb
from hypothesis import strategies as st

WORKSPACE = "5f0c5b8e-6d0b-4a35-9d0e-6f4b9a1f2c11"
BEGIN = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)
AGENTS = ("ana", "budi", "citra")
BOTS = ("order-bot", "booking.bot/$2")
REASONS = ("refund", "not my job. $ask", "")
CLOSINGS = (control.CLOSE_REASON_RESOLVED, control.CLOSE_REASON_SPAM, control.CLOSE_REASON_IDLE, control.CLOSE_REASON_USER_LEFT)
RELEASES = (control.CONTROL_CAUSE_RELEASED, control.CONTROL_CAUSE_AGENT_AWAY, control.CONTROL_CAUSE_DISABLED)


@dataclass
class History:
    """Writes the events of one conversation; an action that the state does not allow writes nothing."""

    conversation_id: str = "0b6f3c52-7a0e-5f5e-8b1d-2f6f6a9f0d21"
    now: datetime = BEGIN
    bot: str = BOTS[0]
    events: list[pb.Event] = field(default_factory=list)
    holder: control.Holder.ValueType = control.HOLDER_AI
    agent: str = ""
    cause: control.ControlCause.ValueType = control.CONTROL_CAUSE_STARTED

    def __post_init__(self) -> None:
        bot = control.AiAgentRef(id=self.bot, name=self.bot.title())
        self._write(pb.Event(conversation_started=pb.ConversationStarted(ai_agent=bot)))

    def later(self, milliseconds: int) -> "History":
        self.now += timedelta(milliseconds=milliseconds)
        return self

    def user(self) -> None:
        reopened = self.holder == control.HOLDER_CLOSED
        if reopened:
            self._move(control.HOLDER_AI, "", control.CONTROL_CAUSE_REOPENED)
        self._write(pb.Event(user_message=pb.UserMessage(text="?", reopened=reopened)))

    def ai(self) -> None:
        if self.holder == control.HOLDER_AI:
            self._write(pb.Event(ai_message=pb.AiMessage(text="!")))

    def note(self) -> None:
        self._write(pb.Event(note_added=pb.NoteAdded(text="look")))

    def request(self, *, by_user: bool = False, reason: str = "refund") -> None:
        if self.holder == control.HOLDER_AI or (self.holder == control.HOLDER_QUEUE and self.cause not in RELEASES):
            self._move(control.HOLDER_QUEUE, "", control.CONTROL_CAUSE_USER_REQUEST if by_user else control.CONTROL_CAUSE_AI_REQUEST)
            by = pb.REQUESTED_BY_USER if by_user else pb.REQUESTED_BY_AI
            self._write(pb.Event(human_requested=pb.HumanRequested(by=by, reason=reason)))

    def withdraw(self) -> None:
        if self.holder == control.HOLDER_QUEUE and self.cause not in RELEASES:
            self._move(control.HOLDER_AI, "", control.CONTROL_CAUSE_REQUEST_WITHDRAWN)
            self._write(pb.Event(request_withdrawn=pb.RequestWithdrawn()))

    def take_over(self, agent: str) -> None:
        if self.holder == control.HOLDER_CLOSED or self.agent == agent:
            return
        cause: control.ControlCause.ValueType = control.CONTROL_CAUSE_AGENT
        if self.holder == control.HOLDER_QUEUE:
            cause = control.CONTROL_CAUSE_RETURNED if self.cause in RELEASES else self.cause
        body = pb.TakenOver(agent=_ref(agent), from_holder=self.holder, from_agent=_ref(self.agent), cause=cause)
        self._move(control.HOLDER_HUMAN, agent, cause)
        self._write(pb.Event(taken_over=body))

    def transfer(self, to: str) -> None:
        if self.holder == control.HOLDER_CLOSED or self.agent == to:
            return
        body = pb.Transferred(from_holder=self.holder, from_agent=_ref(self.agent), to_agent=_ref(to), message="over to my colleague")
        self._move(control.HOLDER_HUMAN, to, control.CONTROL_CAUSE_TRANSFERRED)
        self._write(pb.Event(transferred=body))

    def write(self) -> None:
        if self.holder == control.HOLDER_HUMAN:
            self._write(pb.Event(human_message=pb.HumanMessage(text="hello", agent=_ref(self.agent))))

    def hand_back(self) -> None:
        if self.holder in {control.HOLDER_HUMAN, control.HOLDER_QUEUE}:
            self._move(control.HOLDER_AI, "", control.CONTROL_CAUSE_HANDED_BACK)
            self._write(pb.Event(handed_back=pb.HandedBack(message="bye")))

    def release(self, cause: control.ControlCause.ValueType = control.CONTROL_CAUSE_RELEASED) -> None:
        if self.holder == control.HOLDER_HUMAN:
            body = pb.ReturnedToQueue(from_agent=_ref(self.agent), cause=cause)
            self._move(control.HOLDER_QUEUE, "", cause)
            self._write(pb.Event(returned_to_queue=body))

    def close(self, reason: control.CloseReason.ValueType = control.CLOSE_REASON_RESOLVED) -> None:
        if self.holder != control.HOLDER_CLOSED:
            body = pb.Closed(from_holder=self.holder, reason=reason)
            self._move(control.HOLDER_CLOSED, "", control.CONTROL_CAUSE_CLOSED)
            self._write(pb.Event(closed=body))

    def _move(self, holder: control.Holder.ValueType, agent: str, cause: control.ControlCause.ValueType) -> None:
        self.holder, self.agent, self.cause = holder, agent, cause

    def _write(self, event: pb.Event) -> None:
        event.workspace_id, event.conversation_id, event.seq, event.version = WORKSPACE, self.conversation_id, len(self.events) + 1, 1
        event.at.FromDatetime(self.now)
        event.after.version = 1
        event.after.control.holder, event.after.control.cause = self.holder, self.cause
        if self.agent:
            event.after.control.agent.CopyFrom(_ref(self.agent))
        self.events.append(event)


def _ref(agent: str) -> control.AgentRef:
    return control.AgentRef(id=agent, display_name=agent.title())


# Ties are frequent, and so are minutes, hours and the hours in which days and clocks change.
steps = st.sampled_from([0, 0, 0, 1, 999, 1_000, 60_000, 900_000, 3_600_000, 36_000_000, 86_400_000])
agents = st.sampled_from(AGENTS)
actions = st.one_of(
    st.just(History.user),
    st.just(History.user),
    st.just(History.ai),
    st.just(History.note),
    st.tuples(st.booleans(), st.sampled_from(REASONS)).map(lambda drawn: lambda history: History.request(history, by_user=drawn[0], reason=drawn[1])),
    st.just(History.withdraw),
    agents.map(lambda agent: lambda history: History.take_over(history, agent)),
    agents.map(lambda agent: lambda history: History.transfer(history, agent)),
    st.just(History.write),
    st.just(History.write),
    st.just(History.hand_back),
    st.sampled_from(RELEASES).map(lambda cause: lambda history: History.release(history, cause)),
    st.sampled_from(CLOSINGS).map(lambda reason: lambda history: History.close(history, reason)),
)


@st.composite
def histories(draw: st.DrawFn, conversation_id: str = "c") -> list[pb.Event]:
    """Return all events of one conversation."""
    history = History(conversation_id, bot=draw(st.sampled_from(BOTS)))
    for step, action in draw(st.lists(st.tuples(steps, actions), max_size=40)):
        action(history.later(step))
    return history.events


@st.composite
def logs(draw: st.DrawFn) -> list[pb.Event]:
    """Return the log of up to three conversations, mixed by time."""
    conversations = [draw(histories(f"conversation-{number}")) for number in range(draw(st.integers(1, 3)))]
    return sorted((event for events in conversations for event in events), key=lambda event: (event.at.ToNanoseconds(), event.seq))
