"""The minimal bot as a process of its own, as its README tells people to run it."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from baton_sdk.testing import FakeBaton

from examples.minimal_bot import bot
from tests.harness.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]


async def test_a_user_in_a_terminal_gets_the_bots_answer_and_the_humans() -> None:
    async with FakeBaton() as fake:
        env = {**os.environ, "BATON_GRPC": fake.target, "BATON_API_KEY": fake.api_key, "PYTHONUNBUFFERED": "1"}
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "examples.minimal_bot.bot", "chat-1", env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert running.stdin
        assert running.stdout
        running.stdin.write(b"Where is my order?\n")
        assert await running.stdout.readline() == b"[chat-1] ai: Your order left our house this morning.\n"
        running.stdin.write(b"It was broken!\n")
        assert await running.stdout.readline() == b"[chat-1] ai: I am asking a colleague. 0 are waiting before you.\n"
        await wait_until(lambda: fake.feed.open_streams)
        fake.chat("chat-1").take_over("Budi")
        fake.chat("chat-1").say("Hello, I am Budi.")
        assert await running.stdout.readline() == b"[chat-1] system: Human agent (Budi) has taken over this conversation\n"
        assert await running.stdout.readline() == b"[chat-1] Budi: Hello, I am Budi.\n"
        running.stdin.write(b"\n")
        assert await running.wait() == 0


def test_it_stays_under_sixty_lines() -> None:
    assert len(Path(bot.__file__).read_text().splitlines()) < 60
