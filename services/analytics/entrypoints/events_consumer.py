"""Records of baton.conversation.events.v1, a batch at a time."""

from collections.abc import Callable, Sequence

from baton.conversation.v1.event_pb2 import Event, EventRecord
from google.protobuf.message import DecodeError
from servicekit.clock import Clock
from servicekit.errors import InvalidError
from servicekit.kafka import BadRecordError, Record

from services.analytics import metrics
from services.analytics.domain.events import LoggedEvent
from services.analytics.entrypoints.human_metrics import observe
from services.analytics.use_cases.record_events import NotInLogError, Recorded, RecordEvents

TOPIC = "baton.conversation.events.v1"
DEAD_LETTER_TOPIC = "baton.conversation.events.v1.dead"
GROUP = "baton-analytics"

ToLoggedEvent = Callable[[Event], LoggedEvent]


class EventsConsumer:
    """Decodes a batch and has it recorded; heartbeats say nothing here."""

    def __init__(self, record_events: RecordEvents, to_logged_event: ToLoggedEvent, clock: Clock) -> None:
        """`to_logged_event` raises ValueError for what will never be understood, anything else for what a newer version of this process will understand."""
        self._record_events = record_events
        self._to_logged_event = to_logged_event
        self._clock = clock

    async def __call__(self, records: Sequence[Record]) -> None:
        """Raises BadRecordError if one of the records cannot be understood; any other error may pass."""
        events = [event for record in records if (event := self._decode(record))]
        if not events:
            return
        try:
            recorded = await self._record_events(events)
        except (NotInLogError, InvalidError) as error:
            raise BadRecordError(str(error)) from error
        self._measure(events, recorded)

    def _decode(self, record: Record) -> LoggedEvent | None:
        try:
            envelope = EventRecord.FromString(record.value)
            match envelope.WhichOneof("content"):
                case "heartbeat":
                    return None
                case "event":
                    return self._to_logged_event(envelope.event)
                case _:
                    message = "a record without content"
                    raise BadRecordError(message)
        except (DecodeError, ValueError) as error:
            raise BadRecordError(str(error)) from error

    def _measure(self, events: Sequence[LoggedEvent], recorded: Recorded) -> None:
        for fact in recorded.new:
            observe(fact)
        metrics.EVENTS.labels("repeated").inc(recorded.repeated)
        metrics.EVENTS.labels("fetched").inc(recorded.fetched)
        metrics.EVENTS.labels("folded").inc(recorded.folded)
        newest = max(event.at for event in events)
        metrics.EVENT_AGE.set((self._clock.now() - newest).total_seconds())
