"""Rule 6: within a conversation time never goes back, though the processes' clocks differ; one that is too far off is not ready."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.conversation.adapters.database_clock import DatabaseClock
from services.conversation.domain.decide import decide
from services.conversation.domain.events import Event
from services.conversation.tests.scene import Commands
from services.conversation.use_cases import carry_out
from tests.rules.replica import ShiftedClock, prepared, replica

OFF = timedelta(milliseconds=900)


async def by_turns(mongodb: str, database: str) -> list[Event]:
    """Return a log that two processes whose clocks differ wrote by turns."""
    await prepared(mongodb, database)
    make = Commands()
    async with replica(mongodb, database, clock=ShiftedClock(OFF)) as ahead, replica(mongodb, database, clock=ShiftedClock(-OFF)) as behind:
        await ahead.carry_out(make.start())
        for _ in range(3):
            await behind.carry_out(make.user())
            await ahead.carry_out(make.ai(1))
        return await ahead.log(make.conversation_id)


def goes_back(log: list[Event]) -> bool:
    moments = [event.at for event in log]
    return moments != sorted(moments)


async def test_an_event_is_never_before_the_one_before_it(mongodb: str, database: str) -> None:
    assert not goes_back(await by_turns(mongodb, database))


async def test_by_the_writers_clocks_alone_time_goes_back(mongodb: str, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def by_the_clock(state: Any, *rest: Any) -> Event | None:
        return decide(replace(state, at=datetime.min.replace(tzinfo=UTC)) if state else None, *rest)

    monkeypatch.setattr(carry_out, "decide", by_the_clock)
    assert goes_back(await by_turns(mongodb, database))


@pytest.mark.parametrize(("off", "ready"), [(0.0, True), (0.5, True), (3.0, False), (-3.0, False)])
async def test_a_process_whose_clock_is_off_is_not_ready(mongodb: str, database: str, off: float, ready: bool) -> None:  # noqa: FBT001
    async with replica(mongodb, database) as process:
        # Connecting takes time, and between the two moments of an answer nothing is skew.
        await process.database.command("ping")
        clock = DatabaseClock(process.database, ShiftedClock(timedelta(seconds=off)))
        assert clock.problem
        await clock.ask()
        assert (clock.problem == "") is ready
