"""Feeds the hub from the event topic: fills the ring at the start, then delivers; starts over where records were lost."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC

from aiokafka.errors import KafkaError
from baton.conversation.v1.event_pb2 import Event, EventRecord
from servicekit import tracing
from servicekit.clock import Clock
from servicekit.kafka import Record, TopicReader
from servicekit.kafka_brokers import Servers
from servicekit.logs import get_logger

from services.realtime.adapters.event_json import event_json
from services.realtime.domain import server_frames
from services.realtime.domain.liveness import Liveness
from services.realtime.domain.patch import row_patch
from services.realtime.domain.ring import RingRecord
from services.realtime.metrics import DELIVERY_SECONDS, EVENTS, RING_BYTES, RING_RECORDS
from services.realtime.use_cases.hub import Hub

logger = get_logger(__name__)

TOPIC = "baton.conversation.events.v1"
RETRY_SECONDS = 1.0
# Records taken in one turn of the loop: sockets wait no longer than for these.
CHUNK = 200
IDENTITY_SECONDS = 30.0
# More than the relay's clock may be behind the database's.
CLOCK_MARGIN_SECONDS = 2


class EventTopic:
    """The only reader of the topic in this process."""

    def __init__(
        self,
        servers: Servers,
        hub: Hub,
        liveness: Liveness,
        clock: Clock,
        ring_records: int,
        *,
        topic: str = TOPIC,
        identity_seconds: float = IDENTITY_SECONDS,
    ) -> None:
        """`problem` says what stands in the way, for readiness; `identity_seconds` how often to ask whether it is still the same topic."""
        self._servers = servers
        self._topic = topic
        self._identity_seconds = identity_seconds
        self._hub = hub
        self._liveness = liveness
        self._clock = clock
        self._ring_records = ring_records
        self.problem = "the event topic is not read yet"

    async def run(self) -> None:
        """Read until cancelled; while Kafka is away, try again and again."""
        while True:
            reader = TopicReader(self._servers, self._topic, "realtime-events")
            try:
                await reader.start()
                await self._follow(reader)
            except (KafkaError, OSError, _LostRecordsError) as error:
                if not self.problem:
                    logger.warning("the event topic cannot be read", error=type(error).__name__)
                self.problem = "Kafka cannot be reached" if not isinstance(error, _LostRecordsError) else "starting over with the event topic"
            finally:
                await reader.stop()
            await asyncio.sleep(RETRY_SECONDS)

    async def _follow(self, reader: TopicReader) -> None:
        """Fill the ring from the newest part of the topic, then deliver for ever."""
        topic_id = await reader.topic_id()
        bounds = await reader.bounds()
        share = max(1, self._ring_records // len(bounds))
        starts = {number: max(begin, end - share) for number, (begin, end) in bounds.items()}
        ends = {number: end for number, (_, end) in bounds.items()}
        reader.seek(starts)
        self._hub.begin(topic_id, starts)
        self._liveness.begin(len(starts))
        filled = False
        loop = asyncio.get_running_loop()
        check_at = loop.time() + self._identity_seconds
        async for batch in reader.batches():
            for start in range(0, len(batch), CHUNK):
                self.take(batch[start : start + CHUNK])
                await asyncio.sleep(0)
            if not filled and all(offset >= end for offset, end in zip(self._hub.position().offsets, ends.values(), strict=True)):
                filled = True
                self._hub.filled()
                self.problem = ""
            if loop.time() >= check_at:
                check_at = loop.time() + self._identity_seconds
                await self._check_identity(reader, topic_id)

    async def _check_identity(self, reader: TopicReader, topic_id: str) -> None:
        try:
            now = await reader.topic_id()
        except KafkaError:
            return  # An outage is not another topic.
        if now != topic_id:
            raise _LostRecordsError

    def take(self, batch: Sequence[Record]) -> None:
        """Take records into the ring and give the new ones to sockets, in one turn of the loop."""
        began = time.time()
        records: list[RingRecord] = []
        happened: list[float] = []
        for record in batch:
            if not self._hub.fits(record.partition, record.offset):
                raise _LostRecordsError
            decoded = self._decoded(record)
            if decoded is None:
                continue
            new = self._hub.take_in([decoded[0]])
            EVENTS.labels("new" if new else "repeated").inc()
            records += new
            happened += [decoded[1]] * len(new)
        self._hub.deliver(records)
        for record in batch:
            tracing.passed("frames", record.traceparent, began, "consumer")
        now = self._clock.now().timestamp()
        for moment in happened:
            DELIVERY_SECONDS.observe(max(0.0, now - moment))
        count, size = self._hub.size()
        RING_RECORDS.set(count)
        RING_BYTES.set(size)

    def _decoded(self, record: Record) -> tuple[RingRecord, float] | None:
        """Return the record with its frames and the event's own time; None for what browsers are not told of."""
        try:
            value = EventRecord.FromString(record.value)
            if not value.HasField("event"):
                self._hub.pass_over(record.partition, self._beat(record.partition, value))
                return None
            decoded = ring_record(record.partition, record.offset, value.cluster_time, value.event)
        except Exception:
            # Nobody could be told of it, and the next record is no worse for it. A browser sees the hole in seq and asks by REST.
            logger.exception("a record of the event topic cannot be read", partition=record.partition, offset=record.offset)
            EVENTS.labels("unreadable").inc()
            self._hub.pass_over(record.partition, 0)
            return None
        return decoded, value.event.at.ToMilliseconds() / 1000

    def _beat(self, partition: int, value: EventRecord) -> int:
        """Note a heartbeat; returns a cluster time that nothing before it on its partition exceeds, 0 if it says none."""
        if not value.HasField("heartbeat"):
            return value.cluster_time
        self._liveness.beat(partition, value.heartbeat.at.ToDatetime(tzinfo=UTC))
        return value.cluster_time or (value.heartbeat.at.seconds + CLOCK_MARGIN_SECONDS) << 32


def ring_record(partition: int, offset: int, cluster_time: int, event: Event) -> RingRecord:
    """Encode an event once for every socket."""
    told = event_json(event)
    return RingRecord(
        partition=partition,
        offset=offset,
        cluster_time=cluster_time,
        workspace_id=event.workspace_id,
        conversation_id=event.conversation_id,
        seq=event.seq,
        epoch=event.after.control.epoch,
        ai_may_speak=event.after.control.ai_may_speak,
        event_frame=server_frames.frame("event", event=told),
        row_frame=server_frames.row(row_patch(told)),
    )


class _LostRecordsError(Exception):
    """Offsets do not go on where they ended: records were removed before they were read, or the topic is another one."""
