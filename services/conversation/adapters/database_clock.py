"""Is this machine's clock within a second of the database's (rule 6)? Asked now and then; readiness reads the last answer."""

import asyncio
from datetime import timedelta
from typing import Any

from bson.codec_options import CodecOptions
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import PyMongoError
from servicekit.clock import Clock

MOST_SKEW = timedelta(seconds=1)
EVERY_SECONDS = 5.0


class DatabaseClock:
    """Compares the two clocks, and by that also tells whether the database answers."""

    def __init__(self, database: AsyncDatabase[dict[str, Any]], clock: Clock) -> None:
        """The database's clock is that of its primary."""
        self._database = database
        self._clock = clock
        self.problem = "the database's clock was not asked yet"
        # The part of it that is this process's own fault: a database that is away is so for all replicas.
        self.skew_problem = ""

    async def ask(self) -> None:
        """Ask once; what is wrong stands in `problem` afterwards, in words."""
        before = self._clock.now()
        try:
            answer: dict[str, Any] = await self._database.command("hello", codec_options=CodecOptions(tz_aware=True))
        except PyMongoError as error:
            self.problem = f"the database does not answer: {type(error).__name__}"
            return
        after = self._clock.now()
        theirs = answer["localTime"]
        # The answer was written between the two moments; only what lies outside of them is skew.
        skew = max(before - theirs, theirs - after, timedelta())
        self.problem = self.skew_problem = f"this clock is {skew.total_seconds():.1f} s off the database's" if skew > MOST_SKEW else ""

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            await self.ask()
            await asyncio.sleep(EVERY_SECONDS)
