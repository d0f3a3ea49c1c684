"""What reads, through real gRPC listeners and a real database: what is answered, and what is refused by name."""

import random
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import grpc.aio
import pytest
from baton.conversation.v1 import agent_pb2, agent_pb2_grpc, internal_pb2, internal_pb2_grpc, platform_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from pymongo.asynchronous.database import AsyncDatabase
from servicekit.caller import PlatformCaller, Role, UserCaller, set_caller
from servicekit.clock import SystemClock
from servicekit.errors import InvalidError
from servicekit.grpc_server import GrpcServer

from services.conversation.adapters.change_tail import ChangeTail
from services.conversation.adapters.event_proto import to_proto
from services.conversation.adapters.list_indexes import ensure_view_indexes
from services.conversation.adapters.mongo_backlog import MongoBacklog
from services.conversation.adapters.mongo_consumers import MongoConsumers
from services.conversation.adapters.mongo_event_store import MongoEventStore
from services.conversation.adapters.mongo_history import MongoHistory
from services.conversation.adapters.mongo_list import MongoList
from services.conversation.adapters.mongo_policies import MongoPolicies
from services.conversation.adapters.mongo_presence import MongoPresence
from services.conversation.adapters.mongo_read_marks import MongoReadMarks
from services.conversation.adapters.mongo_templates import MongoTemplates
from services.conversation.adapters.topic_feed import TopicFeed
from services.conversation.domain.events import UserMessage
from services.conversation.entrypoints import agent_service, internal_service
from services.conversation.entrypoints.agent_service import AgentService
from services.conversation.entrypoints.internal_service import InternalService
from services.conversation.entrypoints.watch import PlatformWatching
from services.conversation.ports.watching import Consumer
from services.conversation.tests.logbook import BUDI, Log, wander, write
from services.conversation.tests.served import Surroundings, ask, refusal_of
from services.conversation.tests.test_projector import expected_row
from services.conversation.use_cases.carry_out import CarryOut
from services.conversation.use_cases.edit_templates import EditTemplates
from services.conversation.use_cases.read_history import ReadHistory
from services.conversation.use_cases.read_list import ReadList
from services.conversation.use_cases.states import States
from services.conversation.use_cases.tell_availability import TellAvailability
from services.conversation.use_cases.tell_presence import TellPresence
from services.conversation.use_cases.transfer import TransferToAgent
from services.conversation.use_cases.watch import Watch

Database = AsyncDatabase[dict[str, Any]]

NOBODYS = "00000000-0000-4000-8000-000000000000"
# Untyped: numbers that the contract does not know are what is tested.
ListRequest: Any = agent_pb2.ListConversationsRequest
ReportedAgent: Any = internal_pb2.ReportedAgent
ExportRequest: Any = internal_pb2.ExportLogRequest
SHARED = agent_pb2.Template(name="greet", text="Hello", locale="en")


async def _who_calls(metadata: Any) -> None:
    if "service" in metadata:
        set_caller(service=metadata["service"])
    elif "workspace" in metadata:
        user = UserCaller(metadata["workspace"], BUDI.id, "session-1", Role[metadata.get("role", "AGENT")], "Budi", "Budi", "")
        set_caller(user=user, service="realtime")


@pytest.fixture(name="channel")
async def channel_fixture(db: Database) -> AsyncIterator[grpc.aio.Channel]:
    await ensure_view_indexes(db)
    await db["leases"].insert_one({"_id": "projector", "position": {"cluster_time": 2**60, "token": None}})
    history, presence = MongoHistory(db), MongoPresence(db)
    carry_out = CarryOut(MongoEventStore(db), States(), MongoPolicies(db), SystemClock())
    agents = AgentService(
        carry_out,
        TransferToAgent(carry_out, Surroundings()),
        ReadList(MongoList(db), history, MongoReadMarks(db)),
        ReadHistory(history),
        EditTemplates(MongoTemplates(db)),
        TellPresence(presence, MongoPolicies(db)),
        MongoConsumers(db),
        to_proto,
    )
    server = GrpcServer(
        authenticate=_who_calls,
        add_services=[
            partial(agent_pb2_grpc.add_AgentServiceServicer_to_server, agents),
            partial(internal_pb2_grpc.add_InternalServiceServicer_to_server, InternalService(presence, history, to_proto)),
        ],
        service_names=[agent_service.SERVICE_NAME, internal_service.SERVICE_NAME],
    )
    port = server.listen("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    await server.stop(0)


async def written(db: Database, workspace_id: str = "ws-1") -> Log:
    log = Log(workspace_id)
    wander(log, 12, random.Random(31))
    await write(db, *log.events)
    await db["conversations"].insert_one(expected_row(log))
    return log


async def test_the_list_the_row_the_history_and_the_mark_are_of_the_callers_workspace(db: Database, channel: grpc.aio.Channel) -> None:
    mine, theirs = await written(db), await written(db, "ws-2")
    agent = agent_pb2_grpc.AgentServiceStub(channel)
    page = await ask(agent.ListConversations, ListRequest(statuses=[1, 2, 3, 4, 5]), workspace="ws-1")
    assert [row.conversation_id for row in page.rows] == [mine.id]
    assert (page.projected_at, page.counts.matching) == (2**60, 1)
    row = (await ask(agent.GetConversationRow, agent_pb2.GetConversationRowRequest(conversation_id=mine.id), workspace="ws-1")).row
    assert row == page.rows[0]
    assert (row.seq, row.user.name) == (len(mine.events), "Ani Wijaya")
    events = await ask(agent.ListEvents, agent_pb2.ListEventsRequest(conversation_id=mine.id, limit=200), workspace="ws-1")
    assert list(events.events) == [to_proto(event) for event in mine.events]
    assert not events.more
    read = await ask(agent.MarkRead, agent_pb2.MarkReadRequest(conversation_id=mine.id, seq=2**40), workspace="ws-1")
    assert (read.read_seq, read.unread) == (len(mine.events), 0)
    for method, request in (
        (agent.GetConversationRow, agent_pb2.GetConversationRowRequest(conversation_id=theirs.id)),
        (agent.ListEvents, agent_pb2.ListEventsRequest(conversation_id=theirs.id)),
        (agent.MarkRead, agent_pb2.MarkReadRequest(conversation_id=theirs.id, seq=1)),
        (agent.ListEvents, agent_pb2.ListEventsRequest(conversation_id=NOBODYS)),
    ):
        assert (await refusal_of(method, request, workspace="ws-1")).reason == "CONVERSATION_NOT_FOUND"


@pytest.mark.parametrize(
    ("method", "request_", "field"),
    [
        ("ListConversations", ListRequest(page_size=201), "page_size"),
        ("ListConversations", ListRequest(page_size=-1), "page_size"),
        ("ListConversations", ListRequest(search="a\0b"), "search"),
        ("ListConversations", ListRequest(search="x" * 401), "search"),
        ("ListConversations", ListRequest(statuses=[0]), "statuses"),
        ("ListConversations", ListRequest(statuses=[99]), "statuses"),
        ("ListConversations", ListRequest(sort=99), "sort"),
        ("ListConversations", ListRequest(agent_ids=["x"] * 101), "agent_ids"),
        ("ListConversations", ListRequest(ai_agent_ids=[""]), "ai_agent_ids"),
        ("ListConversations", ListRequest(user_id="x" * 201), "user_id"),
        ("ListConversations", ListRequest(page_token="{}"), "page_token"),
        ("GetConversationRow", agent_pb2.GetConversationRowRequest(conversation_id='{"$gt": ""}'), "conversation_id"),
        ("ListEvents", agent_pb2.ListEventsRequest(conversation_id=NOBODYS.upper() + "A"), "conversation_id"),
        ("ListEvents", agent_pb2.ListEventsRequest(conversation_id=NOBODYS, before_seq=-1), "before_seq"),
        ("ListEvents", agent_pb2.ListEventsRequest(conversation_id=NOBODYS, before_seq=1, after_seq=1), "after_seq"),
        ("ListEvents", agent_pb2.ListEventsRequest(conversation_id=NOBODYS, limit=201), "limit"),
        ("MarkRead", agent_pb2.MarkReadRequest(conversation_id=NOBODYS, seq=-1), "seq"),
        ("PutTemplate", agent_pb2.PutTemplateRequest(template=agent_pb2.Template(name="two words", text="x")), "template.name"),
        ("PutTemplate", agent_pb2.PutTemplateRequest(template=agent_pb2.Template(id="x", name="x", text="x")), "template.id"),
        ("DeleteTemplate", agent_pb2.DeleteTemplateRequest(template_id="$where"), "template_id"),
    ],
)
async def test_bad_input_is_refused_by_the_name_of_its_field(channel: grpc.aio.Channel, method: str, request_: Any, field: str) -> None:
    refusal = await refusal_of(getattr(agent_pb2_grpc.AgentServiceStub(channel), method), request_, workspace="ws-1")
    assert (type(refusal), refusal.field) == (InvalidError, field)


async def test_operators_in_a_filter_are_only_text(db: Database, channel: grpc.aio.Channel) -> None:
    await written(db)
    agent = agent_pb2_grpc.AgentServiceStub(channel)
    for text in ('{"$gt": ""}', "$where", ".*", "^", "[", "\\"):
        for request in (ListRequest(user_id=text), ListRequest(search=text)):
            assert not (await ask(agent.ListConversations, request, workspace="ws-1")).rows


async def test_templates_are_edited_by_their_rules(channel: grpc.aio.Channel) -> None:
    agent = agent_pb2_grpc.AgentServiceStub(channel)
    shared = agent_pb2.PutTemplateRequest(template=SHARED, shared=True)
    assert (await refusal_of(agent.PutTemplate, shared, workspace="ws-1")).reason == "ROLE_REQUIRED"
    made = (await ask(agent.PutTemplate, shared, workspace="ws-1", role="SUPERVISOR")).template
    assert list((await ask(agent.ListTemplates, agent_pb2.ListTemplatesRequest(), workspace="ws-1")).templates) == [made]
    old = agent_pb2.PutTemplateRequest(template=agent_pb2.Template(id=made.id, name="greet", text="Hi", revision=7), shared=True)
    assert (await refusal_of(agent.PutTemplate, old, workspace="ws-1", role="SUPERVISOR")).reason == "TEMPLATE_CHANGED"
    gone = agent_pb2.DeleteTemplateRequest(template_id=made.id)
    assert (await refusal_of(agent.DeleteTemplate, gone, workspace="ws-2", role="SUPERVISOR")).reason == "TEMPLATE_NOT_FOUND"
    await ask(agent.DeleteTemplate, gone, workspace="ws-1", role="SUPERVISOR")


async def test_presence_is_reported_by_realtime_alone_and_read_by_agents(channel: grpc.aio.Channel) -> None:
    internal, agent = internal_pb2_grpc.InternalServiceStub(channel), agent_pb2_grpc.AgentServiceStub(channel)
    reported = ReportedAgent(workspace_id="ws-1", agent_id=BUDI.id, presence=agent_pb2.PRESENCE_AWAY)
    report = internal_pb2.ReportPresenceRequest(reporter_id="realtime-1", agents=[reported])
    assert (await refusal_of(internal.ReportPresence, report, service="analytics")).reason == "SERVICE_NOT_ALLOWED"
    assert (await refusal_of(internal.ReportPresence, report)).reason == "SERVICE_IDENTITY_INVALID"
    (told,) = (await ask(internal.ReportPresence, report, service="realtime")).agents
    assert told == reported
    reported.presence, reported.unchanged = agent_pb2.PRESENCE_AVAILABLE, True
    (told,) = (await ask(internal.ReportPresence, internal_pb2.ReportPresenceRequest(reporter_id="realtime-2", agents=[reported]), service="realtime")).agents
    assert told.presence == agent_pb2.PRESENCE_AWAY
    (found,) = (await ask(agent.ListPresence, agent_pb2.ListPresenceRequest(), workspace="ws-1")).agents
    assert (found.agent_id, found.presence, found.open_conversations) == (BUDI.id, agent_pb2.PRESENCE_AWAY, 0)
    assert [countdown.seconds for countdown in found.countdowns] == [15 * 60]
    for bad in (
        internal_pb2.ReportPresenceRequest(agents=[reported]),
        internal_pb2.ReportPresenceRequest(reporter_id="r", agents=[ReportedAgent(workspace_id="ws-1", agent_id="a", presence=3)]),
        internal_pb2.ReportPresenceRequest(reporter_id="r", agents=[ReportedAgent(agent_id="a", presence=1)]),
    ):
        assert isinstance(await refusal_of(internal.ReportPresence, bad, service="realtime"), InvalidError)


async def test_the_log_is_exported_to_analytics_alone(db: Database, channel: grpc.aio.Channel) -> None:
    log = await written(db)
    internal = internal_pb2_grpc.InternalServiceStub(channel)
    answers = [answer async for answer in internal.ExportLog(ExportRequest(), metadata=[("service", "analytics")])]
    assert [event for answer in answers for event in answer.events] == [to_proto(event) for event in log.events]
    rest = ExportRequest(after_position=answers[-1].position)
    assert [answer async for answer in internal.ExportLog(rest, metadata=[("service", "analytics")])] == []
    for request, service, code in (
        (ExportRequest(), "realtime", grpc.StatusCode.PERMISSION_DENIED),
        (ExportRequest(after_position="x"), "analytics", grpc.StatusCode.INVALID_ARGUMENT),
        (ExportRequest(conversation_id="x"), "analytics", grpc.StatusCode.INVALID_ARGUMENT),
        (ExportRequest(**{"from": Timestamp(seconds=-(10**14))}), "analytics", grpc.StatusCode.INVALID_ARGUMENT),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            _ = [answer async for answer in internal.ExportLog(request, metadata=[("service", service)])]
        assert refused.value.code() is code


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("consumer_name", platform_pb2.WatchRequest()),
        ("consumer_name", platform_pb2.WatchRequest(consumer_name="x" * 201)),
        ("consumer_name", platform_pb2.WatchRequest(consumer_name="a\0b")),
        ("cursor", platform_pb2.WatchRequest(consumer_name="c", cursor="{}")),
        ("ai_agent_ids", platform_pb2.WatchRequest(consumer_name="c", ai_agent_ids=[""])),
        ("ai_agent_ids", platform_pb2.WatchRequest(consumer_name="c", ai_agent_ids=["x"] * 101)),
    ],
)
async def test_a_watch_that_asks_for_nonsense_is_refused_by_name(db: Database, field: str, request_: platform_pb2.WatchRequest) -> None:
    set_caller(platform=PlatformCaller("ws-1", "platform-1", "Example AI", "key-1"))
    feed = TopicFeed("127.0.0.1:1", "nowhere")
    watch = Watch(feed, MongoBacklog(db, ChangeTail(db)), MongoConsumers(db), max_seconds=1, draining=lambda: False)
    context: Any = None
    with pytest.raises(InvalidError) as refused:
        _ = [
            item
            async for item in PlatformWatching(watch, TellAvailability(MongoPresence(db), MongoPolicies(db), SystemClock()), lambda _key: False).watch(
                request_, context
            )
        ]
    assert refused.value.field == field


async def test_a_conversation_is_looked_through_and_watchers_are_named(db: Database, channel: grpc.aio.Channel) -> None:
    log = await written(db)
    agent = agent_pb2_grpc.AgentServiceStub(channel)
    landmarks = (await ask(agent.ListLandmarks, agent_pb2.ListLandmarksRequest(conversation_id=log.id), workspace="ws-1")).events
    assert landmarks[0].seq == 1
    said = next(event for event in log.events if isinstance(event.body, UserMessage))
    assert isinstance(said.body, UserMessage)
    found = await ask(agent.FindInConversation, agent_pb2.FindInConversationRequest(conversation_id=log.id, text=said.body.text), workspace="ws-1")
    assert said.seq in [event.seq for event in found.events]
    refusals: tuple[tuple[dict[str, Any], str], ...] = (
        ({"text": " "}, "text"),
        ({"text": "x" * 201}, "text"),
        ({"text": "x", "limit": 51}, "limit"),
        ({"text": "x", "before_seq": -1}, "before_seq"),
    )
    for refused, field in refusals:
        with pytest.raises(InvalidError) as error:
            await ask(agent.FindInConversation, agent_pb2.FindInConversationRequest(conversation_id=log.id, **refused), workspace="ws-1")
        assert error.value.field == field
    await MongoConsumers(db).open(Consumer("ws-1", "platform-1", "deliverer"), "stream-1", ["bot-1"])
    [watcher] = (await ask(agent.ListWatchers, agent_pb2.ListWatchersRequest(), workspace="ws-1")).watchers
    assert (watcher.platform_id, watcher.name, list(watcher.ai_agent_ids), watcher.connected) == ("platform-1", "deliverer", ["bot-1"], True)
