"""All services through a MongoDB and a Kafka that speak TLS alone and let in who has a password: from the migration to the figures."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from aiokafka.errors import KafkaError
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from servicekit import kafka_topics
from servicekit.kafka_brokers import Brokers

from deploy.local.demo import seed
from deploy.local.parts import ROOT
from deploy.local.plan import Plan
from deploy.local.stack import Stack
from deploy.local.topics import TOPICS
from tests.harness.browser import Browser
from tests.harness.callers import Platform
from tests.harness.locked_servers import USER, LockedServers, locked_servers
from tests.harness.site import Site
from tests.harness.waiting import wait_until


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LockedServers]:
    with locked_servers(tmp_path_factory.mktemp("locked")) as servers:
        yield servers


@pytest.fixture(scope="module")
def site(locked: LockedServers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A stack on these servers, whose indexes and topics `migrate` made, as the chart's hook has it made."""
    home = tmp_path_factory.mktemp("stack")
    plan = Plan(home=home, mongodb_uri=locked.mongodb_uri, kafka_bootstrap_servers=locked.kafka_bootstrap_servers, settings=locked.settings())
    stack = Stack(plan)
    topics = {"BATON_CONVERSATION_TOPICS_FILE": str(TOPICS), "BATON_CONVERSATION_TOPICS_REPLICATION_FACTOR": "1"}
    migrate("conversation", {**stack.rows["conversation"].env, **topics})
    with stack:
        yield Site(stack, seed(plan, stack.rows["auth"]))


def migrate(service: str, environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", f"services.{service}", "migrate"]
    done = subprocess.run(command, env={**os.environ, **environment}, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


async def test_a_conversation_goes_from_the_platform_to_the_figures(site: Site) -> None:
    platform = Platform(site.public_targets(), site.demo.api_key, seed=1)
    async with Browser(site.urls()[0], *site.login("AGENT1")) as budi:
        socket, _ = await budi.watch_list()
        started = await platform.start(str(uuid.uuid4()))
        conversation = started.conversation_id
        await platform.user_says(conversation, "Is anybody there?")
        # By the change stream, through Kafka and over the socket.
        await socket.wait_for("row", lambda frame: frame["patch"]["conversation_id"] == conversation)
        taken = await budi.command(conversation, "take-over")
        assert (await platform.ai_says(conversation, "I was not told yet.", started.epoch)).refusal == "CONTROL_LOST"
        sent = await budi.command(conversation, "messages", text="I am.", seen_seq=taken["seq"])
        await budi.command(conversation, "hand-back", seen_seq=sent["seq"])

        async def counted() -> bool:
            now = datetime.now(UTC)
            period = {"from": (now - timedelta(days=1)).isoformat(), "to": (now + timedelta(days=1)).isoformat()}
            try:
                figures = await budi.get("/api/analytics/figures", **period)
            except httpx.HTTPStatusError:
                return False
            return bool(figures["agents"][0]["figures"]["takeovers"]["total"] == 1)

        await wait_until(counted, 60, what="the takeover is counted")
    await platform.close()


def test_mongodb_lets_in_nobody_without_tls_or_the_password(locked: LockedServers) -> None:
    guessed, ca_file = locked.mongodb_uri.replace(locked.password, "guessed"), str(locked.ca_file)
    with MongoClient[dict[str, object]](locked.mongodb_uri, serverSelectionTimeoutMS=2_000) as in_the_open, pytest.raises(PyMongoError):
        in_the_open.baton_auth.command("ping")
    with MongoClient[dict[str, object]](guessed, tls=True, tlsCAFile=ca_file) as guessing, pytest.raises(OperationFailure):
        guessing.baton_auth.command("dbStats")


@pytest.mark.parametrize(("protocol", "password"), [("SASL_SSL", "guessed"), ("SSL", ""), ("PLAINTEXT", "")])
async def test_kafka_lets_in_nobody_without_tls_or_the_password(locked: LockedServers, protocol: str, password: str) -> None:
    brokers = Brokers(locked.kafka_bootstrap_servers, protocol, "SCRAM-SHA-512", USER, password, str(locked.ca_file))
    with pytest.raises(KafkaError):
        await kafka_topics.create_topics(brokers, [], replication_factor=1)
