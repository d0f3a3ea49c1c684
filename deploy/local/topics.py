"""Creates the topics of proto/topics.yaml on a broker."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, for_code

TOPICS = Path(__file__).resolve().parents[2] / "proto" / "topics.yaml"
TOPIC_ALREADY_EXISTS = 36


def registered() -> list[dict[str, Any]]:
    """Return the registered topics as they stand in the file."""
    topics: list[dict[str, Any]] = yaml.safe_load(TOPICS.read_text())["topics"]
    return topics


def create_topics_now(bootstrap_servers: str) -> bool:
    """Create the topics that are missing; False if the broker does not take them now. Blocks, and may be called where an event loop runs."""
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(asyncio.run, create_topics(bootstrap_servers)).result()
        except KafkaError:
            return False
    return True


async def create_topics(bootstrap_servers: str) -> None:
    """Create the topics that are missing; KafkaError if the broker does not take them now."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=10_000)
    try:
        await admin.start()
        await _create(admin)
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient) -> None:
    wanted = [
        NewTopic(
            name=topic["name"],
            num_partitions=topic["partitions"],
            replication_factor=1,
            topic_configs={"retention.ms": str(topic["retention_hours"] * 3_600_000), "cleanup.policy": topic["cleanup"]},
        )
        for topic in registered()
    ]
    answer = await admin.create_topics(wanted)
    for name, code, *_ in answer.topic_errors:
        if code not in {0, TOPIC_ALREADY_EXISTS}:
            raise for_code(code)(name)
