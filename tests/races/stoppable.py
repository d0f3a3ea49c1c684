"""An AI platform in a process of its own, so that it can be stopped: `python -m tests.races.stoppable host:port`, the key in BATON_API_KEY.

For each conversation id on stdin: the user writes, the epoch of the answer (the permit) is printed, and then the AI speaks under it, on a stream and
by a unary call; what became of that is printed as one line of JSON. Whoever reads the first line may stop this process before it goes on.
"""

import asyncio
import json
import os
import random
import sys

from tests.harness.callers import Platform
from tests.harness.streaming import StreamingPlatform

# The longest time between permit and append, in seconds: the stop falls before, between or after the appends.
LONGEST_PAUSE = 0.004


async def main(target: str) -> None:
    """Serve until stdin ends."""
    key = os.environ["BATON_API_KEY"]
    streaming, unary = StreamingPlatform([target], key, seed=1), Platform([target], key, seed=2)
    chance = random.Random(3)  # when the AI speaks
    while conversation_id := (await asyncio.to_thread(sys.stdin.readline)).strip():
        said = await streaming.user_says(conversation_id, "Is there a table for two?")
        _say(str(said.epoch))
        await asyncio.sleep(chance.random() * LONGEST_PAUSE)
        speakers = (streaming, unary, streaming)
        answers = await asyncio.gather(*(who.ai_says(conversation_id, f"Under epoch {said.epoch}.", said.epoch) for who in speakers))
        _say(json.dumps([[answer.command_id, answer.seq, answer.refusal, answer.details] for answer in answers]))
    await streaming.close()
    await unary.close()


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
