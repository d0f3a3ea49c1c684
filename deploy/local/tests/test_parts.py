from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import AsyncMongoClient, WriteConcern

from deploy.local.topics import registered


async def test_mongodb_takes_majority_writes_and_has_change_streams(mongodb: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, object]](mongodb) as client:
        things = client[database].get_collection("things", write_concern=WriteConcern("majority", j=True))
        async with await things.watch() as changes:
            await things.insert_one({"_id": 1})
            change = await changes.next()
        assert change["documentKey"] == {"_id": 1}


async def test_a_tests_database_is_empty_at_its_start(mongodb: str, database: str) -> None:
    async with AsyncMongoClient[dict[str, object]](mongodb) as client:
        assert await client[database].list_collection_names() == []


async def test_kafka_has_exactly_the_registered_topics_and_makes_no_others(kafka: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        topics = await admin.describe_topics([topic["name"] for topic in registered()])
        assert {topic["topic"]: len(topic["partitions"]) for topic in topics} == {topic["name"]: topic["partitions"] for topic in registered()}
    finally:
        await admin.close()
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        assert "never.registered" not in await consumer.topics()
    finally:
        await consumer.stop()
