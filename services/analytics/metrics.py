"""All metrics of analytics, beside those of the kit (RPCs, records, lag, dead letters): how it counts, and what it counted of people."""

from prometheus_client import Counter, Gauge, Histogram

FACTS = Counter("baton_analytics_facts_total", "Facts recorded for the first time, by kind.", ["kind"])
EVENTS = Counter(
    "baton_analytics_events_total", "Events read: folded from the topic, fetched from the log because of a hole, or repeated and passed over.", ["how"]
)
EVENT_AGE = Gauge("baton_analytics_event_age_seconds", "Age of the newest event when its facts were recorded.")
SPANS_COUNTED = Counter("baton_analytics_spans_counted_total", "Spans of time whose facts were counted together anew.")
REBUILDS = Counter("baton_analytics_rebuilds_total", "Counts of the whole log from zero, by how they ended: done, failed.", ["result"])

# From 5 seconds to a day: what people take.
_PEOPLE = (5, 10, 20, 30, 60, 120, 180, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400)
QUEUE_WAIT = Histogram("baton_queue_wait_seconds", "Waits for a human that ended with one.", buckets=_PEOPLE)
FIRST_RESPONSE = Histogram("baton_human_first_response_seconds", "From when a user first needed a human to the case's first message by one.", buckets=_PEOPLE)
TAKEOVER_FIRST_RESPONSE = Histogram("baton_takeover_first_response_seconds", "From an agent's arrival to their first message.", buckets=_PEOPLE)
RESPONSE = Histogram("baton_response_seconds", "Human agents' responses to turns of users.", buckets=_PEOPLE)
RESOLUTION = Histogram("baton_resolution_seconds", "Cases, from the user's first message to closing; without spam and idle ones.", buckets=_PEOPLE)
TAKEOVERS = Counter("baton_takeovers_total", "Takeovers from AI or queue, by cause.", ["cause"])
TRANSFERS = Counter("baton_transfers_total", "Control passed from one human to another.")
HAND_BACKS = Counter("baton_hand_backs_total", "Control handed back to the AI.")
RELEASES = Counter("baton_releases_total", "Control that left a human for the queue, by cause.", ["cause"])
CASES = Counter("baton_cases_closed_total", "Cases that ended, by the reason of closing.", ["reason"])
# The same in every process: take the greatest, not the sum.
OPEN = Gauge("baton_conversations_open", "Open conversations, by who holds them (ai, queue, human). Every process says the same: take the maximum.", ["state"])
WAITING = Gauge("baton_conversations_waiting", "Conversations that need a human now, by how long they have waited. Every process says the same.", ["age"])
LONGEST = Gauge("baton_conversations_longest_wait_seconds", "The longest wait for a human that has not ended; 0 when nobody waits; the same everywhere.")
