"""One round of a race: a takeover while the AI's appends are in flight, then everything an AI could still try."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from tests.harness.callers import Agent, Answer, Platform, new_id


@dataclass(slots=True)
class Ledger:
    """What the callers were told, to be held against the log."""

    accepted: list[Answer] = field(default_factory=list)
    refused_ai: list[Answer] = field(default_factory=list)
    takeovers: int = 0
    # AI messages acknowledged although sent after a takeover's acknowledgement; must stay empty.
    spoke_after: list[Answer] = field(default_factory=list)

    def add(self, answers: list[Answer]) -> None:
        """Record answers of the AI's appends."""
        for answer in answers:
            (self.refused_ai if answer.refusal else self.accepted).append(answer)


async def race_one_takeover(platform: Platform, agent: Agent, conversation_id: str, ledger: Ledger, chance: random.Random) -> None:
    """Run a round; the conversation is the AI's before and after it."""
    said = await platform.user_says(conversation_id, "Is there a table for two on Friday?")
    ledger.accepted.append(said)
    epoch = said.epoch
    doubled = new_id()
    appends = [
        *(platform.ai_says(conversation_id, f"Let me look at that ({number}).", epoch) for number in range(3)),
        platform.ai_says(conversation_id, "An answer under a former epoch.", epoch - 1),
        platform.ai_says(conversation_id, "A retry crosses the first attempt.", epoch, doubled),
        platform.ai_says(conversation_id, "A retry crosses the first attempt.", epoch, doubled),
    ]
    in_flight = [asyncio.create_task(append) for append in appends]
    await asyncio.sleep(chance.random() * 0.01)  # the takeover falls anywhere among the appends; nothing waits for this time
    taken = await agent.take_over(conversation_id)
    assert not taken.refusal, taken
    ledger.accepted.append(taken)
    ledger.takeovers += 1
    late = [platform.ai_says(conversation_id, "I was not told yet.", guess) for guess in (epoch, taken.epoch, taken.epoch + 1)]
    if chance.random() < 0.3:  # three rounds in ten go through a silent queue
        released = await agent.release(conversation_id)
        ledger.accepted.append(released)
        late += [platform.ai_says(conversation_id, "Is anybody there?", released.epoch)]
        await _late(late, ledger)
        again = await agent.take_over(conversation_id)
        ledger.accepted.append(again)
    else:
        await _late(late, ledger)
    ledger.add(await asyncio.gather(*in_flight))
    await _answer_and_hand_back(agent, conversation_id, ledger)


async def _late(late: list[Coroutine[Any, Any, Answer]], ledger: Ledger) -> None:
    answers = await asyncio.gather(*late)
    ledger.spoke_after += [answer for answer in answers if not answer.refusal]
    ledger.refused_ai += [answer for answer in answers if answer.refusal]


async def _answer_and_hand_back(agent: Agent, conversation_id: str, ledger: Ledger) -> None:
    seen = max(answer.seq for answer in ledger.accepted if answer.conversation_id == conversation_id)
    said = await agent.says(conversation_id, "Budi here: Friday is free.", seen)
    assert not said.refusal, said
    back = await agent.hand_back(conversation_id, said.seq)
    assert not back.refusal, back
    ledger.accepted += [said, back]
