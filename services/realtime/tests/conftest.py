"""A whole gateway in this process, on a free port, with fake services behind it and records given by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from baton.conversation.v1.event_pb2 import EventRecord
from pydantic import SecretStr
from servicekit.kafka import Record
from servicekit.process import Lifecycle

from services.realtime.bootstrap import Running, start
from services.realtime.settings import Settings
from services.realtime.tests.clients import Browser, connect
from services.realtime.tests.fakes import FakeServices, private_key_pem

ORIGIN = "http://baton.test"
WORKSPACE = "5f0c5b8e-6d0b-4a35-9d0e-6f4b9a1f2c11"
BUDI = "9d2c1a44-3b7e-4c55-8a6f-1e2d3c4b5a60"


@dataclass
class GatewayUnderTest:
    """The gateway with what tests do to it."""

    running: Running
    services: FakeServices
    port: int
    http: httpx.AsyncClient
    offsets: dict[int, int] = field(default_factory=dict)
    browsers: list[Browser] = field(default_factory=list)

    def cookie(self, *, workspace: str = WORKSPACE, account: str = BUDI, session: str = "session-1", role: int = 1) -> str:
        token = self.services.access_token(workspace=workspace, account=account, session=session, role=role)
        return f"baton_access={token}"

    async def connect(self, *, origin: str = ORIGIN, cookie: str = "") -> Browser:
        """Open a socket as a page of `origin` does."""
        browser = await connect(self.port, origin=origin, cookie=cookie)
        self.browsers.append(browser)
        return browser

    async def browser(self, *, workspace: str = WORKSPACE, account: str = BUDI, session: str = "session-1") -> Browser:
        """Open a socket of an agent who is logged in, and wait until it is admitted."""
        browser = await self.connect(cookie=self.cookie(workspace=workspace, account=account, session=session))
        await browser.next_of("hello")
        return browser

    def begin(self, topic_id: str = "topic", starts: dict[int, int] | None = None) -> None:
        """Start with a topic, as the reader does when it has connected and read to the end."""
        self.offsets = dict(starts or {0: 0, 1: 0})
        self.running.hub.begin(topic_id, dict(self.offsets))
        self.running.hub.filled()

    def happen(self, *records: EventRecord, partition: int = 0) -> None:
        """Let records come from the topic."""
        batch = []
        for record in records:
            batch.append(Record("events", partition, self.offsets[partition], b"", record.SerializeToString()))
            self.offsets[partition] += 1
        self.running.events.take(batch)

    async def reset(self) -> None:
        """Forget what a test left."""
        for browser in self.browsers:
            await browser.gone()
        self.browsers.clear()
        await self.running.sockets.drain(5)
        self.services.forget()
        self.running.liveness.begin(0)
        self.running.hub.unfilled()
        self.http.cookies.clear()


@asynccontextmanager
async def gateway_with(services: FakeServices, dashboard: Path) -> AsyncIterator[GatewayUnderTest]:
    """Start a gateway before these services; nobody listens where it looks for Kafka, and tests give it its records."""
    settings = Settings(
        http_port=0,
        public_url=ORIGIN,
        kafka_bootstrap_servers="127.0.0.1:1",
        auth_target=services.target,
        conversation_target=services.target,
        analytics_target=services.target,
        dashboard_dir=dashboard,
        service_private_key=SecretStr(private_key_pem()),
        grace_seconds=2,
        sockets_per_user=3,
    )
    lifecycle = Lifecycle()
    async with lifecycle.stack:
        running = await start(settings, lifecycle)
        await running.tokens.poll()
        port = running.server.servers[0].sockets[0].getsockname()[1]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", headers={"origin": ORIGIN}, timeout=60) as http:
            yield GatewayUnderTest(running, services, port, http)


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dashboard")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>Baton</title>")
    (folder / "assets" / "app-1a2b3c.js").write_text("void 0;")
    return folder


@pytest.fixture(scope="package")
async def shared_gateway(dashboard: Path) -> AsyncIterator[GatewayUnderTest]:
    services = FakeServices()
    await services.start()
    async with gateway_with(services, dashboard) as gateway:
        yield gateway
    await services.stop()


@pytest.fixture
async def gateway(shared_gateway: GatewayUnderTest) -> AsyncIterator[GatewayUnderTest]:
    """The gateway, as if just started: it is shared, since starting and stopping one takes longer than most tests."""
    yield shared_gateway
    await shared_gateway.reset()
