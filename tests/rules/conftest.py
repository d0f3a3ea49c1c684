"""A three-member replica set for the rules that only a failover can break; made anew for each test, since each breaks it."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.replica_set import ReplicaSet


@pytest.fixture
def three(tmp_path: Path) -> Iterator[ReplicaSet]:
    """Three members, number 0 the primary."""
    # A member that is cut off must go on believing that it is primary for as long as a test takes on a busy machine.
    with ReplicaSet(tmp_path, election_timeout_ms=120_000) as started:
        yield started
    # Within the filter that DROPPED_SOCKETS sets, not in whatever test comes next.
    gc.collect()
