"""A support bot in a terminal: `BATON_GRPC=... BATON_API_KEY=... python -m examples.minimal_bot.bot`. Type as the user; a blank line leaves."""

import asyncio
import os
import sys

from baton_sdk import AiAgent, Author, Baton, Bot, Message, Question, Turn

ANSWERS = {"order": "Your order left our house this morning.", "open": "We are open from nine to five.", "thank": "You are welcome!"}


async def answer(turn: Turn, question: Question) -> None:
    """Say what is known; call a human for anything else."""
    found = next((text for word, text in ANSWERS.items() if word in question.text.lower()), "")
    if found:
        await turn.say(found)
    else:
        there = await turn.ask_for_human("The bot does not know.", summary=question.text)
        await turn.say(f"I am asking a colleague. {there.waiting_ahead} are waiting before you.")


class Terminal:
    """The user's page."""

    async def show(self, chat_id: str, message: Message) -> None:
        """Print what the user is to read."""
        print(f"[{chat_id}] {message.agent if message.author is Author.HUMAN else message.author}: {message.text}")

    async def typing(self, chat_id: str, *, active: bool) -> None:
        """Show nothing: a terminal has no dots."""


async def main() -> None:
    """Be one user's chat until the user leaves."""
    chat_id = sys.argv[1] if len(sys.argv) > 1 else "terminal"
    async with Baton(os.environ["BATON_GRPC"], os.environ["BATON_API_KEY"]) as baton:
        bot = Bot(baton, Terminal(), answer, AiAgent("minimal", "Minimal bot"))
        listening = asyncio.create_task(bot.run())
        while text := (await asyncio.to_thread(sys.stdin.readline)).strip():
            await bot.user_says(chat_id, text)
        listening.cancel()


if __name__ == "__main__":
    asyncio.run(main())
