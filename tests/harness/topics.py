"""Topics of a test's own, so that tests on one broker do not read each other's records."""

import uuid

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import for_code


async def new_topic(bootstrap_servers: str, partitions: int = 1) -> str:
    """Create a topic with a name nobody has, and return the name."""
    name = f"test.{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        answer = await admin.create_topics([NewTopic(name=name, num_partitions=partitions, replication_factor=1)])
    finally:
        await admin.close()
    for _, code, *_ in answer.topic_errors:
        if code:
            raise for_code(code)
    return name
