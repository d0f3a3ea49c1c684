"""The whole service on real MongoDB and Kafka, wired by its own bootstrap, its neighbours behind real gRPC."""

import json
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import httpx
import pytest
from baton.analytics.v1 import analytics_pb2 as pb
from baton.analytics.v1.analytics_pb2_grpc import AnalyticsServiceStub
from baton.conversation.v1 import event_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import SecretStr
from servicekit.caller import Role
from servicekit.clock import SystemClock
from servicekit.errors import ForbiddenError, InvalidError, ServiceError, UnauthenticatedError
from servicekit.grpc_client import Peer
from servicekit.identity import ServiceIdentity
from servicekit.kafka import make_producer
from servicekit.process import Lifecycle

from deploy.local.ports import free_port
from services.analytics import bootstrap
from services.analytics.settings import Settings, StoreSettings
from services.analytics.tests.histories import BEGIN, WORKSPACE, History
from services.analytics.tests.neighbours import Neighbours
from tests.harness.keys import Key
from tests.harness.topics import new_topic
from tests.harness.waiting import wait_until

KEYS = {name: Key(name) for name in ("analytics", "realtime", "conversation", "tokens")}
TRUSTED = json.dumps({name: [KEYS[name].jwk] for name in ("realtime", "conversation")})
TOKEN = KEYS["tokens"].access_token(WORKSPACE, "sari", Role.SUPERVISOR)


@dataclass
class Service:
    """A running service and what is around it."""

    neighbours: Neighbours
    kafka: str
    topic: str
    ops: str
    peer: Peer
    target: str

    async def publish(self, events: Sequence[event_pb2.Event]) -> None:
        records = [event_pb2.EventRecord(event=event).SerializeToString() for event in events]
        await self.publish_raw(records, events[0].conversation_id.encode())

    async def publish_raw(self, records: Sequence[bytes], key: bytes) -> None:
        producer = make_producer(self.kafka, "test")
        await producer.start()
        try:
            for record in records:
                await producer.send_and_wait(self.topic, record, key)
        finally:
            await producer.stop()

    async def ready(self) -> bool:
        async with httpx.AsyncClient() as client:
            return (await client.get(f"{self.ops}/readyz")).status_code == 200

    async def shows(self, series: str) -> bool:
        async with httpx.AsyncClient() as client:
            return series in (await client.get(f"{self.ops}/metrics")).text

    async def figures(self, token: str = TOKEN) -> pb.GetFiguresResponse:
        return await self.peer.call(AnalyticsServiceStub(self.peer.channel).GetFigures, day(), access_token=token)


def day() -> pb.GetFiguresRequest:
    request = pb.GetFiguresRequest(to=Timestamp(seconds=int((BEGIN + timedelta(days=1)).timestamp())))
    getattr(request, "from").FromDatetime(BEGIN)
    return request


@pytest.fixture
async def service(mongodb: str, kafka: str, database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    topic = await new_topic(kafka, partitions=2)
    monkeypatch.setattr(bootstrap, "TOPIC", topic)
    monkeypatch.setattr(bootstrap, "GROUP", f"group of {topic}")
    monkeypatch.setattr(bootstrap, "configure", lambda *_: None)
    neighbours = Neighbours(KEYS["analytics"], KEYS["tokens"], {"ana": "Ana Wijaya", "budi": "Budi Santoso"})
    async with AsyncExitStack() as stack:
        server = neighbours.server()
        around = f"127.0.0.1:{server.listen('127.0.0.1:0')}"
        await server.start()
        stack.push_async_callback(server.stop, 0)
        target, ops_port = f"127.0.0.1:{free_port()}", free_port()
        settings = Settings(
            ops_port=ops_port,
            grpc_port=int(target.rpartition(":")[2]),
            grace_seconds=1,
            mongodb_uri=SecretStr(mongodb),
            mongodb_database=database,
            kafka_bootstrap_servers=kafka,
            auth_target=around,
            conversation_target=around,
            service_private_key=SecretStr(KEYS["analytics"].pem),
            service_trusted_keys=TRUSTED,
        )
        lifecycle = Lifecycle()
        await stack.enter_async_context(lifecycle.stack)
        await bootstrap.start(lifecycle, settings)
        peer = Peer(target, "analytics", ServiceIdentity("realtime", KEYS["realtime"].pem, SystemClock()))
        stack.push_async_callback(peer.close)
        running = Service(neighbours, kafka, topic, f"http://127.0.0.1:{ops_port}", peer, target)
        await wait_until(running.ready, 30, what="readiness")
        yield running


def history() -> History:
    history = History(str(uuid.uuid4()))
    history.request(by_user=True)
    history.user()
    history.later(1_000).take_over("ana")
    history.later(2_000).write()
    history.transfer("budi")
    history.later(1_000).user()
    history.later(4_000).write()
    history.close()
    return history


async def test_events_become_figures_whatever_way_they_come(service: Service) -> None:
    events = history().events
    jumped = history().events
    service.neighbours.log = jumped
    await service.publish(events + events[3:] + events)
    await service.publish_raw([b"\xff\xff"], b"nobody")
    await service.publish([jumped[0], jumped[-1], jumped[2]])

    async def all_there() -> bool:
        return (await service.figures()).team.conversations == 2

    await wait_until(all_there, 20, what="figures of both conversations")
    figures = await service.figures()
    assert figures.team.takeovers == pb.TakeoverFigure(total=2, by_user_request=2)
    assert figures.team.response_time == pb.DurationFigure(n=4, mean_seconds=3, median_seconds=3, p90_seconds=4)
    assert (figures.team.transfers_in, figures.team.transfers_out) == (2, 2)
    assert [(agent.agent_name, agent.figures.response_time.mean_seconds) for agent in figures.agents] == [("Ana Wijaya", 2), ("Budi Santoso", 4)]
    assert (figures.conversations_per_agent, figures.definition_version) == (2, 1)
    assert service.neighbours.exported == [jumped[0].conversation_id]
    own = await service.figures(KEYS["tokens"].access_token(WORKSPACE, "budi", Role.AGENT))
    assert own.team == figures.team
    assert [agent.agent_id for agent in own.agents] == ["budi"]
    for series in (
        f'baton_kafka_consumed_total{{result="dead",topic="{service.topic}"}} 1.0',
        f'baton_kafka_consumer_lag_records{{topic="{service.topic}"}} 0.0',
        'baton_analytics_facts_total{kind="response"}',
    ):
        await wait_until(partial(service.shows, series), what=series)


@pytest.mark.parametrize(
    ("caller", "token", "error"),
    [
        ("realtime", "", UnauthenticatedError),
        ("realtime", "not a token", UnauthenticatedError),
        ("realtime", Key("tokens").access_token(WORKSPACE, "sari", Role.SUPERVISOR), UnauthenticatedError),
        ("conversation", TOKEN, ForbiddenError),
        ("tokens", TOKEN, UnauthenticatedError),
    ],
)
async def test_figures_are_for_users_through_the_gateway(service: Service, caller: str, token: str, error: type[ServiceError]) -> None:
    peer = Peer(service.target, "analytics", ServiceIdentity(caller, KEYS[caller].pem, SystemClock()))
    try:
        with pytest.raises(error):
            await peer.call(AnalyticsServiceStub(peer.channel).GetFigures, day(), access_token=token)
    finally:
        await peer.close()


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (pb.GetFiguresRequest(), "from"),
        (pb.GetFiguresRequest(**{"from": Timestamp(seconds=1)}), "to"),
        (pb.GetFiguresRequest(**{"from": Timestamp(seconds=2), "to": Timestamp(seconds=2)}), "to"),
        (pb.GetFiguresRequest(**{"from": Timestamp(seconds=-(2**62)), "to": Timestamp(seconds=2)}), "from"),
        (pb.GetFiguresRequest(**{"from": Timestamp(nanos=-1), "to": Timestamp(seconds=2)}), "from"),
    ],
)
async def test_a_period_that_is_none_names_its_field(service: Service, request_: pb.GetFiguresRequest, field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        await service.peer.call(AnalyticsServiceStub(service.peer.channel).GetFigures, request_, access_token=TOKEN)
    assert refused.value.field == field


async def test_migrate_runs_alone_and_again(mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_ANALYTICS_MONGODB_URI", mongodb)
    monkeypatch.setenv("BATON_ANALYTICS_MONGODB_DATABASE", database)
    await bootstrap.migrate(StoreSettings())  # type: ignore[call-arg]  # from the environment
    await bootstrap.migrate(StoreSettings())  # type: ignore[call-arg]
