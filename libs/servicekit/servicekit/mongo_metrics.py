"""How long MongoDB takes, by command: a listener that every client is made with."""

from prometheus_client import Histogram
from pymongo import monitoring

MONGO_SECONDS = Histogram(
    "baton_mongodb_seconds",
    "Time of a command at MongoDB, by the command and whether it succeeded.",
    ["command", "result"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
# What services send; all else is one label, so that labels stay bounded.
_COMMANDS = frozenset({"insert", "find", "update", "aggregate", "getMore", "findAndModify", "delete", "count", "distinct", "commitTransaction"})
_MICROSECONDS = 1_000_000
# A change stream's getMore waits for something to happen: its time says nothing.
_WAITING = "getMore"


class MongoMetrics(monitoring.CommandListener):
    """Observes each command."""

    def started(self, _event: monitoring.CommandStartedEvent) -> None:
        """Nothing to say yet."""

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Observe one that succeeded."""
        if event.command_name != _WAITING:
            _observe(event, "ok")

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Observe one that failed."""
        _observe(event, "failed")


def _observe(event: monitoring.CommandSucceededEvent | monitoring.CommandFailedEvent, result: str) -> None:
    name = event.command_name if event.command_name in _COMMANDS else "other"
    MONGO_SECONDS.labels(name, result).observe(event.duration_micros / _MICROSECONDS)
