"""`python -m examples.llm_bot`: be the user in a terminal; a blank line leaves. Needs BATON_GRPC, BATON_API_KEY, LLM_URL, LLM_KEY and LLM_MODEL."""

import asyncio
import os
import sys
import uuid

from baton_sdk import Baton

from examples.llm_bot.bot import LlmBot
from examples.llm_bot.model import Model
from examples.minimal_bot.bot import Terminal


async def main() -> None:
    """Be one user's chat until the user leaves."""
    model = Model(os.environ["LLM_URL"], os.environ["LLM_KEY"], os.environ["LLM_MODEL"])
    async with Baton(os.environ["BATON_GRPC"], os.environ["BATON_API_KEY"]) as baton:
        desk = LlmBot(baton, model, Terminal())
        listening = asyncio.create_task(desk.bot.run())
        chat_id = f"terminal-{uuid.uuid4().hex[:8]}"
        while text := (await asyncio.to_thread(sys.stdin.readline)).strip():
            await desk.user_says(chat_id, text)
        await desk.bot.user_left(chat_id)
        listening.cancel()
    await model.close()


if __name__ == "__main__":
    asyncio.run(main())
