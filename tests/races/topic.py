"""What the topic holds: each conversation's seqs in the order in which a consumer first sees them."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping

from baton.conversation.v1 import event_pb2
from servicekit.kafka import TopicReader

TOPIC = "baton.conversation.events.v1"


async def first_appearances(kafka_servers: str, until: Mapping[str, int], deadline_seconds: float) -> dict[str, list[int]]:
    """Read the topic from its beginning until each conversation's newest seq was seen; repeats (at least once) are left out."""
    seen: dict[str, list[int]] = defaultdict(list)
    known: dict[str, set[int]] = defaultdict(set)
    waiting = dict(until)
    reader = TopicReader(kafka_servers, TOPIC, "races")
    await reader.start()
    try:
        reader.seek({partition: begin for partition, (begin, _) in (await reader.bounds()).items()})
        end = time.monotonic() + deadline_seconds
        async for batch in reader.batches():
            for record in batch:
                content = event_pb2.EventRecord.FromString(record.value)
                if content.WhichOneof("content") != "event" or content.event.seq in known[content.event.conversation_id]:
                    continue
                event = content.event
                known[event.conversation_id].add(event.seq)
                seen[event.conversation_id].append(event.seq)
                if waiting.get(event.conversation_id) == event.seq:
                    del waiting[event.conversation_id]
            if not waiting or time.monotonic() > end:
                break
            await asyncio.sleep(0)
    finally:
        await reader.stop()
    return {conversation_id: seen.get(conversation_id, []) for conversation_id in until}
