"""The whole service on real MongoDB and Kafka, wired by its own bootstrap, its neighbours behind real gRPC."""

import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import httpx
import pytest
from baton.analytics.v1 import analytics_pb2 as pb
from baton.analytics.v1.analytics_pb2_grpc import AnalyticsServiceStub
from baton.conversation.v1 import event_pb2
from google.protobuf.timestamp_pb2 import Timestamp
from prometheus_client import REGISTRY
from pydantic import SecretStr
from pymongo import AsyncMongoClient
from servicekit.caller import Role
from servicekit.clock import SystemClock
from servicekit.errors import ForbiddenError, InvalidError, PreconditionError, ServiceError, UnauthenticatedError, UnavailableError
from servicekit.grpc_client import Peer
from servicekit.identity import ServiceIdentity
from servicekit.kafka import make_producer
from servicekit.process import Lifecycle

from deploy.local.ports import free_port
from services.analytics import bootstrap
from services.analytics.adapters.mongo_store import MongoFactStore
from services.analytics.settings import Settings, StoreSettings
from services.analytics.tests.histories import BEGIN, WORKSPACE, History
from services.analytics.tests.neighbours import Neighbours
from tests.harness.keys import Key
from tests.harness.topics import new_topic
from tests.harness.waiting import PATIENCE_SECONDS, wait_until

T = TypeVar("T")

KEYS = {name: Key(name) for name in ("analytics", "realtime", "conversation", "tokens")}
TRUSTED = json.dumps({name: [KEYS[name].jwk] for name in ("realtime", "conversation")})


def sari() -> str:
    """Return a supervisor's token, which holds for some minutes from now."""
    return KEYS["tokens"].access_token(WORKSPACE, "sari", Role.SUPERVISOR)


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
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            return (await client.get(f"{self.ops}/readyz")).status_code == 200

    async def shows(self, series: str) -> bool:
        async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
            return series in (await client.get(f"{self.ops}/metrics")).text

    async def eventually(self, condition: Callable[[], Awaitable[T]], what: str) -> T:
        """Return what the condition answers as soon as that is true; a busy machine may answer nothing for a while."""

        async def answered() -> T | None:
            try:
                return await condition()
            except (UnavailableError, httpx.TransportError):
                return None

        answer = await wait_until(answered, what=what)
        assert answer is not None
        return answer

    async def figures(self, token: str = "") -> pb.GetFiguresResponse:
        return await self.peer.call(AnalyticsServiceStub(self.peer.channel).GetFigures, day(), access_token=token or sari())


def since(begin: Timestamp, **more: Any) -> pb.GetFiguresRequest:
    request = pb.GetFiguresRequest(**more)
    getattr(request, "from").CopyFrom(begin)
    return request


def day() -> pb.GetFiguresRequest:
    begin = int(BEGIN.timestamp())
    return since(Timestamp(seconds=begin), to=Timestamp(seconds=begin + 86_400))


@pytest.fixture
def failing_exports() -> int:
    """How often the log does not answer at first."""
    return 0


@pytest.fixture
async def service(mongodb: str, kafka: str, database: str, failing_exports: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    topic = await new_topic(kafka, partitions=2)
    monkeypatch.setattr(bootstrap, "TOPIC", topic)
    monkeypatch.setattr(bootstrap, "GROUP", f"group of {topic}")
    monkeypatch.setattr(bootstrap, "configure", lambda *_: None)
    neighbours = Neighbours(KEYS["analytics"], KEYS["tokens"], {"ana": "Ana Wijaya", "budi": "Budi Santoso"}, failing_exports=failing_exports)
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
        counted = partial(REGISTRY.get_sample_value, "baton_analytics_rebuilds_total", {"result": "done"})
        before = counted() or 0
        await bootstrap.start(lifecycle, settings)
        peer = Peer(target, "analytics", ServiceIdentity("realtime", KEYS["realtime"].pem, SystemClock()), timeout_seconds=PATIENCE_SECONDS)
        stack.push_async_callback(peer.close)
        running = Service(neighbours, kafka, topic, f"http://127.0.0.1:{ops_port}", peer, target)
        await running.eventually(running.ready, "readiness")
        # The first count of a new database reads the log too; it is over before anything is there to count.
        await wait_until(lambda: (counted() or 0) > before, what="the first count")
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
        # The last that a conversation's end writes down: who looks while a batch is written sees a part of it.
        return (await service.figures()).team.resolution.duration.n == 2

    await service.eventually(all_there, "figures of both conversations")
    figures = await service.figures()
    assert figures.team.takeovers == pb.TakeoverFigure(total=2, by_user_request=2)
    assert (figures.team.response_time.n, figures.team.response_time.mean_seconds) == (4, 3)
    assert figures.team.response_time.median_seconds == pytest.approx(2, rel=figures.percentile_error)
    assert figures.team.response_time.p90_seconds == pytest.approx(4, rel=figures.percentile_error)
    assert (figures.team.transfers_in, figures.team.transfers_out) == (2, 2)
    assert [(agent.agent_name, agent.figures.response_time.mean_seconds) for agent in figures.agents] == [("Ana Wijaya", 2), ("Budi Santoso", 4)]
    assert (figures.conversations_per_agent, figures.definition_version) == (2, 1)
    assert service.neighbours.exported[0] == ""
    assert set(service.neighbours.exported[1:]) == {jumped[0].conversation_id}
    own = await service.figures(KEYS["tokens"].access_token(WORKSPACE, "budi", Role.AGENT))
    assert own.team == figures.team
    assert [agent.agent_id for agent in own.agents] == ["budi"]
    for series in (
        f'baton_kafka_consumed_total{{result="dead",topic="{service.topic}"}} 1.0',
        f'baton_kafka_consumer_lag_records{{topic="{service.topic}"}} 0.0',
        'baton_analytics_facts_total{kind="response"} 4.0',
        'baton_takeovers_total{cause="user_request"} 2.0',
        "baton_response_seconds_count 4.0",
    ):
        await service.eventually(partial(service.shows, series), series)


async def test_rows_lead_to_their_events_page_by_page(service: Service) -> None:
    await service.publish(history().events)
    stub = AnalyticsServiceStub(service.peer.channel)
    request = pb.ListFactsRequest(to=day().to, kinds=["response"], page_size=1)
    getattr(request, "from").CopyFrom(getattr(day(), "from"))

    async def both() -> list[pb.Fact]:
        rows: list[pb.Fact] = []
        request.page_token = ""
        while not rows or request.page_token:
            page = await service.peer.call(stub.ListFacts, request, access_token=sari())
            request.page_token = page.next_page_token
            rows += page.facts
            if not rows:
                break
        return rows if len(rows) == 2 else []

    rows = await service.eventually(both, "two responses")
    assert [(row.agent_name, row.seq, row.seconds) for row in rows] == [("Budi Santoso", 8, 4), ("Ana Wijaya", 5, 2)]
    own = await service.peer.call(stub.ListFacts, request, access_token=KEYS["tokens"].access_token(WORKSPACE, "ana", Role.AGENT))
    assert [row.agent_id for row in own.facts] == ["ana"]
    request.kinds[:] = ["anything"]
    with pytest.raises(InvalidError):
        await service.peer.call(stub.ListFacts, request, access_token=sari())


async def test_how_things_stand_now(service: Service) -> None:
    waits = History(str(uuid.uuid4()))
    waits.user()
    waits.request()
    await service.publish(waits.events)
    stub = AnalyticsServiceStub(service.peer.channel)

    async def live() -> bool:
        return (await service.peer.call(stub.GetLive, pb.GetLiveRequest(), access_token=sari())).waiting == 1

    # Two seconds behind the log at most, on a machine that has nothing else to do.
    await service.eventually(live, "one that waits")


async def test_administrators_have_everything_counted_again(service: Service) -> None:
    events = history().events
    service.neighbours.log = events
    stub = AnalyticsServiceStub(service.peer.channel)
    with pytest.raises(ForbiddenError):
        await service.peer.call(stub.Rebuild, pb.RebuildRequest(), access_token=sari())
    administrator = KEYS["tokens"].access_token(WORKSPACE, "root", Role.ADMINISTRATOR)

    async def begun() -> bool:
        try:
            await service.peer.call(stub.Rebuild, pb.RebuildRequest(), access_token=administrator)
        except (PreconditionError, UnavailableError):
            return False
        return True

    await wait_until(begun, what="a rebuild")

    async def there() -> bool:
        return (await service.figures()).team.conversations == 1

    await service.eventually(there, "figures from the log alone")


@pytest.mark.parametrize("failing_exports", [2])
async def test_a_new_database_is_counted_from_the_log_as_soon_as_that_answers(service: Service, mongodb: str, database: str) -> None:
    assert service.neighbours.exported == ["", "", ""]
    async with AsyncMongoClient[dict[str, Any]](mongodb) as client:
        assert not await MongoFactStore(client[database]).is_uncounted()


async def test_figures_are_for_users_through_the_gateway(service: Service) -> None:
    refused: list[tuple[str, str, type[ServiceError]]] = [
        ("realtime", "", UnauthenticatedError),
        ("realtime", "not a token", UnauthenticatedError),
        ("realtime", Key("tokens").access_token(WORKSPACE, "sari", Role.SUPERVISOR), UnauthenticatedError),
        ("conversation", sari(), ForbiddenError),
        ("tokens", sari(), UnauthenticatedError),
    ]
    for caller, token, error in refused:
        peer = Peer(service.target, "analytics", ServiceIdentity(caller, KEYS[caller].pem, SystemClock()), timeout_seconds=PATIENCE_SECONDS)
        try:
            with pytest.raises(error):
                await peer.call(AnalyticsServiceStub(peer.channel).GetFigures, day(), access_token=token)
        finally:
            await peer.close()


async def test_a_period_that_is_none_names_its_field(service: Service) -> None:
    asked = [
        (pb.GetFiguresRequest(), "from"),
        (since(Timestamp(seconds=1)), "to"),
        (since(Timestamp(seconds=2), to=Timestamp(seconds=2)), "to"),
        (since(Timestamp(seconds=-(2**62)), to=Timestamp(seconds=2)), "from"),
        (since(Timestamp(nanos=-1), to=Timestamp(seconds=2)), "from"),
        (since(Timestamp(seconds=1), to=Timestamp(seconds=2), time_zone="Nowhere"), "time_zone"),
    ]
    for request, field in asked:
        with pytest.raises(InvalidError) as refused:
            await service.peer.call(AnalyticsServiceStub(service.peer.channel).GetFigures, request, access_token=sari())
        assert refused.value.field == field


async def test_migrate_runs_alone_and_again(mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_ANALYTICS_MONGODB_URI", mongodb)
    monkeypatch.setenv("BATON_ANALYTICS_MONGODB_DATABASE", database)
    await bootstrap.migrate(StoreSettings())  # type: ignore[call-arg]  # from the environment
    await bootstrap.migrate(StoreSettings())  # type: ignore[call-arg]
