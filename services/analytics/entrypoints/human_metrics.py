"""What people do, as Prometheus sees it: each fact once, when it is recorded for the first time."""

from collections.abc import Mapping, Sequence

from services.analytics import metrics
from services.analytics.domain.facts import Fact, FactKind

_DURATIONS = {
    FactKind.QUEUE_WAIT: metrics.QUEUE_WAIT,
    FactKind.HUMAN_FIRST_RESPONSE: metrics.FIRST_RESPONSE,
    FactKind.TAKEOVER_FIRST_RESPONSE: metrics.TAKEOVER_FIRST_RESPONSE,
    FactKind.RESPONSE: metrics.RESPONSE,
    FactKind.RESOLUTION: metrics.RESOLUTION,
}
# Upper bounds of a wait's age, in seconds, and how they are called.
_AGES = ((60, "under_1m"), (300, "1m_to_5m"), (900, "5m_to_15m"), (3_600, "15m_to_1h"), (float("inf"), "over_1h"))
_STATES = ("ai", "queue", "human")


def observe(fact: Fact) -> None:
    """Count a new fact."""
    metrics.FACTS.labels(fact.kind.value).inc()
    if fact.lasted is not None and fact.kind in _DURATIONS:
        _DURATIONS[fact.kind].observe(fact.lasted.total_seconds())
    match fact.kind:
        case FactKind.TAKEOVER:
            metrics.TAKEOVERS.labels(fact.cause).inc()
        case FactKind.TRANSFER_IN:
            metrics.TRANSFERS.inc()
        case FactKind.HAND_BACK:
            metrics.HAND_BACKS.inc()
        case FactKind.RELEASE:
            metrics.RELEASES.labels(fact.cause).inc()
        case FactKind.CASE:
            metrics.CASES.labels(fact.cause).inc()
        case _:
            pass


def show_present(holders: Mapping[str, int], waits: Sequence[float]) -> None:
    """Show how many conversations there are by holder, and how old the waits are, in seconds."""
    for state in _STATES:
        metrics.OPEN.labels(state).set(holders.get(state, 0))
    lower = 0.0
    for upper, name in _AGES:
        metrics.WAITING.labels(name).set(sum(lower <= wait < upper for wait in waits))
        lower = upper
    metrics.LONGEST.set(max(waits, default=0.0))
