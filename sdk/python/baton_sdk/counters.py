"""What a client counts. Put them into your own metrics: `for name, value in baton.counters.read().items()`."""

from dataclasses import dataclass, fields


@dataclass(slots=True)
class Counters:
    """Only ever rising, from the client's start."""

    # Commands and questions answered, by yes or no.
    answers: int = 0
    # Attempts beyond the first.
    retries: int = 0
    # Answers that said no.
    refusals: int = 0
    turns: int = 0
    # Turns that ended because control was lost, told by Watch or by a refusal.
    turns_lost: int = 0
    # Words that came too late and were left with Baton as drafts for the human.
    drafts_left: int = 0
    # Things told by Watch that were new here, and those that had been told before.
    told: int = 0
    repeats: int = 0
    # Streams opened beyond the first, and how many of them had to catch up from the log.
    reconnects: int = 0
    catch_ups: int = 0

    def read(self) -> dict[str, int]:
        """Return all of them by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
