"""The loop around decide: what it reads, what it remembers, what it answers. On the fake store, and on one that misbehaves."""

import asyncio
import gc
from dataclasses import replace
from datetime import timedelta

import pytest
from servicekit.errors import UnavailableError

from services.conversation.domain.commands import Command
from services.conversation.domain.control import Holder
from services.conversation.domain.decide import decide
from services.conversation.domain.errors import AlreadyTakenError, ControlLostError, ConversationNotFoundError, IdReusedError, UndecidedError
from services.conversation.domain.events import AiDraftWithheld, Event
from services.conversation.domain.policy import DEFAULT_POLICY
from services.conversation.ports.event_store import Appended
from services.conversation.tests.scene import BEGIN, SARI, Commands, new_id
from services.conversation.tests.watched_process import IMPATIENT, Process, WatchedStore, started
from services.conversation.use_cases.states import States
from tests.harness.waiting import wait_until


def in_another_process(store: WatchedStore, command: Command) -> None:
    """What another process writes meanwhile, at once."""
    log = store.log(command.conversation_id)
    event = decide(log[-1].state, command, log[-1].at, DEFAULT_POLICY, b"salt")
    assert event is not None
    store._logs[command.conversation_id].append(event)
    store._commands[command.conversation_id, event.actor.kind, event.actor.id, event.command_id] = event


async def test_a_warm_append_is_one_insert_and_no_read() -> None:
    process = await started()
    reads = process.store.reads
    outcome = await process.carry_out(process.make.user())
    assert (outcome.seq, outcome.repeated, process.store.reads) == (2, False, reads)


async def test_a_cold_append_reads_the_newest_event_once() -> None:
    process = await started()
    other = Process(process.store)
    reads = process.store.reads
    await other.carry_out(process.make.user())
    assert process.store.reads == reads + 1


async def test_a_stale_memory_is_found_out_by_the_insert_and_the_command_decided_again() -> None:
    process = await started()
    in_another_process(process.store, process.make.take())
    with pytest.raises(ControlLostError):
        await process.carry_out(process.make.ai(1))
    assert [event.type for event in process.store.log(process.make.conversation_id)] == ["conversation_started", "taken_over", "ai_draft_withheld"]


async def test_a_refusal_is_never_given_on_memory() -> None:
    process = await started()
    await process.carry_out(process.make.take())
    in_another_process(process.store, process.make.hand_back(2))
    # In this process's memory Budi still holds it.
    outcome = await process.carry_out(process.make.take(SARI))
    assert outcome.control.agent == SARI


async def test_what_changes_nothing_is_not_answered_on_memory_either() -> None:
    process = await started()
    await process.carry_out(process.make.take())
    in_another_process(process.store, process.make.take(SARI, supervisor=True, reason="r"))
    with pytest.raises(AlreadyTakenError):
        await process.carry_out(process.make.take())


async def test_a_repeated_command_answers_its_first_outcome_and_the_present_control() -> None:
    process = await started()
    command = process.make.ai(1)
    first = await process.carry_out(command)
    await process.carry_out(process.make.take())
    for carry_out in (process.carry_out, Process(process.store).carry_out):
        again = await carry_out(command)
        assert (again.seq, again.at, again.repeated, again.control.holder) == (first.seq, first.at, True, Holder.HUMAN)
    assert len(process.store.log(process.make.conversation_id)) == 3


async def test_a_repeated_start_answers_and_another_start_answers_what_is_there() -> None:
    process = Process()
    command = process.make.start()
    first = await process.carry_out(command)
    assert replace(await process.carry_out(command), state=None) == replace(first, repeated=True, state=None)
    assert (await process.carry_out(process.make.start())).seq == 1


async def test_the_same_id_with_other_content_is_refused() -> None:
    process = await started()
    command = process.make.ai(1, "yes")
    await process.carry_out(command)
    for other in (replace(command, text="no"), replace(command, epoch=2), process.make.user(command_id=command.command_id)):
        with pytest.raises(IdReusedError):
            await process.carry_out(other)


async def test_a_withheld_message_answers_the_same_refusal_when_it_is_repeated() -> None:
    process = await started()
    await process.carry_out(process.make.take())
    command = process.make.ai(1)
    for _ in range(3):
        with pytest.raises(ControlLostError) as refusal:
            await process.carry_out(command)
        assert refusal.value.details == {"holder": "human", "epoch": "2"}
    drafts = [event for event in process.store.log(process.make.conversation_id) if isinstance(event.body, AiDraftWithheld)]
    assert len(drafts) == 1


async def test_before_a_refusal_the_id_is_looked_up() -> None:
    process = await started()
    await process.carry_out(process.make.take())
    command = process.make.say(2)
    first = await process.carry_out(command)
    await process.carry_out(process.make.hand_back(3))
    assert (await process.carry_out(command)).seq == first.seq


async def test_an_unknown_outcome_is_looked_up_by_its_id() -> None:
    process = await started()

    def written_but_not_said(event: Event) -> Appended:
        process.store._logs[event.conversation_id].append(event)
        process.store._commands[event.conversation_id, event.actor.kind, event.actor.id, event.command_id] = event
        return Appended.UNKNOWN

    process.store.before_append = written_but_not_said
    outcome = await process.carry_out(process.make.user())
    assert (outcome.seq, outcome.repeated) == (2, True)


async def test_an_unknown_outcome_that_nobody_sees_is_unavailable_and_forgotten() -> None:
    process = await started()
    process.store.before_append = lambda _event: Appended.UNKNOWN
    command = process.make.user()
    with pytest.raises(UndecidedError):
        await process.carry_out(command)
    assert process.states.get(process.make.conversation_id) is None
    process.store.before_append = lambda _event: None
    assert (await process.carry_out(command)).seq == 2


async def test_what_stands_against_an_append_is_waited_for_until_a_majority_sees_it() -> None:
    process = await started(replace(IMPATIENT, total=30.0))
    in_another_process(process.store, process.make.take())
    process.store.hidden = {2}
    waiting = asyncio.create_task(process.carry_out(process.make.ai(1)))
    await wait_until(lambda: process.store.reads >= 4)
    process.store.hidden = set()
    with pytest.raises(ControlLostError):
        await waiting


async def test_what_no_majority_ever_sees_is_unavailable() -> None:
    process = await started()
    in_another_process(process.store, process.make.take())
    process.store.hidden = {2}
    with pytest.raises(UnavailableError):
        await process.carry_out(process.make.ai(1))


async def test_commands_of_one_conversation_are_decided_one_after_the_other() -> None:
    process = await started()
    process.store.gate = asyncio.Event()
    appends = process.store.appends
    tasks = [asyncio.create_task(process.carry_out(process.make.ai(1, str(number)))) for number in range(5)]
    await wait_until(lambda: process.store.appends > appends, 10, what="the first append is under way")
    assert process.store.appends == appends + 1
    process.store.gate.set()
    assert [outcome.seq for outcome in await asyncio.gather(*tasks)] == [2, 3, 4, 5, 6]


async def test_a_caller_that_gives_up_does_not_stop_what_was_begun_and_the_next_waits_for_it() -> None:
    process = await started()
    process.store.gate = asyncio.Event()
    first = asyncio.create_task(process.carry_out(process.make.user("one")))
    waiting = asyncio.create_task(process.carry_out(process.make.user("never")))
    last = asyncio.create_task(process.carry_out(process.make.user("two")))
    appends = process.store.appends
    await wait_until(lambda: process.store.appends > appends, 10, what="the first append is under way")
    first.cancel()
    waiting.cancel()
    await asyncio.wait([first, waiting])
    process.store.gate.set()
    assert (await last).seq == 3
    await process.carry_out.drain()
    assert len(process.store.log(process.make.conversation_id)) == 3


async def test_a_caller_that_gives_up_in_the_moment_in_which_its_turn_comes_is_passed_over() -> None:
    process = await started()
    process.store.gate = asyncio.Event()
    first = asyncio.create_task(process.carry_out(process.make.user("one")))
    waiting = asyncio.create_task(process.carry_out(process.make.user("never")))
    last = asyncio.create_task(process.carry_out(process.make.user("two")))
    await asyncio.sleep(0.01)
    # The first leaves the lane in the same turn of the loop in which the second is told to go, and before it.
    process.store.gate.set()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await first).seq == 2
    assert (await last).seq == 3


async def test_a_refusal_whose_caller_has_gone_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    process = await started()
    await process.carry_out(process.make.take())
    process.store.gate = asyncio.Event()
    gone = asyncio.create_task(process.carry_out(process.make.ai(1)))
    await asyncio.sleep(0.01)
    gone.cancel()
    process.store.gate.set()
    await process.carry_out.drain()
    del gone
    gc.collect()
    assert caplog.records == []


async def test_an_event_of_the_topic_advances_memory_only_when_it_is_the_next() -> None:
    process = await started()
    other = Process(process.store)
    conversation_id = process.make.conversation_id
    for _ in range(3):
        await other.carry_out(process.make.user())
    _, second, third, fourth = process.store.log(conversation_id)
    process.states.refresh(second)
    assert process.states.get(conversation_id) == second.state
    process.states.refresh(second)
    process.states.refresh(fourth)
    assert process.states.get(conversation_id) is None
    process.states.refresh(third)
    assert process.states.get(conversation_id) is None


def test_memory_is_bounded_and_never_goes_back() -> None:
    states = States(limit=2)
    log = [decide(None, Commands().start(), BEGIN, DEFAULT_POLICY, b"") for _ in range(3)]
    kept = [event.state for event in log if event]
    for state in kept:
        states.put(state)
    assert [states.get(state.conversation_id) is not None for state in kept] == [False, True, True]
    states.put(replace(kept[2], seq=5))
    states.put(kept[2])
    newest = states.get(kept[2].conversation_id)
    assert newest is not None
    assert newest.seq == 5


async def test_time_never_goes_back_within_a_conversation() -> None:
    process = await started()
    process.clock.moment -= timedelta(seconds=5)
    outcome = await process.carry_out(process.make.user())
    assert outcome.at == BEGIN


async def test_another_workspaces_conversation_does_not_exist() -> None:
    process = await started()
    foreign = Commands(process.make.conversation_id, workspace_id="workspace-2")
    for command in (foreign.user(), foreign.take()):
        with pytest.raises(ConversationNotFoundError):
            await process.carry_out(command)
    with pytest.raises(ConversationNotFoundError):
        await process.carry_out(Commands(new_id()).user())
