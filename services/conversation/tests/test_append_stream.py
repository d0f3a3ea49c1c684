"""AppendStream through a real listener: the answers of unary calls, in order per conversation, with a bound, and an end of its own."""

import asyncio
import uuid
from collections.abc import Iterable

import grpc
import grpc.aio
import pytest
from baton.conversation.v1 import agent_pb2, control_pb2, errors_pb2, event_pb2, platform_pb2
from google.rpc import code_pb2
from prometheus_client import REGISTRY
from servicekit.errors import UnauthenticatedError
from servicekit.grpc_errors import from_rpc_error

from services.conversation.adapters.memory_event_store import MemoryEventStore
from services.conversation.domain.events import Event
from services.conversation.ports.event_store import Appended
from services.conversation.tests.served import BUDI_ID, Served, ask, served
from services.conversation.tests.watched_process import WatchedStore
from services.conversation.use_cases.command_stream import MAX_UNDER_WAY
from tests.harness.waiting import wait_until

PLATFORM = [("platform", "platform-1")]
Call = grpc.aio.StreamStreamCall[platform_pb2.AppendStreamRequest, platform_pb2.AppendStreamResponse]


def new_id() -> str:
    return str(uuid.uuid4())


async def started(at: Served) -> str:
    user, bot = event_pb2.EndUser(id="user-1", locale="id"), control_pb2.AiAgentRef(id="bot")
    request = platform_pb2.StartConversationRequest(command_id=new_id(), platform_conversation_id=new_id(), user=user, ai_agent=bot)
    return str((await ask(at.platform.StartConversation, request, platform="platform-1")).outcome.conversation_id)


def says(conversation_id: str, text: str, command_id: str = "") -> platform_pb2.StreamedCommand:
    request = platform_pb2.AppendUserMessageRequest(command_id=command_id or new_id(), conversation_id=conversation_id, text=text)
    return platform_pb2.StreamedCommand(append_user_message=request)


def answers(conversation_id: str, text: str, epoch: int = 1) -> platform_pb2.StreamedCommand:
    request = platform_pb2.AppendAiMessageRequest(command_id=new_id(), conversation_id=conversation_id, text=text, epoch=epoch)
    return platform_pb2.StreamedCommand(append_ai_message=request)


async def send(call: Call, *commands: platform_pb2.StreamedCommand) -> None:
    await call.write(platform_pb2.AppendStreamRequest(commands=commands))


async def take(call: Call, count: int) -> list[platform_pb2.StreamedAnswer]:
    found: list[platform_pb2.StreamedAnswer] = []
    async with asyncio.timeout(20):
        while len(found) < count:
            response = await call.read()
            assert isinstance(response, platform_pb2.AppendStreamResponse)
            found += response.answers
    return found


async def refusal_of(call: Call) -> Exception:
    try:
        async with asyncio.timeout(20):
            while await call.read() is not grpc.aio.EOF:
                pass
    except grpc.aio.AioRpcError as error:
        return from_rpc_error(error)
    raise AssertionError(await call.code())


def texts(store: MemoryEventStore, conversation_id: str) -> list[str]:
    return [event.body.text for event in store.log(conversation_id) if hasattr(event.body, "text")]


async def test_each_command_is_answered_by_its_id_with_what_its_own_call_would_answer() -> None:
    async with served() as at:
        conversation_id = await started(at)
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        ask_human = platform_pb2.RequestHumanRequest(command_id=new_id(), conversation_id=conversation_id, epoch=1, by=event_pb2.REQUESTED_BY_AI)
        commands = [
            says(conversation_id, "Halo?"),
            answers(conversation_id, "Halo."),
            platform_pb2.StreamedCommand(request_human=ask_human),
            answers(conversation_id, "late", epoch=7),
            says(conversation_id, " "),
        ]
        await send(call, *commands)
        by_id = {answer.command_id: answer for answer in await take(call, 5)}
        said, answered, asked, late, empty = [by_id[getattr(command, command.WhichOneof("command") or "").command_id] for command in commands]
        await call.done_writing()
        assert await call.read() is grpc.aio.EOF
        assert (said.outcome.seq, answered.outcome.seq) == (2, 3)
        assert (asked.command_id, asked.outcome.control.holder, asked.availability.agents_available) == (ask_human.command_id, control_pb2.HOLDER_QUEUE, 3)
        assert (late.refusal.reason, late.refusal.code, dict(late.refusal.details)) == (
            errors_pb2.ERROR_REASON_CONTROL_LOST,
            code_pb2.FAILED_PRECONDITION,
            {"holder": "queue", "epoch": "1"},
        )
        assert (empty.refusal.reason, empty.refusal.field) == (errors_pb2.ERROR_REASON_INVALID, "text")


async def test_one_conversations_commands_are_carried_out_in_the_order_they_were_sent() -> None:
    async with served() as at:
        conversations = [await started(at) for _ in range(5)]
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        for number in range(20):
            await send(call, *(says(conversation_id, f"{number}") for conversation_id in conversations))
        await take(call, 100)
        call.cancel()
        for conversation_id in conversations:
            assert texts(at.store, conversation_id) == [f"{number}" for number in range(20)]


async def test_an_id_is_the_same_on_a_stream_and_by_itself() -> None:
    async with served() as at:
        conversation_id, command_id = await started(at), new_id()
        request = platform_pb2.AppendUserMessageRequest(command_id=command_id, conversation_id=conversation_id, text="once")
        await ask(at.platform.AppendUserMessage, request, platform="platform-1")
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        await send(call, says(conversation_id, "once", command_id), says(conversation_id, "other", command_id))
        same, other = await take(call, 2)
        call.cancel()
        assert (same.outcome.seq, same.outcome.repeated) == (2, True)
        assert other.refusal.reason == errors_pb2.ERROR_REASON_ID_REUSED
        assert texts(at.store, conversation_id) == ["once"]


async def test_nothing_overtakes_a_command_whose_outcome_is_unknown() -> None:
    class LosesOne(MemoryEventStore):
        lost = ""

        async def append(self, event: Event) -> Appended:
            if event.conversation_id == self.lost:
                self.lost = ""
                return Appended.UNKNOWN
            return await super().append(event)

    store = LosesOne()
    async with served(store) as at:
        conversation_id, other_id = await started(at), await started(at)
        store.lost = conversation_id
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        first, second = says(conversation_id, "first"), says(conversation_id, "second")
        await send(call, first, second, says(other_id, "elsewhere"))
        by_id = {answer.command_id: answer for answer in await take(call, 3)}
        assert by_id.pop(first.append_user_message.command_id).refusal.reason == errors_pb2.ERROR_REASON_UNAVAILABLE
        behind = by_id.pop(second.append_user_message.command_id).refusal
        assert (behind.reason, dict(behind.details)) == (errors_pb2.ERROR_REASON_BEHIND_UNDECIDED, {"command_id": first.append_user_message.command_id})
        assert [answer.outcome.seq for answer in by_id.values()] == [2]
        await send(call, first, second)
        assert [answer.outcome.seq for answer in await take(call, 2)] == [2, 3]
        call.cancel()
        assert texts(store, conversation_id) == ["first", "second"]


async def test_so_many_are_under_way_and_the_sender_is_held() -> None:
    gate, full = asyncio.Event(), asyncio.Event()

    class Slow(MemoryEventStore):
        waiting = 0

        async def append(self, event: Event) -> Appended:
            if event.seq > 1:
                self.waiting += 1
                if self.waiting >= MAX_UNDER_WAY:
                    full.set()
                await gate.wait()
            return await super().append(event)

    store = Slow()
    async with served(store) as at:
        conversations = [await started(at) for _ in range(MAX_UNDER_WAY + 40)]
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        half = len(conversations) // 2
        for part in (conversations[:half], conversations[half:]):
            await send(call, *(says(conversation_id, "x" * 1000) for conversation_id in part))
        async with asyncio.timeout(20):
            await full.wait()
        # Whoever reads beyond the bound does so at once: an answer from elsewhere is later than that.
        await ask(at.platform.GetConversation, platform_pb2.GetConversationRequest(conversation_id=conversations[0]), platform="platform-1")
        assert store.waiting == MAX_UNDER_WAY
        gate.set()
        await take(call, len(conversations))
        call.cancel()


@pytest.mark.parametrize("wrong", [[], [platform_pb2.StreamedCommand()], [says("", "x")] * (MAX_UNDER_WAY + 1)])
async def test_what_no_answer_could_name_ends_the_stream(wrong: Iterable[platform_pb2.StreamedCommand]) -> None:
    async with served() as at:
        conversation_id = await started(at)
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        await send(call, says(conversation_id, "before"))
        await send(call, *wrong)
        (before,) = await take(call, 1)
        assert before.outcome.seq == 2
        assert str(await refusal_of(call)).startswith("commands")


async def test_a_revoked_key_ends_the_stream() -> None:
    async with served() as at:
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        await send(call, says(await started(at), "before"))
        await take(call, 1)
        at.surroundings.revoked_keys.add("key-1")
        assert isinstance(await refusal_of(call), UnauthenticatedError)


async def test_a_stream_ends_by_itself_when_the_process_drains_or_it_is_old_and_everything_read_is_answered() -> None:
    store = WatchedStore()
    async with served(store) as at:
        conversation_id = await started(at)
        store.gate = asyncio.Event()
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        await send(call, says(conversation_id, "before"))
        await wait_until(lambda: store.appends == 2, 20, what="the command is read, and under way")
        at.surroundings.draining = True
        store.gate.set()
        await take(call, 1)
        assert await call.read() is grpc.aio.EOF
        assert await call.code() is grpc.StatusCode.OK
    async with served(max_stream_seconds=0.0) as at:
        call = at.platform.AppendStream(metadata=PLATFORM)
        assert await call.read() is grpc.aio.EOF
        assert await call.code() is grpc.StatusCode.OK


async def test_composing_has_no_answer_and_its_faults_end_nothing() -> None:
    async with served() as at:
        conversation_id = await started(at)
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        composing = platform_pb2.ReportTypingRequest(conversation_id=conversation_id, epoch=1, partial_text="Hal", active=True)
        unknown = platform_pb2.ReportTypingRequest(conversation_id=new_id(), epoch=1, active=True)
        await send(call, *(platform_pb2.StreamedCommand(report_typing=request) for request in (composing, unknown)), answers(conversation_id, "Halo."))
        (answer,) = await take(call, 1)
        assert answer.outcome.seq == 2
        await call.done_writing()
        assert await call.read() is grpc.aio.EOF
        assert at.surroundings.typed == [("ai", (1, "Hal", True))]


async def test_what_an_agent_dismisses_is_the_ais_again() -> None:
    async with served() as at:
        conversation_id = await started(at)
        request = platform_pb2.RequestHumanRequest(command_id=new_id(), conversation_id=conversation_id, epoch=1, by=event_pb2.REQUESTED_BY_AI)
        await ask(at.platform.RequestHuman, request, platform="platform-1")
        dismiss = agent_pb2.DismissRequestRequest(command_id=new_id(), conversation_id=conversation_id, epoch=1, reason="known already")
        outcome = (await ask(at.agent.DismissRequest, dismiss, agent=BUDI_ID)).outcome
        assert (outcome.control.holder, outcome.control.cause) == (control_pb2.HOLDER_AI, control_pb2.CONTROL_CAUSE_REQUEST_WITHDRAWN)


async def test_commands_are_counted_as_the_calls_that_they_stand_for() -> None:
    def counted(code: str) -> float:
        labels = {"method": "/baton.conversation.v1.PlatformService/AppendAiMessage", "code": code}
        return REGISTRY.get_sample_value("baton_grpc_server_seconds_count", labels) or 0

    async with served() as at:
        conversation_id = await started(at)
        call: Call = at.platform.AppendStream(metadata=PLATFORM)
        before = [counted(code) for code in ("OK", "FAILED_PRECONDITION")]
        await send(call, answers(conversation_id, "Halo."), answers(conversation_id, "late", epoch=7))
        await take(call, 2)
        await call.done_writing()
        assert [counted(code) for code in ("OK", "FAILED_PRECONDITION")] == [count + 1 for count in before]
