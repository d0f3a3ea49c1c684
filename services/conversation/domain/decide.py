"""decide(state, command) -> event | nothing | refusal: the control table, pure. Each kind of caller has a file: decide_platform, _agent, _system."""

from dataclasses import replace
from datetime import datetime

from services.conversation.domain import decide_agent, decide_platform, decide_system
from services.conversation.domain.commands import AddNote, AgentCommand, CloseIdle, Command, ReleaseUnattended, StartConversation
from services.conversation.domain.control import Holder, State
from services.conversation.domain.digest import command_digest
from services.conversation.domain.errors import ConversationClosedError, ConversationNotFoundError
from services.conversation.domain.events import Body, ConversationStarted, Event
from services.conversation.domain.evolve import fold
from services.conversation.domain.ledger import chained, is_control, link
from services.conversation.domain.policy import Policy


def decide(state: State | None, command: Command, now: datetime, policy: Policy, salt: bytes) -> Event | None:
    """Return the one event that the command becomes, or None where it is already so; raise the refusal otherwise (domain/errors.py).

    `now` is the writer's clock; the event is never before the one before it (rule 6). `salt` is random, kept only on control events.
    """
    if state is None:
        body = _start(command)
    else:
        own(state, command)
        decided = _body(state, command, now, policy)
        if decided is None:
            return None
        body = decided
    return _event(state, command, body, max(now, state.at) if state else now, salt)


def own(state: State, command: Command) -> None:
    """Refuse, as if it did not exist, a conversation of another workspace or, to a platform, of another platform (rule 7)."""
    if state.workspace_id != command.workspace_id or (command.platform_id and state.platform_id != command.platform_id):
        raise ConversationNotFoundError


def _start(command: Command) -> Body:
    if not isinstance(command, StartConversation):
        raise ConversationNotFoundError
    return ConversationStarted(command.user, command.ai_agent, command.platform_conversation_id, dict(command.attributes))


def _body(state: State, command: Command, now: datetime, policy: Policy) -> Body | None:
    if isinstance(command, ReleaseUnattended | CloseIdle):
        return decide_system.decide(state, command, now, policy)
    if isinstance(command, AgentCommand):
        if state.after.control.holder is Holder.CLOSED and not isinstance(command, AddNote):
            raise ConversationClosedError(state.after.control)
        return decide_agent.decide(state, command, policy)
    return decide_platform.decide(state, command, now, policy)


def _event(state: State | None, command: Command, body: Body, at: datetime, salt: bytes) -> Event:
    seq = state.seq + 1 if state else 1
    after = fold(state.after if state else None, seq, at, command.actor.id, body)
    event = Event(
        workspace_id=command.workspace_id,
        platform_id=state.platform_id if state else command.platform_id,
        conversation_id=command.conversation_id,
        seq=seq,
        at=at,
        actor=command.actor,
        command_id=command.command_id,
        command_digest=command_digest(command),
        body=body,
        after=after,
    )
    if not is_control(body):
        return event
    event = replace(event, salt=salt)
    ledger = link(event, chained(after))
    return replace(event, ledger=ledger, after=replace(after, chain_head=ledger.hash))
