"""Every metric of the conversation service; labels are bounded and never an id."""

from prometheus_client import Counter, Gauge, Histogram

LEASES_HELD = Gauge("baton_conversation_lease_held", "1 while this process holds the role's lease.", ["role"])
RELAY_LAG = Gauge(
    "baton_conversation_relay_lag_seconds", "Age of the oldest event that the relay read and the broker has not acknowledged; 0 when there is none."
)
PROJECTOR_LAG = Gauge("baton_conversation_projector_lag_seconds", "Age of the newest event when the list showed it, at the last batch; 0 when idle.")
WATCHERS = Gauge("baton_conversation_watch_streams", "Watch streams that are open at this process.")
APPEND_STREAMS = Gauge("baton_conversation_append_streams", "Command streams of AI platforms that are open at this process.")

AI_AFTER_TAKEOVER = Counter(
    "baton_ai_messages_after_takeover_total", "AI messages seen on the topic between a takeover and the next hand-back or reopening. Must stay 0."
)
APPENDS = Counter("baton_conversation_appends_total", "Appends to the log, by what became of them.", ["result"])
APPEND_SECONDS = Histogram(
    "baton_conversation_append_seconds",
    "Time of one append, from its submission to the majority's acknowledgement.",
    buckets=(0.001, 0.002, 0.004, 0.006, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
APPEND_BATCH = Histogram("baton_conversation_append_batch_events", "Events that one write carried.", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256, 500))
