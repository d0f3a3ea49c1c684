"""The command RPCs through a real gRPC server: what goes in, what comes out, what is refused and how."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from baton.conversation.v1 import agent_pb2, control_pb2, event_pb2, platform_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from servicekit.errors import ConflictError, InvalidError, NotFoundError, PreconditionError, UnauthenticatedError

from services.conversation.domain.policy import OpenHours, Policy
from services.conversation.domain.texts import conversation_id_of
from services.conversation.tests.scene import new_id
from services.conversation.tests.served import BUDI_ID, SARI_ID, Served, ask, refusal_of, served

PLATFORM = {"platform": "platform-1"}
BUDI = {"agent": BUDI_ID}
SARI = {"agent": SARI_ID}


@pytest.fixture(name="at")
async def served_fixture() -> AsyncIterator[Served]:
    async with served() as up:
        yield up


def a_start(**more: Any) -> platform_pb2.StartConversationRequest:
    user = event_pb2.EndUser(id="user-1", name="Ani", email="ani@example.org", locale="id")
    agent = control_pb2.AiAgentRef(id="bot-1", name="Helper")
    fields: dict[str, Any] = {"command_id": new_id(), "platform_conversation_id": "theirs-1", "user": user, "ai_agent": agent, "attributes": {"a": "b"}}
    return platform_pb2.StartConversationRequest(**(fields | more))


async def begun(at: Served) -> dict[str, Any]:
    """Begin a conversation, and return the fields that every further command has; a new command id each time it is spread."""
    answer = await ask(at.platform.StartConversation, a_start(), **PLATFORM)
    return {"conversation_id": answer.outcome.conversation_id}


def ids(on: dict[str, Any]) -> dict[str, Any]:
    return {"command_id": new_id(), **on}


async def test_the_whole_way_from_start_to_takeover_to_hand_back_to_close(at: Served) -> None:
    on = await begun(at)
    assert on["conversation_id"] == conversation_id_of("workspace-1", "platform-1", "theirs-1")
    user = await ask(at.platform.AppendUserMessage, platform_pb2.AppendUserMessageRequest(**ids(on), text="👋 tolong"), **PLATFORM)
    assert (user.outcome.seq, user.outcome.control.holder, user.outcome.control.epoch) == (2, control_pb2.HOLDER_AI, 1)
    await ask(at.platform.AppendAiMessage, platform_pb2.AppendAiMessageRequest(**ids(on), text="Hai", epoch=1), **PLATFORM)
    asked = await ask(at.platform.RequestHuman, platform_pb2.RequestHumanRequest(**ids(on), epoch=1, by=event_pb2.REQUESTED_BY_USER, reason="r"), **PLATFORM)
    assert (asked.outcome.control.holder, asked.availability.agents_available, asked.availability.waiting_ahead) == (control_pb2.HOLDER_QUEUE, 3, 2)
    taken = await ask(at.agent.TakeOver, agent_pb2.TakeOverRequest(**ids(on)), **BUDI)
    assert (taken.outcome.control.agent.display_name, taken.outcome.control.cause) == ("Budi Santoso", control_pb2.CONTROL_CAUSE_USER_REQUEST)
    late = await refusal_of(at.platform.AppendAiMessage, platform_pb2.AppendAiMessageRequest(**ids(on), text="late", epoch=1), **PLATFORM)
    assert isinstance(late, PreconditionError)
    assert (late.reason, late.details) == ("CONTROL_LOST", {"holder": "human", "epoch": "2"})
    resolved = agent_pb2.ResolveDraftRequest(**ids(on), draft_seq=6, resolution=event_pb2.DRAFT_RESOLUTION_DISCARDED)
    await ask(at.agent.ResolveDraft, resolved, **BUDI)
    await ask(at.agent.SendMessage, agent_pb2.SendMessageRequest(**ids(on), text="Saya Budi", seen_seq=7), **BUDI)
    await ask(at.agent.AddNote, agent_pb2.AddNoteRequest(**ids(on), text="a note"), **SARI)
    await ask(at.agent.Transfer, agent_pb2.TransferRequest(**ids(on), seen_seq=9, to_agent_id=SARI_ID, note="n", message="m"), **BUDI)
    await ask(at.agent.Release, agent_pb2.ReleaseRequest(**ids(on), reason="lunch"), **SARI)
    await ask(at.agent.TakeOver, agent_pb2.TakeOverRequest(**ids(on)), **SARI)
    back = agent_pb2.HandBackRequest(**ids(on), seen_seq=12, brief=event_pb2.Brief(summary="s"), message="Bye")
    assert (await ask(at.agent.HandBack, back, **SARI)).outcome.control.ai_may_speak
    closed = await ask(at.agent.Close, agent_pb2.CloseRequest(**ids(on), reason=control_pb2.CLOSE_REASON_RESOLVED), **BUDI, role="SUPERVISOR")
    assert (closed.outcome.seq, closed.outcome.control.close_reason) == (14, control_pb2.CLOSE_REASON_RESOLVED)
    got = await ask(at.platform.GetConversation, platform_pb2.GetConversationRequest(**on), **PLATFORM)
    assert (got.seq, got.control.holder, got.last_user_seq) == (14, control_pb2.HOLDER_CLOSED, 2)
    again = await ask(at.platform.AppendUserMessage, platform_pb2.AppendUserMessageRequest(**ids(on), text="masih ada"), **PLATFORM)
    assert again.outcome.control.cause == control_pb2.CONTROL_CAUSE_REOPENED
    log = at.store.log(on["conversation_id"])
    assert [event.type for event in log][3:] == [
        "human_requested", "taken_over", "ai_draft_withheld", "draft_resolved", "human_message", "note_added", "transferred", "returned_to_queue",
        "taken_over", "handed_back", "closed", "user_message",
    ]  # fmt: skip
    assert (log[4].actor.name, log[1].actor.name) == ("the real name", "Example AI")


async def test_a_retry_is_answered_with_its_first_outcome_and_other_content_under_its_id_is_refused(at: Served) -> None:
    on = await begun(at)
    request = platform_pb2.AppendUserMessageRequest(**ids(on), text="once")
    first = await ask(at.platform.AppendUserMessage, request, **PLATFORM)
    again = await ask(at.platform.AppendUserMessage, request, **PLATFORM)
    assert (again.outcome.seq, again.outcome.at, again.outcome.repeated) == (first.outcome.seq, first.outcome.at, True)
    request.text = "twice"
    assert (await refusal_of(at.platform.AppendUserMessage, request, **PLATFORM)).reason == "ID_REUSED"


async def test_two_agents_at_once_one_wins_and_the_other_is_told_who(at: Served) -> None:
    on = await begun(at)
    await ask(at.agent.TakeOver, agent_pb2.TakeOverRequest(**ids(on)), **BUDI)
    refusal = await refusal_of(at.agent.TakeOver, agent_pb2.TakeOverRequest(**ids(on)), **SARI)
    assert isinstance(refusal, ConflictError)
    assert (refusal.reason, refusal.details) == ("ALREADY_TAKEN", {"agent_id": BUDI_ID, "agent_name": "Budi Santoso"})


async def test_what_was_not_seen_stops_a_reply_and_says_where_it_stands(at: Served) -> None:
    on = await begun(at)
    await ask(at.agent.TakeOver, agent_pb2.TakeOverRequest(**ids(on)), **BUDI)
    await ask(at.platform.AppendUserMessage, platform_pb2.AppendUserMessageRequest(**ids(on), text="wait"), **PLATFORM)
    refusal = await refusal_of(at.agent.SendMessage, agent_pb2.SendMessageRequest(**ids(on), text="hm", seen_seq=2), **BUDI)
    assert (refusal.reason, refusal.details) == ("UNSEEN_MESSAGES", {"first_seq": "3", "last_seq": "3"})


async def test_a_transfer_to_nobody_is_not_found_and_on_a_retry_of_a_true_one_the_first_outcome_stands(at: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    on = await begun(at)
    nobody = agent_pb2.TransferRequest(**ids(on), seen_seq=1, to_agent_id=new_id())
    assert (await refusal_of(at.agent.Transfer, nobody, **BUDI)).reason == "AGENT_NOT_FOUND"
    request = agent_pb2.TransferRequest(**ids(on), seen_seq=1, to_agent_id=SARI_ID)
    first = await ask(at.agent.Transfer, request, **BUDI)

    async def gone(_workspace_id: str, _agent_id: str) -> None:
        return None

    monkeypatch.setattr(at.surroundings, "active_agent", gone)
    assert (await ask(at.agent.Transfer, request, **BUDI)).outcome.seq == first.outcome.seq


async def test_receipts_are_answered_with_the_control_state(at: Served) -> None:
    on = await begun(at)
    delivered = await ask(at.platform.ReportDelivered, platform_pb2.ReportDeliveredRequest(**ids(on), up_to_seq=1), **PLATFORM)
    shown = await ask(at.platform.ReportShown, platform_pb2.ReportShownRequest(**ids(on), up_to_seq=1), **PLATFORM)
    assert delivered.control == shown.control
    assert at.store.log(on["conversation_id"])[-1].after.shown_seq == 1


async def test_typing_goes_by_and_composing_under_a_stale_epoch_is_dropped(at: Served) -> None:
    on = await begun(at)
    for request in (
        platform_pb2.ReportTypingRequest(**on, user=True, active=True),
        platform_pb2.ReportTypingRequest(**on, epoch=1, partial_text="Per", active=True),
        platform_pb2.ReportTypingRequest(**on, epoch=2, partial_text="no", active=True),
    ):
        await ask(at.platform.ReportTyping, request, **PLATFORM)
    assert at.surroundings.typed == [("user", True), ("ai", (1, "Per", True))]


async def test_the_stream_and_its_acknowledgement_are_passed_on(at: Served) -> None:
    call = at.platform.Watch(platform_pb2.WatchRequest(consumer_name="c", cursor="5"), metadata=list(PLATFORM.items()))
    assert [item.cursor async for item in call] == ["after 5"]
    await ask(at.platform.AckWatch, platform_pb2.AckWatchRequest(consumer_name="c", cursor="5"), **PLATFORM)


async def test_foreign_and_unknown_conversations_do_not_exist(at: Served) -> None:
    on = await begun(at)
    message = platform_pb2.AppendUserMessageRequest(**ids(on), text="hi")
    read = platform_pb2.GetConversationRequest(**on)
    typing = platform_pb2.ReportTypingRequest(**on, user=True)
    for caller in ({"platform": "platform-2"}, {"platform": "platform-1", "workspace": "workspace-2"}):
        for method, request in (
            (at.platform.AppendUserMessage, message),
            (at.platform.GetConversation, read),
            (at.platform.ReportTyping, typing),
        ):
            refusal = await refusal_of(method, request, **caller)
            assert isinstance(refusal, NotFoundError)
            assert refusal.reason == "CONVERSATION_NOT_FOUND"
    refusal = await refusal_of(at.agent.TakeOver, agent_pb2.TakeOverRequest(**ids(on)), **BUDI, workspace="workspace-2")
    assert refusal.reason == "CONVERSATION_NOT_FOUND"
    unknown = agent_pb2.AddNoteRequest(command_id=new_id(), conversation_id=new_id(), text="n")
    assert (await refusal_of(at.agent.AddNote, unknown, **BUDI)).reason == "CONVERSATION_NOT_FOUND"
    assert len(at.store.log(on["conversation_id"])) == 1


async def test_nobody_and_the_wrong_kind_of_caller_are_not_let_in(at: Served) -> None:
    on = await begun(at)
    for method, request, caller in (
        (at.platform.AppendUserMessage, platform_pb2.AppendUserMessageRequest(**ids(on), text="hi"), BUDI),
        (at.platform.GetConversation, platform_pb2.GetConversationRequest(**on), {}),
        (at.agent.TakeOver, agent_pb2.TakeOverRequest(**ids(on)), PLATFORM),
    ):
        assert isinstance(await refusal_of(method, request, **caller), UnauthenticatedError)


LONG = "x" * (16 * 1024 + 1)
START = "StartConversation"
USER = "AppendUserMessage"
BAD: list[tuple[str, dict[str, Any], str]] = [
    (START, {"platform_conversation_id": ""}, "platform_conversation_id"),
    (START, {"platform_conversation_id": "x" * 201}, "platform_conversation_id"),
    (START, {"user": event_pb2.EndUser(id="")}, "user.id"),
    (START, {"user": event_pb2.EndUser(id="u", name="a\0b")}, "user.name"),
    (START, {"user": event_pb2.EndUser(id="u", email="x" * 1025)}, "user.email"),
    (START, {"ai_agent": control_pb2.AiAgentRef()}, "ai_agent.id"),
    (START, {"attributes": {f"k{number}": "" for number in range(33)}}, "attributes"),
    (START, {"command_id": "1"}, "command_id"),
    (USER, {"text": ""}, "text"),
    (USER, {"text": " \n"}, "text"),
    (USER, {"text": LONG}, "text"),
    (USER, {"text": "a\0"}, "text"),
    (USER, {"text": "x", "command_id": '{"$gt": ""}'}, "command_id"),
    (USER, {"text": "x", "conversation_id": '{"$gt": ""}'}, "conversation_id"),
    (USER, {"text": "x", "sent_at": Timestamp(seconds=2**60)}, "sent_at"),
    ("AppendAiMessage", {"text": "x", "epoch": -1}, "epoch"),
    ("AppendAiMessage", {"text": "x", "epoch": 2**62}, "epoch"),
    ("RequestHuman", {"epoch": 1}, "by"),
    ("RequestHuman", {"epoch": 1, "by": 99}, "by"),
    ("RequestHuman", {"epoch": 1, "by": 1, "priority": 99}, "priority"),
    ("RequestHuman", {"epoch": 1, "by": 1, "summary": LONG}, "summary"),
    ("WithdrawRequest", {"epoch": 1, "reason": "x" * 1025}, "reason"),
    ("ReportDelivered", {"up_to_seq": 0}, "up_to_seq"),
    ("ReportShown", {"up_to_seq": 99}, "up_to_seq"),
    ("CloseConversation", {"reason": 0}, "reason"),
    ("CloseConversation", {"reason": control_pb2.CLOSE_REASON_SPAM}, "reason"),
    ("ReportTyping", {"epoch": 1, "partial_text": LONG}, "partial_text"),
    ("GetConversation", {"conversation_id": "no"}, "conversation_id"),
]


@pytest.mark.parametrize(("rpc", "fields", "field"), BAD, ids=lambda value: value if isinstance(value, str) else "")
async def test_a_platforms_bad_input_is_refused_by_its_field_and_nothing_is_written(at: Served, rpc: str, fields: dict[str, Any], field: str) -> None:
    on = await begun(at)
    request_class = getattr(platform_pb2, f"{rpc}Request")
    common = {name: value for name, value in ids(on).items() if name in request_class.DESCRIPTOR.fields_by_name}
    request = a_start(**fields) if rpc == START else request_class(**(common | fields))
    refusal = await refusal_of(getattr(at.platform, rpc), request, **PLATFORM)
    assert isinstance(refusal, InvalidError)
    assert refusal.field == field
    assert len(at.store.log(on["conversation_id"])) == 1


BAD_BY_AGENTS: list[tuple[str, dict[str, Any], str]] = [
    ("TakeOver", {"reason": "x" * 1025}, "reason"),
    ("TakeOver", {"conversation_id": ""}, "conversation_id"),
    ("SendMessage", {"text": "\u3000", "seen_seq": 1}, "text"),
    ("SendMessage", {"text": "x", "seen_seq": -1}, "seen_seq"),
    ("HandBack", {"seen_seq": 1, "message": "  "}, "message"),
    ("HandBack", {"seen_seq": 1, "brief": event_pb2.Brief(promised=LONG)}, "brief.promised"),
    ("Transfer", {"seen_seq": 1, "to_agent_id": '{"$ne": null}'}, "to_agent_id"),
    ("Release", {"note": "a\0"}, "note"),
    ("ResolveDraft", {"draft_seq": 0, "resolution": 1}, "draft_seq"),
    ("ResolveDraft", {"draft_seq": 1, "resolution": 7}, "resolution"),
    ("AddNote", {"text": ""}, "text"),
    ("Close", {"reason": 0}, "reason"),
]


@pytest.mark.parametrize(("rpc", "fields", "field"), BAD_BY_AGENTS, ids=lambda value: value if isinstance(value, str) else "")
async def test_an_agents_bad_input_is_refused_by_its_field_and_nothing_is_written(at: Served, rpc: str, fields: dict[str, Any], field: str) -> None:
    on = await begun(at)
    request = getattr(agent_pb2, f"{rpc}Request")(**(ids(on) | fields))
    refusal = await refusal_of(getattr(at.agent, rpc), request, **BUDI)
    assert isinstance(refusal, InvalidError)
    assert refusal.field == field
    assert len(at.store.log(on["conversation_id"])) == 1


async def test_who_asks_for_a_human_out_of_hours_is_told_when_the_team_is_there_again(at: Served) -> None:
    # A minute of a day that is neither today nor tomorrow nor was yesterday, wherever the clocks are.
    now = datetime.now(UTC)
    weekday = (now.weekday() + 3) % 7
    at.surroundings.policy = Policy(time_zone="Asia/Jakarta", hours=(OpenHours(weekday, 540, 541),))
    asked = await ask(at.platform.RequestHuman, platform_pb2.RequestHumanRequest(**ids(await begun(at)), epoch=1, by=event_pb2.REQUESTED_BY_AI), **PLATFORM)
    opening = asked.availability.next_opening.ToDatetime(tzinfo=UTC)
    assert now < opening < now + timedelta(days=5)
    assert (opening.astimezone(ZoneInfo("Asia/Jakarta")).weekday(), opening.hour, opening.minute) == (weekday, 2, 0)
    at.surroundings.policy = Policy(time_zone="UTC", hours=tuple(OpenHours(day, 0, 1440) for day in range(7)))
    again = await ask(at.platform.RequestHuman, platform_pb2.RequestHumanRequest(**ids(await begun(at)), epoch=1, by=event_pb2.REQUESTED_BY_AI), **PLATFORM)
    assert not again.availability.HasField("next_opening")
