"""Whether the event topic is live: the relay's heartbeat reaches every partition every two seconds, so its silence means stale."""

from datetime import datetime, timedelta

STALE_AFTER = timedelta(seconds=10)


class Liveness:
    """Judged by the heartbeats' own times: old ones that are read again say nothing of now."""

    def __init__(self) -> None:
        """Begin as stale."""
        self._beats: dict[int, datetime] = {}
        self._partitions = 0
        self._known = False
        self.stale_since: datetime | None = None

    def begin(self, partitions: int) -> None:
        """Expect beats on so many partitions."""
        self._partitions = partitions
        self._beats = {number: at for number, at in self._beats.items() if number < partitions}

    def beat(self, partition: int, at: datetime) -> None:
        """Note a heartbeat."""
        self._beats[partition] = max(at, self._beats.get(partition, at))

    def check(self, now: datetime) -> bool:
        """Judge anew; true when the answer changed, the first time always."""
        oldest = min(self._beats.values()) if self._partitions and len(self._beats) == self._partitions else None
        was, first = self.stale_since, not self._known
        self._known = True
        if oldest is not None and now - oldest <= STALE_AFTER:
            self.stale_since = None
        elif self.stale_since is None:
            self.stale_since = oldest or now
        return first or (was is None) != (self.stale_since is None)
