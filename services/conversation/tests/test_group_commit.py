"""Group commit: what is gathered, what never is, and what a caller cannot undo."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from pymongo.errors import BulkWriteError

from services.conversation.adapters.group_commit import MAX_WRITES, GroupCommit
from services.conversation.adapters.mongo_event_store import _of_each
from services.conversation.ports.event_store import Appended


class Writes:
    """Writes that wait until they are let go."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.gate = asyncio.Event()
        self.failure: Exception | None = None

    async def __call__(self, documents: Sequence[Any]) -> list[Appended]:
        self.batches.append(list(documents))
        await self.gate.wait()
        if self.failure:
            raise self.failure
        return [Appended.YES] * len(documents)


def submit(commit: GroupCommit, name: str) -> "asyncio.Future[Appended]":
    return commit.submit(name.encode(), {"_id": name})


async def test_a_lone_append_goes_by_itself_and_what_comes_meanwhile_goes_together() -> None:
    writes = Writes()
    commit = GroupCommit(writes)
    futures = []
    for number in range(MAX_WRITES):
        futures.append(submit(commit, f"first-{number}"))
        await asyncio.sleep(0)
    assert [len(batch) for batch in writes.batches] == [1] * MAX_WRITES
    futures += [submit(commit, f"later-{number}") for number in range(10)]
    writes.gate.set()
    assert await asyncio.gather(*futures) == [Appended.YES] * (10 + MAX_WRITES)
    assert max(len(batch) for batch in writes.batches) == 10


async def test_a_conversation_never_has_two_undecided_appends() -> None:
    writes = Writes()
    commit = GroupCommit(writes)
    first = submit(commit, "one")
    with pytest.raises(RuntimeError):
        submit(commit, "one")
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError):
        submit(commit, "one")
    writes.gate.set()
    await first
    await submit(commit, "one")


async def test_a_caller_that_gives_up_does_not_stop_the_write_of_the_others() -> None:
    writes = Writes()
    commit = GroupCommit(writes)
    caller = asyncio.create_task(_waits_for(submit(commit, "one")))
    other = submit(commit, "two")
    await asyncio.sleep(0)
    caller.cancel()
    writes.gate.set()
    assert await other is Appended.YES
    await commit.drain()


async def _waits_for(future: "asyncio.Future[Appended]") -> Appended:
    return await future


async def test_a_write_that_fails_in_an_unforeseen_way_leaves_all_of_it_unknown() -> None:
    writes = Writes()
    writes.failure = ValueError("unforeseen")
    writes.gate.set()
    commit = GroupCommit(writes)
    assert await asyncio.gather(*[submit(commit, "one"), submit(commit, "two")]) == [Appended.UNKNOWN] * 2


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({"writeErrors": [{"index": 1, "code": 11000}]}, [Appended.YES, Appended.CONFLICT, Appended.YES]),
        ({"writeErrors": [{"index": 0, "code": 91}]}, [Appended.UNKNOWN, Appended.YES, Appended.YES]),
        ({"writeErrors": [], "writeConcernErrors": [{"code": 64}]}, [Appended.UNKNOWN] * 3),
        ({"writeErrors": [{"index": 2, "code": 11000}], "writeConcernErrors": [{"code": 64}]}, [Appended.UNKNOWN, Appended.UNKNOWN, Appended.CONFLICT]),
    ],
)
def test_a_bulk_answer_says_of_each_what_is_known(details: dict[str, Any], expected: list[Appended]) -> None:
    assert _of_each(3, BulkWriteError(details).details) == expected


async def test_what_comes_in_the_moment_in_which_all_writers_end_is_written() -> None:
    writes = Writes()
    commit = GroupCommit(writes)
    for number in range(MAX_WRITES):
        submit(commit, f"first-{number}")
        await asyncio.sleep(0)

    async def after_the_writers() -> Appended:
        # Who waits for the same goes on in the same turn of the loop, after they have ended and before asyncio tells of it.
        await writes.gate.wait()
        return await submit(commit, "later")

    later = asyncio.create_task(after_the_writers())
    await asyncio.sleep(0)
    writes.gate.set()
    done, _ = await asyncio.wait([later], timeout=5)
    assert done, "nobody writes it"
    assert later.result() is Appended.YES
