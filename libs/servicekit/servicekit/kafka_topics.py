"""Creates the topics of a registry file on a broker: those that are missing; those that are there stay as they are."""

from pathlib import Path
from typing import Any

import yaml
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code

from servicekit.kafka_brokers import Servers, options_of

TOPIC_ALREADY_EXISTS = 36


def registered(file: Path) -> list[dict[str, Any]]:
    """Return the topics as they stand in the file."""
    topics: list[dict[str, Any]] = yaml.safe_load(file.read_text())["topics"]
    return topics


async def create_topics(servers: Servers, topics: list[dict[str, Any]], replication_factor: int) -> None:
    """Create the topics that are missing, as often and in as many processes as one likes; KafkaError if the broker does not take them now."""
    admin = AIOKafkaAdminClient(**options_of(servers), request_timeout_ms=10_000)
    try:
        await admin.start()
        answer = await admin.create_topics([_new(topic, replication_factor) for topic in topics])
    finally:
        await admin.close()
    for name, code, *_ in answer.topic_errors:
        if code not in {0, TOPIC_ALREADY_EXISTS}:
            raise for_code(code)(name)


def _new(topic: dict[str, Any], replication_factor: int) -> NewTopic:
    settings = {"retention.ms": str(topic["retention_hours"] * 3_600_000), "cleanup.policy": topic["cleanup"]}
    return NewTopic(name=topic["name"], num_partitions=topic["partitions"], replication_factor=replication_factor, topic_configs=settings)
