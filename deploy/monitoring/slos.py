"""The service level objectives, and their burn-rate alerts. One table; everything in rules.yaml that has to do with them follows from it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Slo:
    """`bad` and `all` are rates over $window. `objective` is the share of good ones over 30 days."""

    name: str
    alert: str
    words: str
    bad: str
    all: str
    objective: float


_APPENDS = 'baton_grpc_server_seconds_count{method=~"/baton.conversation.v1.PlatformService/Append.+"'
_APPEND_TIMES = 'baton_grpc_server_seconds_bucket{method=~"/baton.conversation.v1.PlatformService/Append.+"'
# Refusals are answers. These are not.
_FAILED = 'code=~"UNAVAILABLE|INTERNAL|DEADLINE_EXCEEDED|UNKNOWN"'
_TAKEOVERS = 'baton_grpc_server_seconds_count{method="/baton.conversation.v1.AgentService/TakeOver"'

SLOS = (
    Slo(
        "append_availability",
        "BatonAppendsFail",
        "99.9 % of AI platforms' appends are answered",
        f"sum(rate({_APPENDS},{_FAILED}}}[$window]))",
        f"sum(rate({_APPENDS}}}[$window]))",
        0.999,
    ),
    Slo(
        "append_latency",
        "BatonAppendsSlow",
        "99 % of AI platforms' appends are answered within 250 ms",
        f'sum(rate({_APPENDS}}}[$window])) - sum(rate({_APPEND_TIMES},le="0.25"}}[$window]))',
        f"sum(rate({_APPENDS}}}[$window]))",
        0.99,
    ),
    Slo(
        "delivery_latency",
        "BatonEventsReachScreensLate",
        "99 % of events are on their way to browsers within a second",
        'sum(rate(baton_realtime_delivery_seconds_count[$window])) - sum(rate(baton_realtime_delivery_seconds_bucket{le="1.0"}[$window]))',
        "sum(rate(baton_realtime_delivery_seconds_count[$window]))",
        0.99,
    ),
    Slo(
        "takeover_success",
        "BatonTakeoversFail",
        "99.9 % of takeovers are answered; that a colleague was first is an answer",
        f"sum(rate({_TAKEOVERS},{_FAILED}}}[$window]))",
        f"sum(rate({_TAKEOVERS}}}[$window]))",
        0.999,
    ),
    Slo(
        "longest_wait",
        "BatonPeopleWaitTooLong",
        "95 % of waits for a human end within ten minutes",
        'sum(rate(baton_queue_wait_seconds_count[$window])) - sum(rate(baton_queue_wait_seconds_bucket{le="600.0"}[$window]))',
        "sum(rate(baton_queue_wait_seconds_count[$window]))",
        0.95,
    ),
)
# How fast the budget of 30 days burns, over a long window and a short one that says it still does: 2 % in an hour, 5 % in six, 10 % in three days.
BURNS = ((14.4, "1h", "5m", "critical"), (6.0, "6h", "30m", "critical"), (1.0, "3d", "6h", "warning"))
WINDOWS = ("5m", "30m", "1h", "6h", "3d")


def recording_rules() -> list[dict[str, Any]]:
    """Return the ratio of bad ones per objective and window. Nothing happened: no series, and no alert."""
    return [
        {
            "record": f"baton:slo_errors:ratio_rate{window}",
            "expr": f"({slo.bad}) / ({slo.all} > 0)".replace("$window", window),
            "labels": {"slo": slo.name},
        }
        for slo in SLOS
        for window in WINDOWS
    ]


def alert_rules() -> list[dict[str, Any]]:
    """Return the burn-rate alerts: one name per objective, with a severity per speed."""
    rules = []
    for slo in SLOS:
        for factor, long, short, severity in BURNS:
            # No budget can burn faster than everything being bad.
            limit = round(min(factor * (1 - slo.objective), 0.9), 6)
            series = f'baton:slo_errors:ratio_rate$window{{slo="{slo.name}"}}'
            rules.append(
                {
                    "alert": slo.alert,
                    "expr": f"{series.replace('$window', long)} > {limit} and {series.replace('$window', short)} > {limit}",
                    "for": "2m",
                    "labels": {"severity": severity, "slo": slo.name, "burn": f"{factor:g}"},
                    "annotations": {
                        "summary": f"Objective at risk: {slo.words}",
                        "description": f"The budget burns {factor:g} times as fast as it may: {{{{ $value | humanizePercentage }}}} are bad.",
                        "runbook_url": f"RUNBOOKS/{slo.alert}.md",
                    },
                }
            )
    return rules
