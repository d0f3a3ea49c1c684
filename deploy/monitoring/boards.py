"""The four dashboards as tables: what a panel is called, what it means, its unit and its queries. What Grafana makes of it is in `grafana`."""

from dataclasses import dataclass

from deploy.monitoring.slos import SLOS

RATE = "$__rate_interval"


@dataclass(frozen=True)
class Panel:
    """`queries` are (PromQL, legend). `kind` is Grafana's."""

    title: str
    description: str
    unit: str
    queries: tuple[tuple[str, str], ...]
    kind: str = "timeseries"


@dataclass(frozen=True)
class Board:
    """One dashboard."""

    name: str
    title: str
    description: str
    panels: tuple[Panel, ...]


def _quantiles(metric: str, by: str = "", labels: str = "") -> tuple[tuple[str, str], ...]:
    group, legend = (f"le, {by}", f" {{{{{by}}}}}") if by else ("le", "")
    return tuple(
        (f"histogram_quantile({share}, sum by ({group}) (rate({metric}_bucket{labels}[{RATE}])))", f"p{share * 100:g}{legend}") for share in (0.5, 0.9, 0.99)
    )


def _rate(metric: str, by: str, labels: str = "") -> tuple[tuple[str, str], ...]:
    return ((f"sum by ({by}) (rate({metric}{labels}[{RATE}]))", " ".join(f"{{{{{label}}}}}" for label in by.split(", "))),)


def _one(query: str, legend: str = "") -> tuple[tuple[str, str], ...]:
    return ((query, legend),)


# What the share of an objective's bad ones is called: over half an hour, as the alerts look at it, whatever the zoom.
BAD_SHARE = "bad, 30 min"
FAILED = '{code=~"UNAVAILABLE|INTERNAL|DEADLINE_EXCEEDED|UNKNOWN"}'
PEOPLE = (
    ("Queue wait", "Waits for a human that ended with one.", "baton_queue_wait_seconds"),
    ("First response", "From when a user first needed a human to the first message by one.", "baton_human_first_response_seconds"),
    ("Response time", "Human agents' responses to turns of users.", "baton_response_seconds"),
    ("Resolution time", "Cases from the user's first message to closing, without spam and idle ones.", "baton_resolution_seconds"),
)

OVERVIEW = Board(
    "overview",
    "Baton: overview",
    "Whether Baton keeps its objectives, and what to look at first when it does not.",
    (
        *(
            Panel(
                f"Bad share: {slo.name.replace('_', ' ')}",
                f"Objective: {slo.words}. The share that was not, now; the budget is {1 - slo.objective:.1%}.",
                "percentunit",
                _one(f"(({slo.bad}) or vector(0)) / ({slo.all} > 0)".replace("$window", "30m"), BAD_SHARE),
            )
            for slo in SLOS
        ),
        Panel(
            "AI after takeover",
            "AI messages between a takeover and the next hand-back, in the time that is shown. Must be 0, ever.",
            "short",
            _one("sum(increase(baton_ai_messages_after_takeover_total[$__range]))"),
            "stat",
        ),
        Panel("Open sockets", "Browsers connected now.", "short", _one("sum(baton_realtime_sockets)"), "stat"),
        Panel("Appends", "Events written to the log, by what became of them.", "ops", _rate("baton_conversation_appends_total", "result")),
        Panel(
            "Behind the log",
            "How far Kafka and the list are behind the log.",
            "s",
            (("max(baton_conversation_relay_lag_seconds)", "relay"), ("max(baton_conversation_projector_lag_seconds)", "projector")),
        ),
        Panel("Stale gateways", "Gateways that tell browsers they are not live.", "short", _one("sum(baton_realtime_stale)"), "stat"),
        Panel(
            "Revocations heard of",
            "Seconds since the slowest service last heard from auth.",
            "s",
            _one("time() - min(baton_revocations_polled_timestamp_seconds > 0)"),
            "stat",
        ),
        Panel("Memory", "Resident memory of each process.", "bytes", _one("process_resident_memory_bytes", "{{instance}}")),
    ),
)
SERVICES = Board(
    "services",
    "Baton: services",
    "Rate, errors and duration of every RPC and route, and of what they stand on.",
    (
        Panel("RPCs", "Calls answered, by method.", "reqps", _rate("baton_grpc_server_seconds_count", "method")),
        Panel(
            "RPCs that failed",
            "Calls that ended with no answer. Refusals are answers.",
            "reqps",
            _one(f"sum by (method, code) (rate(baton_grpc_server_seconds_count{FAILED}[{RATE}])) or vector(0)", "{{method}} {{code}}"),
        ),
        Panel("RPC time", "Time to answer, over all methods.", "s", _quantiles("baton_grpc_server_seconds")),
        Panel(
            "RPC time by method",
            "The slowest hundredth, by method.",
            "s",
            _one(f"histogram_quantile(0.99, sum by (le, method) (rate(baton_grpc_server_seconds_bucket[{RATE}])))", "{{method}}"),
        ),
        Panel("REST requests", "Requests of browsers, by route and status.", "reqps", _rate("baton_realtime_http_seconds_count", "route, status")),
        Panel("REST time", "Time to answer a browser.", "s", _quantiles("baton_realtime_http_seconds")),
        Panel("Append time", "From submission to the majority's acknowledgement.", "s", _quantiles("baton_conversation_append_seconds")),
        Panel("Events per write", "How many events one write to MongoDB carried.", "short", _quantiles("baton_conversation_append_batch_events")),
        Panel("Roles", "Which process holds relay, projector and sweep; one each.", "short", _one("sum by (role) (baton_conversation_lease_held)", "{{role}}")),
        Panel("MongoDB commands", "Commands by kind and result.", "ops", _rate("baton_mongodb_seconds_count", "command, result")),
        Panel("MongoDB time", "Time of a command at MongoDB.", "s", _quantiles("baton_mongodb_seconds")),
        Panel(
            "Records consumed",
            "Kafka records by topic and what became of them; dead ones are in the dead letters.",
            "ops",
            _rate("baton_kafka_consumed_total", "topic, result"),
        ),
        Panel("Consumer lag", "Records behind the end of the topic.", "short", _one("max by (topic) (baton_kafka_consumer_lag_records)", "{{topic}}")),
        Panel("Logins", "Tries to log in, by how they ended.", "ops", _rate("baton_auth_logins_total", "result")),
        Panel("Password hashing", "Time to verify a password, waiting included.", "s", _quantiles("baton_auth_password_hash_seconds")),
        Panel("CPU", "Processor time used by each process.", "percentunit", _one(f"rate(process_cpu_seconds_total[{RATE}])", "{{instance}}")),
    ),
)
REALTIME = Board(
    "realtime",
    "Baton: realtime",
    "Sockets: how many, how quick, why they end, and whether they come back without loss.",
    (
        Panel("Sockets", "Open sockets by gateway.", "short", _one("baton_realtime_sockets", "{{instance}}")),
        Panel("Event to frame", "From an event's own time to the write of its frames.", "s", _quantiles("baton_realtime_delivery_seconds")),
        Panel("Unsent", "Bytes written that browsers have not taken yet.", "bytes", _one("sum(baton_realtime_unsent_bytes)", "unsent")),
        Panel("Joins and resumes", "By answer: ok, or why a browser must load anew.", "ops", _rate("baton_realtime_resumes_total", "kind, answer")),
        Panel(
            "Closes",
            "Sockets that the gateway closed, by code: below 4500 they come back.",
            "ops",
            _one(f"sum by (code) (rate(baton_realtime_socket_closes_total[{RATE}])) or vector(0)", "{{code}}"),
        ),
        Panel(
            "Upgrades refused",
            "Before they became a socket, by reason.",
            "ops",
            _one(f"sum by (reason) (rate(baton_realtime_upgrades_refused_total[{RATE}])) or vector(0)", "{{reason}}"),
        ),
        Panel("Frames in", "Frames from browsers by type.", "ops", _rate("baton_realtime_frames_in_total", "type")),
        Panel("Events", "Records of the event topic, by what became of them.", "ops", _rate("baton_realtime_events_total", "result")),
        Panel("Ring", "Records kept for browsers that come back.", "short", _one("baton_realtime_ring_records", "{{instance}}")),
        Panel("Ring's size", "Bytes of the ring's frames.", "bytes", _one("baton_realtime_ring_bytes", "{{instance}}")),
        Panel(
            "Fleeting records",
            "Typing and composing, by what became of them.",
            "ops",
            _one(f"sum by (result) (rate(baton_realtime_ephemeral_total[{RATE}])) or vector(0)", "{{result}}"),
        ),
        Panel("Fleeting frames dropped", "That slow sockets did not get.", "ops", _one(f"sum(rate(baton_realtime_fleeting_dropped_total[{RATE}]))", "dropped")),
    ),
)
DESK = Board(
    "desk",
    "Baton: desk",
    "How people are served: who waits, how long, and who is there.",
    (
        Panel(
            "Waiting now",
            "Conversations that need a human, by how long they have waited.",
            "short",
            _one("max by (age) (baton_conversations_waiting)", "{{age}}"),
        ),
        Panel("Longest wait", "The longest that has not ended.", "s", _one("max(baton_conversations_longest_wait_seconds)"), "stat"),
        Panel("Open conversations", "By who holds them.", "short", _one("max by (state) (baton_conversations_open)", "{{state}}")),
        Panel("Agents here", "Human agents with a socket, by presence.", "short", _one("sum by (presence) (baton_realtime_agents)", "{{presence}}")),
        Panel("Takeovers", "By cause.", "ops", _one(f"sum by (cause) (rate(baton_takeovers_total[{RATE}])) or vector(0)", "{{cause}}")),
        Panel(
            "Hand-backs and transfers",
            "Control that a human gave away.",
            "ops",
            ((f"sum(rate(baton_hand_backs_total[{RATE}]))", "handed back"), (f"sum(rate(baton_transfers_total[{RATE}]))", "transferred")),
        ),
        Panel("Releases", "Back to the queue, by cause.", "ops", _one(f"sum by (cause) (rate(baton_releases_total[{RATE}])) or vector(0)", "{{cause}}")),
        Panel("Cases closed", "By reason.", "ops", _one(f"sum by (reason) (rate(baton_cases_closed_total[{RATE}])) or vector(0)", "{{reason}}")),
        *(Panel(title, words, "s", _quantiles(metric)) for title, words, metric in PEOPLE),
    ),
)
BOARDS = (OVERVIEW, SERVICES, REALTIME, DESK)
