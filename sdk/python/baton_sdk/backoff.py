"""How long to wait before trying again."""

import random
from collections.abc import Iterator

_FIRST_SECONDS = 0.1
_LONGEST_SECONDS = 5.0


def backoff() -> Iterator[float]:
    """Yield seconds to wait, longer each time, scattered so that many callers do not come back at once."""
    longest = _FIRST_SECONDS
    while True:
        yield random.uniform(0.5, 1.0) * longest
        longest = min(_LONGEST_SECONDS, longest * 2)
