"""Real MongoDB and Kafka for every test that asks: started once per run, on free ports, in a temporary folder, only when asked for."""

import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from pymongo import MongoClient

from deploy.local import kafka_broker, ports
from deploy.local import mongodb as local_mongodb
from deploy.local.ports import free_port
from deploy.local.running import Running, wait_for_port
from deploy.local.topics import create_topics_now

# How long an example takes is the machine's affair: speed is measured in benchmarks, never in tests.
settings.register_profile("baton", deadline=None)
settings.load_profile("baton")
START_SECONDS = 180
# Fixtures that start servers: what `--no-servers` leaves out.
SERVERS = {"mongodb_client", "kafka", "stack", "place"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let `make test-fast` leave out what needs a server."""
    parser.addoption("--no-servers", action="store_true", help="leave out the tests that start MongoDB, Kafka or a stack")


def pytest_configure() -> None:
    """Give each worker ports of its own: none takes one that another has chosen and not yet used."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        width = (ports.LAST - ports.FIRST) // int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
        ports.FIRST += int(worker.removeprefix("gw")) * width
        # The upper part is for the stacks that its tests start in processes of their own.
        ports.LAST = ports.FIRST + width * 2 // 3
        os.environ[ports.RANGE] = f"{ports.LAST}-{ports.FIRST + width}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that use a server's fixture, however indirectly."""
    if not config.getoption("--no-servers"):
        return
    slow = [item for item in items if SERVERS & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


@pytest.fixture(scope="session")
def mongodb_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MongoClient[dict[str, object]]]:
    """A client of a real one-member replica set: the one MONGODB_URI names, else one started for this run."""
    given = os.environ.get("MONGODB_URI")
    if given:
        with MongoClient[dict[str, object]](given) as client:
            yield client
        return
    home = tmp_path_factory.mktemp("mongodb")
    port = free_port()
    running = Running("mongodb", local_mongodb.command(local_mongodb.find_mongod(), port, home / "data"), home / "log")
    try:
        local_mongodb.make_ready(running, port)
        with MongoClient[dict[str, object]](local_mongodb.uri(port)) as client:
            yield client
    finally:
        running.kill()


@pytest.fixture(scope="session", name="mongodb")
def mongodb_fixture(mongodb_client: MongoClient[dict[str, object]]) -> str:
    """The URI of a real one-member replica set."""
    given = os.environ.get("MONGODB_URI")
    port = mongodb_client.address[1] if mongodb_client.address else 0
    return given or local_mongodb.uri(port)


@pytest.fixture
def database(mongodb_client: MongoClient[dict[str, object]]) -> Iterator[str]:
    """The name of a database of this test's own; dropped after it."""
    name = f"test_{uuid.uuid4().hex[:16]}"
    yield name
    mongodb_client.drop_database(name)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bootstrap servers of a real broker with the topics of proto/topics.yaml."""
    given = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if given:
        _create_topics(given)
        yield given
        return
    home = tmp_path_factory.mktemp("kafka")
    port = free_port()
    running = start_kafka(home, port)
    try:
        wait_for_port(running, "127.0.0.1", port, time.monotonic() + START_SECONDS)
        _create_topics(f"127.0.0.1:{port}")
        yield f"127.0.0.1:{port}"
    finally:
        running.kill()


def start_kafka(home: Path, port: int) -> Running:
    """Start a broker; it is not ready yet."""
    return Running("kafka", kafka_broker.command(kafka_broker.find_java(), kafka_broker.find_libraries(), port, free_port(), home), home / "log")


def _create_topics(bootstrap_servers: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not create_topics_now(bootstrap_servers):
        if time.monotonic() > deadline:
            pytest.fail(f"Kafka at {bootstrap_servers} takes no topics")
