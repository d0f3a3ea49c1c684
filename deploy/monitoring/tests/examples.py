"""For each alert: series on which it fires, and series on which it does not.

One sample a minute (two, in the long ones); promtool's notation (0+60x100 is a counter).
"""

from dataclasses import dataclass

APPEND = 'method="/baton.conversation.v1.PlatformService/AppendUserMessage"'
TAKE_OVER = 'method="/baton.conversation.v1.AgentService/TakeOver"'
COUNT, BUCKET = "baton_grpc_server_seconds_count", "baton_grpc_server_seconds_bucket"
# Three days and a little, so that the slowest window is full.
LONG, SHORT = 75 * 60, 30
LONG_STEP = 2
Series = dict[str, str]


@dataclass(frozen=True)
class Example:
    """`alerts` is how many are firing after `minutes` on the bad series; on the good ones it is none."""

    alert: str
    bad: Series
    good: Series
    minutes: int = SHORT
    alerts: int = 1


def _counter(per_step: float) -> str:
    return f"0+{per_step:g}x{LONG // LONG_STEP}"


def _slow(name: str, bucket: str, labels: str, share_in_time: float) -> Series:
    joined = f"{labels}," if labels else ""
    return {
        f"{name}_count{{{labels}}}" if labels else f"{name}_count": _counter(1000),
        f'{name}_bucket{{{joined}le="{bucket}"}}': _counter(1000 * share_in_time),
    }


def _failing(labels: str, share: float) -> Series:
    return {f'{COUNT}{{{labels},code="OK"}}': _counter(1000 * (1 - share)), f'{COUNT}{{{labels},code="UNAVAILABLE"}}': _counter(1000 * share)}


PRESENT = {
    "baton_realtime_sockets": "1x30",
    "baton_conversation_watch_streams": "1x30",
    "baton_analytics_event_age_seconds": "0x30",
    "baton_auth_password_hashes_waiting": "0x30",
}
RESUME = "baton_realtime_resumes_total"
ROLES = 'baton_conversation_lease_held{role="relay",instance="%s"}'

EXAMPLES = (
    Example("BatonAppendsFail", _failing(APPEND, 0.03), _failing(APPEND, 0.0005), LONG, 3),
    Example("BatonAppendsSlow", _slow("baton_grpc_server_seconds", "0.25", APPEND, 0.8), _slow("baton_grpc_server_seconds", "0.25", APPEND, 0.995), LONG, 3),
    Example(
        "BatonEventsReachScreensLate",
        _slow("baton_realtime_delivery_seconds", "1.0", "", 0.8),
        _slow("baton_realtime_delivery_seconds", "1.0", "", 0.995),
        LONG,
        3,
    ),
    # Refusals such as ALREADY_TAKEN are answers.
    Example("BatonTakeoversFail", _failing(TAKE_OVER, 0.03), {f'{COUNT}{{{TAKE_OVER},code="ABORTED"}}': _counter(1000)}, LONG, 3),
    Example("BatonPeopleWaitTooLong", _slow("baton_queue_wait_seconds", "600.0", "", 0.1), _slow("baton_queue_wait_seconds", "600.0", "", 0.97), LONG, 3),
    Example("BatonAiSpokeAfterTakeover", {"baton_ai_messages_after_takeover_total": "0x25 1x10"}, {"baton_ai_messages_after_takeover_total": "0x40"}),
    Example("BatonRelayStalled", {"baton_conversation_relay_lag_seconds": "60x40"}, {"baton_conversation_relay_lag_seconds": "0.2x40"}),
    Example("BatonRoleUnheld", {ROLES % "a": "0x40", ROLES % "b": "0x40"}, {ROLES % "a": "1x40", ROLES % "b": "0x40"}),
    Example(
        "BatonDeadLetters",
        {'baton_kafka_consumed_total{topic="t",result="dead"}': "0x25 2x10"},
        {'baton_kafka_consumed_total{topic="t",result="handled"}': "0+9x40", 'baton_kafka_consumed_total{topic="t",result="dead"}': "2x40"},
    ),
    Example("BatonConsumerLags", {'baton_kafka_consumer_lag_records{topic="t"}': "9000x40"}, {'baton_kafka_consumer_lag_records{topic="t"}': "20x40"}),
    Example(
        "BatonRevocationsStale",
        {"baton_revocations_polled_timestamp_seconds": "60x40"},
        # Polled every minute; a process that has not begun says 0.
        {'baton_revocations_polled_timestamp_seconds{instance="a"}': "0+60x40", 'baton_revocations_polled_timestamp_seconds{instance="b"}': "0x40"},
    ),
    Example(
        "BatonSocketsResync",
        {f'{RESUME}{{kind="resume",answer="too_old"}}': "0+20x40", f'{RESUME}{{kind="resume",answer="ok"}}': "0+40x40"},
        {f'{RESUME}{{kind="resume",answer="too_old"}}': "0+1x40", f'{RESUME}{{kind="resume",answer="ok"}}': "0+100x40"},
    ),
    Example("BatonScreensStale", {"baton_realtime_stale": "1x40"}, {"baton_realtime_stale": "0x40"}),
    Example(
        "BatonNobodyAvailable",
        {'baton_realtime_agents{presence="available"}': "0x40", 'baton_conversations_open{state="queue"}': "3x40"},
        {'baton_realtime_agents{presence="available"}': "1x40", 'baton_conversations_open{state="queue"}': "3x40"},
    ),
    Example(
        "BatonMongoFails",
        {'baton_mongodb_seconds_count{service="auth",result="ok"}': "0+10x40", 'baton_mongodb_seconds_count{service="auth",result="failed"}': "0+10x40"},
        {'baton_mongodb_seconds_count{service="auth",result="ok"}': "0+100x40", 'baton_mongodb_seconds_count{service="auth",result="failed"}': "0+1x40"},
    ),
    Example("BatonServiceGone", {name: values for name, values in PRESENT.items() if "auth" not in name}, PRESENT),
)
