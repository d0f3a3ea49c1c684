"""All metrics of analytics, beside those of the kit (RPCs, records, lag, dead letters)."""

from prometheus_client import Counter, Gauge

FACTS = Counter("baton_analytics_facts_total", "Facts recorded, by kind; a repeated event records them again.", ["kind"])
EVENTS = Counter(
    "baton_analytics_events_total", "Events read: folded from the topic, fetched from the log because of a hole, or repeated and passed over.", ["how"]
)
EVENT_AGE = Gauge("baton_analytics_event_age_seconds", "Age of the newest event when its facts were recorded.")
