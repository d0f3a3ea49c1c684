"""The gateway's metrics. Labels are bounded: routes by their template, close codes by number; never an id."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_SECONDS = Histogram(
    "baton_realtime_http_seconds",
    "Time to answer a REST request.",
    ["method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
AGENTS = Gauge(
    "baton_realtime_agents", "Human agents with a socket here, by what they say of themselves; one with sockets at two processes counts at both.", ["presence"]
)
SOCKETS = Gauge("baton_realtime_sockets", "Open sockets.")
UNSENT_BYTES = Gauge("baton_realtime_unsent_bytes", "Bytes written to sockets that their peers have not taken yet.")
CLOSES = Counter("baton_realtime_socket_closes_total", "Sockets that the gateway closed, by close code.", ["code"])
UPGRADES_REFUSED = Counter("baton_realtime_upgrades_refused_total", "Upgrades refused before they became a socket.", ["reason"])
FRAMES_IN = Counter("baton_realtime_frames_in_total", "Frames from browsers.", ["type"])
FLEETING_DROPPED = Counter("baton_realtime_fleeting_dropped_total", "Fleeting frames that a slow socket did not get.")
DELIVERY_SECONDS = Histogram(
    "baton_realtime_delivery_seconds",
    "From an event's own time to its frames' write to the sockets.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
EVENTS = Counter("baton_realtime_events_total", "Records of the event topic, by what became of them.", ["result"])
RESUMES = Counter("baton_realtime_resumes_total", "Joins and resumes, by answer.", ["kind", "answer"])
RING_RECORDS = Gauge("baton_realtime_ring_records", "Records in the ring.")
RING_BYTES = Gauge("baton_realtime_ring_bytes", "Bytes of frames in the ring.")
STALE = Gauge("baton_realtime_stale", "1 while the event topic is silent.")
EPHEMERAL = Counter("baton_realtime_ephemeral_total", "Fleeting records, by what became of them.", ["result"])
PRESENCE_FAILURES = Counter("baton_realtime_presence_report_failures_total", "Presence reports that did not arrive.")
