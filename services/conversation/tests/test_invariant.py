"""Whatever is asked, in whatever order: after a takeover the AI is silent until a human lets it speak. A Hypothesis state machine over decide and evolve."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from servicekit.errors import ServiceError

from services.conversation.domain.commands import Command
from services.conversation.domain.control import CloseReason, ControlCause, Holder
from services.conversation.domain.events import (
    AiMessage,
    Closed,
    Event,
    HandedBack,
    RequestedBy,
    ReturnedToQueue,
    TakenOver,
    Transferred,
    UserMessage,
)
from services.conversation.domain.evolve import fold
from services.conversation.domain.ledger import verify
from services.conversation.domain.silence import SilenceWatch
from services.conversation.tests.scene import BUDI, SARI, TONO, Scene

agents = st.sampled_from([BUDI, SARI, TONO])
# Now, and now and then one too few or too many: what a caller may believe.
guesses = st.sampled_from([0, 0, 0, 0, -1, 1])


class AnyConversation(RuleBasedStateMachine):
    """Puts every command to one conversation; refusals are fine, a broken rule is not."""

    @initialize()
    def start(self) -> None:
        self.scene = Scene()
        self.make = self.scene.make

    def put(self, command: Command) -> None:
        try:
            self.scene.do(command)
        except ServiceError:
            return

    @property
    def epoch(self) -> int:
        return self.scene.control.epoch

    @rule(text=st.text(min_size=1, max_size=20))
    def user_writes(self, text: str) -> None:
        self.put(self.make.user(text))

    @rule(off=guesses)
    def ai_writes(self, off: int) -> None:
        self.put(self.make.ai(self.epoch + off))

    @rule(off=guesses, by=st.sampled_from(RequestedBy))
    def human_is_asked_for(self, off: int, by: RequestedBy) -> None:
        self.put(self.make.ask(self.epoch + off, by))

    @rule(off=guesses)
    def request_is_withdrawn(self, off: int) -> None:
        self.put(self.make.withdraw(self.epoch + off))

    @rule(off=guesses, reason=st.sampled_from([CloseReason.AI_RESOLVED, CloseReason.USER_LEFT]))
    def platform_closes(self, off: int, reason: CloseReason) -> None:
        self.put(self.make.end(reason, self.epoch + off))

    @rule(delivered=st.integers(0, 3), shown=st.integers(0, 3))
    def receipts_come(self, delivered: int, shown: int) -> None:
        self.put(self.make.receipts(max(0, self.scene.seq - delivered), max(0, self.scene.seq - shown)))

    @rule(agent=agents, supervisor=st.booleans())
    def agent_takes_over(self, agent: object, supervisor: bool) -> None:  # noqa: FBT001  # drawn
        self.put(self.make.take(agent, supervisor=supervisor, reason="must be"))  # type: ignore[arg-type]  # drawn from agents

    @rule(agent=agents, off=guesses)
    def agent_writes(self, agent: object, off: int) -> None:
        self.put(self.make.say(self.scene.seq + off, agent))  # type: ignore[arg-type]

    @rule(agent=agents, supervisor=st.booleans(), off=guesses)
    def agent_hands_back(self, agent: object, supervisor: bool, off: int) -> None:  # noqa: FBT001
        self.put(self.make.hand_back(self.scene.seq + off, agent, supervisor=supervisor))  # type: ignore[arg-type]

    @rule(agent=agents, to=agents, supervisor=st.booleans(), off=guesses)
    def agent_transfers(self, agent: object, to: object, supervisor: bool, off: int) -> None:  # noqa: FBT001
        self.put(self.make.transfer(self.scene.seq + off, to, agent, supervisor=supervisor))  # type: ignore[arg-type]

    @rule(agent=agents, supervisor=st.booleans())
    def agent_lets_go(self, agent: object, supervisor: bool) -> None:  # noqa: FBT001
        self.put(self.make.release(agent, supervisor=supervisor))  # type: ignore[arg-type]

    @rule(agent=agents, supervisor=st.booleans(), reason=st.sampled_from([CloseReason.RESOLVED, CloseReason.SPAM]))
    def agent_closes(self, agent: object, supervisor: bool, reason: CloseReason) -> None:  # noqa: FBT001
        self.put(self.make.close(agent, supervisor=supervisor, reason=reason))  # type: ignore[arg-type]

    @rule(agent=agents)
    def agent_notes(self, agent: object) -> None:
        self.put(self.make.note(agent))  # type: ignore[arg-type]

    @rule(agent=agents)
    def agent_resolves_a_draft(self, agent: object) -> None:
        drafts = self.scene.log[-1].after.open_draft_seqs
        self.put(self.make.resolve(drafts[0] if drafts else 1, agent))  # type: ignore[arg-type]

    @rule(agent=agents, off=guesses)
    def agent_goes_away(self, agent: object, off: int) -> None:
        self.put(self.make.unattended(agent, self.epoch + off, ControlCause.AGENT_AWAY))  # type: ignore[arg-type]

    @rule(hours=st.sampled_from([1, 25]))
    def time_passes(self, hours: int) -> None:
        self.scene.now += timedelta(hours=hours)
        self.put(self.make.idle())

    @invariant()
    def only_a_human_or_a_silent_queue_or_a_closing_takes_the_ais_voice(self) -> None:
        control = self.scene.control
        if control.holder is Holder.AI:
            assert control.ai_may_speak
        if control.holder in {Holder.HUMAN, Holder.CLOSED}:
            assert not control.ai_may_speak
        assert (control.agent is not None) == (control.holder is Holder.HUMAN)

    def teardown(self) -> None:
        """Each of these reads the whole log, so once at the end is enough: a log only grows."""
        self.check_the_ai_is_silent_from_takeover_to_hand_back()
        self.check_the_watch_from_outside_agrees()
        self.check_the_seq_has_no_holes_and_time_never_goes_back()
        self.check_the_epoch_rises_exactly_where_control_passes()
        self.check_the_ledger_holds()
        self.check_every_event_carries_what_the_log_folds_to()

    def check_the_ai_is_silent_from_takeover_to_hand_back(self) -> None:
        silent = False
        for event in self.scene.log:
            assert not (silent and isinstance(event.body, AiMessage)), f"the AI spoke at {event.seq}"
            if isinstance(event.body, TakenOver | Transferred | ReturnedToQueue):
                silent = True
            elif isinstance(event.body, HandedBack) or (isinstance(event.body, UserMessage) and event.body.reopened):
                silent = False

    def check_the_watch_from_outside_agrees(self) -> None:
        watch = SilenceWatch()
        assert not any(watch.broken_by(event) for event in self.scene.log)

    def check_the_seq_has_no_holes_and_time_never_goes_back(self) -> None:
        assert [event.seq for event in self.scene.log] == list(range(1, len(self.scene.log) + 1))
        moments = [event.at for event in self.scene.log]
        assert moments == sorted(moments)

    def check_the_epoch_rises_exactly_where_control_passes(self) -> None:
        epoch = 1
        for event in self.scene.log:
            epoch += rises(event)
            assert event.after.control.epoch == epoch

    def check_the_ledger_holds(self) -> None:
        assert verify(self.scene.log) is None

    def check_every_event_carries_what_the_log_folds_to(self) -> None:
        after = None
        for event in self.scene.log:
            folded = fold(after, event.seq, event.at, event.actor.id, event.body)
            assert folded.control == event.after.control
            assert folded.last_user_seq == max((e.seq for e in self.scene.log[: event.seq] if isinstance(e.body, UserMessage)), default=0)
            after = event.after


def rises(event: Event) -> int:
    reopened = isinstance(event.body, UserMessage) and event.body.reopened
    return int(reopened or isinstance(event.body, TakenOver | HandedBack | Transferred | ReturnedToQueue | Closed))


TestAnyConversation = AnyConversation.TestCase
TestAnyConversation.settings = settings(max_examples=100, stateful_step_count=40)
