"""How many durations fell where: fixed logarithmic lanes, packed into one whole number, so that two counts are joined by one addition.

A lane holds the durations from g^k to below g^(k+1) milliseconds, g = 1.04; lane 0 those of no length. What is said of a lane is 2g/(g+1) times its lower
edge: at most (g-1)/(g+1), less than 2 percent, from any duration in it (Masson, Rim and Lee, DDSketch, 2019).
"""

import math
from bisect import bisect_left
from datetime import timedelta
from itertools import accumulate

GROWTH = 1.04
# The greatest relative error of a percentile.
ERROR = (GROWTH - 1) / (GROWTH + 1)
# Up to four billion in a lane.
LANE_BITS = 32
_LANE_BYTES = LANE_BITS // 8
_LOG_GROWTH = math.log(GROWTH)
_MIDDLE = 2 * GROWTH / (GROWTH + 1)
MILLISECOND = timedelta(milliseconds=1)


def one(milliseconds: int) -> int:
    """Return the lanes with this duration alone."""
    return 1 << (LANE_BITS * lane_of(milliseconds))


def lane_of(milliseconds: int) -> int:
    """Return the lane of a duration."""
    return 0 if milliseconds <= 0 else 1 + int(math.log(milliseconds) / _LOG_GROWTH)


def percentile(lanes: int, n: int, share: float) -> timedelta:
    """Return the duration at the nearest rank: the smallest that at least `share` of the `n` durations do not exceed, within ERROR."""
    rank = max(1, math.ceil(share * n))
    up_to = list(accumulate(counts(lanes)))
    lane = bisect_left(up_to, rank)
    if lane == len(up_to):
        msg = f"rank {rank} of {up_to[-1] if up_to else 0}"
        raise IndexError(msg)
    return timedelta() if lane == 0 else _MIDDLE * GROWTH ** (lane - 1) * MILLISECOND


def counts(lanes: int) -> memoryview:
    """Return the counts, lane after lane, as far as there are any."""
    size = -(-lanes.bit_length() // LANE_BITS)
    return memoryview(lanes.to_bytes(size * _LANE_BYTES, "little")).cast("I")


def pack(lanes: int) -> tuple[int, bytes]:
    """Return the first lane that is not empty, and all from there to the last one as bytes."""
    first = ((lanes & -lanes).bit_length() - 1) // LANE_BITS if lanes else 0
    rest = lanes >> (first * LANE_BITS)
    return first, rest.to_bytes(-(-rest.bit_length() // 8), "little")


def unpack(first: int, packed: bytes) -> int:
    """Return what `pack` was given."""
    return int.from_bytes(packed, "little") << (first * LANE_BITS)
