"""Creates the topics of proto/topics.yaml on a broker."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError
from servicekit import kafka_topics

TOPICS = Path(__file__).resolve().parents[2] / "proto" / "topics.yaml"


def registered() -> list[dict[str, Any]]:
    """Return the registered topics as they stand in the file."""
    return kafka_topics.registered(TOPICS)


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
    await kafka_topics.create_topics(bootstrap_servers, registered(), replication_factor=1)
