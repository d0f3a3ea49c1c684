"""Traffic that goes on during a fault: platforms talk, agents take over, answer and hand back, and everything acknowledged is written down."""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Protocol

import httpx

from tests.faults.patiently import patiently
from tests.harness.browser import Browser, reason_of
from tests.harness.callers import Answer, Platform, new_id
from tests.harness.waiting import wait_until

# What an AI may be told when a human has taken over meanwhile.
EXPECTED_REFUSALS = {"CONTROL_LOST", "TOO_MANY_DRAFTS"}
# People and models do not talk without a pause; with twelve conversations this is some fifty events a second.
PAUSE_SECONDS = 0.15
START_EVERY_SECONDS = 0.3


class Human(Protocol):
    """Who takes conversations over, by whatever way."""

    async def take_over(self, conversation_id: str) -> Answer: ...

    async def says(self, conversation_id: str, text: str, seen_seq: int) -> Answer: ...

    async def hand_back(self, conversation_id: str, seen_seq: int) -> Answer: ...


class RestAgent:
    """A human agent whose commands go through a gateway; each is tried again under the same command id while nobody answers."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    async def take_over(self, conversation_id: str) -> Answer:
        return await self._command(conversation_id, "take-over")

    async def says(self, conversation_id: str, text: str, seen_seq: int) -> Answer:
        return await self._command(conversation_id, "messages", text=text, seen_seq=seen_seq)

    async def hand_back(self, conversation_id: str, seen_seq: int) -> Answer:
        return await self._command(conversation_id, "hand-back", seen_seq=seen_seq)

    async def _command(self, conversation_id: str, name: str, **body: object) -> Answer:
        command: dict[str, Any] = {"command_id": new_id(), **body}
        try:
            outcome = await patiently(lambda: self._browser.post(f"/api/conversations/{conversation_id}/{name}", command))
        except httpx.HTTPStatusError as error:
            return Answer(conversation_id, command["command_id"], refusal=reason_of(error))
        return Answer(conversation_id, command["command_id"], outcome["seq"], outcome["control"]["epoch"])


class Load:
    """A context manager: talks from its start to its end, where every round is brought to its own end first."""

    def __init__(self, platform: Platform, humans: Sequence[Human], conversations: int = 12, seed: int = 1) -> None:
        self._platform = platform
        self._humans = humans
        self._count = conversations
        self._chance = random.Random(seed)  # who does what
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = asyncio.Event()
        # Conversations that are talked in, and all that began, in order.
        self.talked_in: list[str] = []
        self.started: list[str] = []
        self.accepted: list[Answer] = []
        self._answers: Counter[str] = Counter()
        self.refused: list[Answer] = []
        # AI messages acknowledged although asked for after a takeover's acknowledgement; must stay empty.
        self.spoke_after: list[Answer] = []
        # time.monotonic() of each takeover's acknowledgement, and of each event's by (conversation, seq).
        self.takeovers: list[float] = []
        self.acknowledged_at: dict[tuple[str, int], float] = {}

    async def begin(self) -> None:
        """Start the conversations, and talk."""
        started = [await self._start() for _ in range(self._count)]
        self.talked_in = [answer.conversation_id for answer in started]
        self._tasks = [asyncio.create_task(self._talk(one, self._humans[number % len(self._humans)])) for number, one in enumerate(self.talked_in)]
        self._tasks.append(asyncio.create_task(self._start_more()))

    async def end(self) -> None:
        """Let every round come to its end; the first failure of one is raised."""
        self._stopping.set()
        await asyncio.gather(*self._tasks)

    async def more_takeovers(self, count: int, deadline_seconds: float = 60) -> None:
        """Wait until so many more takeovers are acknowledged; a conversation that failed is raised at once."""
        wanted = len(self.takeovers) + count
        await self._reach(lambda: len(self.takeovers) >= wanted, deadline_seconds, what=f"{count} more takeovers")

    async def all_go_on(self, deadline_seconds: float) -> None:
        """Wait until each conversation that is talked in was answered twice: what the second answers was asked for after this call."""
        before = Counter(self._answers)
        await self._reach(lambda: all(self._answers[one] >= before[one] + 2 for one in self.talked_in), deadline_seconds, what="answers in every conversation")

    async def _reach(self, condition: Callable[[], bool], deadline_seconds: float, what: str) -> None:
        def reached() -> bool:
            for task in self._tasks:
                if task.done():
                    task.result()
            return condition()

        await wait_until(reached, deadline_seconds, what=what)

    def longest_pause(self, since: float) -> float:
        """Return the longest time, from `since` on, in which no takeover was acknowledged."""
        times = [since, *(moment for moment in self.takeovers if moment > since)]
        return max((later - former for former, later in pairwise(times)), default=0.0)

    async def _start(self) -> Answer:
        answer = self._accept(await self._platform.start(f"fault-{uuid.uuid4()}"))
        self.started.append(answer.conversation_id)
        self._accept(await self._platform.user_says(answer.conversation_id, "Good evening."))
        return answer

    async def _start_more(self) -> None:
        while not self._stopping.is_set():
            await self._start()
            await self._pause(START_EVERY_SECONDS)

    async def _talk(self, conversation_id: str, human: Human) -> None:
        while not self._stopping.is_set():
            said = self._accept(await self._platform.user_says(conversation_id, "Is there a table for two on Friday?"))
            if self._chance.random() < 0.5:  # half of the questions are answered by the AI alone
                self._note_ai(await self._platform.ai_says(conversation_id, "Let me look.", said.epoch))
            else:
                await self._be_taken_over(conversation_id, human, said.epoch)
            await self._pause(PAUSE_SECONDS)

    async def _be_taken_over(self, conversation_id: str, human: Human, epoch: int) -> None:
        in_flight = asyncio.create_task(self._platform.ai_says(conversation_id, "An answer that crosses the takeover.", epoch))
        taken = self._accept(await human.take_over(conversation_id))
        self.takeovers.append(time.monotonic())
        for guess in (epoch, taken.epoch):
            late = await self._platform.ai_says(conversation_id, "I was not told yet.", guess)
            (self.refused if late.refusal else self.spoke_after).append(late)
        self._note_ai(await in_flight)
        await self._pause(PAUSE_SECONDS)
        asked = self._accept(await self._platform.user_says(conversation_id, "Are you a human?"))
        told = self._accept(await human.says(conversation_id, "I am, and Friday is free.", asked.seq))
        self._accept(await human.hand_back(conversation_id, told.seq))

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds * (0.5 + self._chance.random())):
                await self._stopping.wait()

    def _accept(self, answer: Answer) -> Answer:
        assert not answer.refusal, answer
        self.accepted.append(answer)
        self._answers[answer.conversation_id] += 1
        self.acknowledged_at[answer.conversation_id, answer.seq] = time.monotonic()
        return answer

    def _note_ai(self, answer: Answer) -> None:
        if answer.refusal:
            self.refused.append(answer)
        else:
            self._accept(answer)
