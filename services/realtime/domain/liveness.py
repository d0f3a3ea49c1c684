"""Whether the event topic is live: the relay's heartbeat reaches every partition every two seconds, so its silence means stale."""

from datetime import datetime, timedelta

STALE_AFTER = timedelta(seconds=10)


class Liveness:
    """Judged by the heartbeats' own times: old ones that are read again say nothing of now. Stale until shown to be live."""

    def __init__(self, now: datetime) -> None:
        """Begin as stale since now."""
        self._beats: dict[int, datetime] = {}
        self._partitions = 0
        self.stale_since: datetime | None = now

    @property
    def stale(self) -> bool:
        """Tell what the last check found."""
        return self.stale_since is not None

    def begin(self, partitions: int) -> None:
        """Expect beats on so many partitions."""
        self._partitions = partitions
        self._beats = {number: at for number, at in self._beats.items() if number < partitions}

    def beat(self, partition: int, at: datetime) -> None:
        """Note a heartbeat."""
        self._beats[partition] = max(at, self._beats.get(partition, at))

    def check(self, now: datetime) -> bool:
        """Judge anew; true when that changed the answer."""
        was = self.stale
        oldest = min(self._beats.values()) if self._partitions and len(self._beats) == self._partitions else None
        if oldest is not None and now - oldest <= STALE_AFTER:
            self.stale_since = None
        elif not was:
            self.stale_since = oldest or now
        return was != self.stale
