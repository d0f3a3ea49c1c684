"""Creates the topics of proto/topics.yaml on a broker."""

import asyncio
import time
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


async def create_topics(bootstrap_servers: str, timeout_seconds: float = 60) -> None:
    """Create the topics that are missing, as soon as the broker answers; TimeoutError if it does not."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=10_000)
        try:
            await admin.start()
            await _create(admin)
        except KafkaError as error:
            if time.monotonic() > deadline:
                msg = f"Kafka at {bootstrap_servers} takes no topics: {error!r}"
                raise TimeoutError(msg) from error
            await asyncio.sleep(0.1)
        else:
            return
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
