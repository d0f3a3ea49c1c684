"""Writes deploy/helm/baton/files/rules.yaml: `make chart`."""

from pathlib import Path
from typing import Any

import yaml

from deploy.monitoring.slos import alert_rules, recording_rules

FILE = Path(__file__).resolve().parents[1] / "helm" / "baton" / "files" / "rules.yaml"
HEAD = "# Written by `make chart` from deploy/monitoring; change it there. RUNBOOKS/ is replaced by metrics.prometheusRule.runbookBaseUrl.\n"


def _alert(name: str, expression: str, duration: str, severity: str, summary: str, description: str) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expression,
        "for": duration,
        "labels": {"severity": severity},
        "annotations": {"summary": summary, "description": description, "runbook_url": f"RUNBOOKS/{name}.md"},
    }


CAUSES = [
    _alert(
        "BatonAiSpokeAfterTakeover",
        "sum(increase(baton_ai_messages_after_takeover_total[10m])) > 0",
        "0m",
        "critical",
        "An AI spoke after a human had taken over",
        "The one thing that must never happen was seen {{ $value }} times. Keep the logs and the log of the conversation.",
    ),
    _alert(
        "BatonRelayStalled",
        "max(baton_conversation_relay_lag_seconds) > 10",
        "1m",
        "critical",
        "Events do not reach Kafka",
        "The oldest event that the broker has not acknowledged is {{ $value | humanizeDuration }} old. Screens say that they are not live.",
    ),
    _alert(
        "BatonRoleUnheld",
        "(sum by (role) (baton_conversation_lease_held) == 0) or (absent(baton_conversation_lease_held))",
        "1m",
        "critical",
        "A role of conversation is held by no process",
        "Nobody does the work of {{ $labels.role }} (relay, projector or sweep).",
    ),
    _alert(
        "BatonDeadLetters",
        'sum by (topic) (increase(baton_kafka_consumed_total{result="dead"}[15m])) > 0',
        "0m",
        "warning",
        "Records went to the dead letters",
        "{{ $value }} records of {{ $labels.topic }} could not be understood.",
    ),
    _alert(
        "BatonConsumerLags",
        "max by (topic) (baton_kafka_consumer_lag_records) > 5000",
        "5m",
        "warning",
        "Figures are behind",
        "Analytics is {{ $value }} records behind the end of {{ $labels.topic }}.",
    ),
    _alert(
        "BatonRevocationsStale",
        "time() - min(baton_revocations_polled_timestamp_seconds > 0) > 30",
        "1m",
        "critical",
        "Revocations are not heard of",
        "A service last heard from auth {{ $value | humanizeDuration }} ago. Who is logged out or disabled keeps their sockets until the token ends.",
    ),
    _alert(
        "BatonSocketsResync",
        'sum(rate(baton_realtime_resumes_total{kind="resume",answer!="ok"}[5m])) / (sum(rate(baton_realtime_resumes_total{kind="resume"}[5m])) > 0.2) > 0.05',
        "5m",
        "warning",
        "Browsers that come back are told to reload",
        "{{ $value | humanizePercentage }} of resumes do not reach back far enough.",
    ),
    _alert(
        "BatonScreensStale",
        "max(baton_realtime_stale) > 0",
        "1m",
        "critical",
        "Screens are told that they are not live",
        "A gateway has heard nothing from the event topic for more than ten seconds.",
    ),
    _alert(
        "BatonNobodyAvailable",
        '(sum(baton_realtime_agents{presence="available"}) or vector(0)) == 0 and on() max(baton_conversations_open{state="queue"}) > 0',
        "5m",
        "critical",
        "Somebody asked for a human and no agent is available",
        "No human agent is available while conversations need one.",
    ),
    _alert(
        "BatonMongoFails",
        'sum by (service) (rate(baton_mongodb_seconds_count{result="failed"}[5m])) / sum by (service) (rate(baton_mongodb_seconds_count[5m])) > 0.1',
        "5m",
        "critical",
        "MongoDB refuses or does not answer",
        "{{ $value | humanizePercentage }} of the commands of {{ $labels.service }} fail.",
    ),
    _alert(
        "BatonServiceGone",
        " or ".join(
            f"absent(baton_{one})" for one in ("realtime_sockets", "conversation_watch_streams", "analytics_event_age_seconds", "auth_password_hashes_waiting")
        ),
        "2m",
        "critical",
        "A service is not there",
        "Prometheus finds no process of one of the four services.",
    ),
]


def content() -> str:
    """Return the file's content."""
    groups = [
        {"name": "baton-slo-ratios", "interval": "30s", "rules": recording_rules()},
        {"name": "baton-slo-burn-rates", "rules": alert_rules()},
        {"name": "baton-causes", "rules": CAUSES},
    ]
    return HEAD + yaml.safe_dump({"groups": groups}, sort_keys=False, width=200, allow_unicode=True)


def alerts() -> list[str]:
    """Return the names of all alerts, each once."""
    return sorted({rule["alert"] for rule in [*alert_rules(), *CAUSES]})
