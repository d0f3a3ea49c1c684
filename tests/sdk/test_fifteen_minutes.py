"""The fifteen-minute page, followed by a machine: its code as it is printed, in an empty folder."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

from baton_sdk.conformance.scenarios import SCENARIOS
from baton_sdk.testing import FakeBaton

from tests.docs import markdown

PAGE = markdown.ROOT / "docs" / "fifteen-minutes.md"


def write_down(folder: Path) -> None:
    bot, connector = markdown.snippets(PAGE, "python")
    (folder / "bot.py").write_text(bot)
    (folder / "connector.py").write_text(connector)


async def test_the_bot_answers_its_user(tmp_path: Path) -> None:
    write_down(tmp_path)
    async with FakeBaton() as fake:
        env = {**os.environ, "BATON_GRPC": fake.target, "BATON_API_KEY": fake.api_key}
        running = await asyncio.create_subprocess_exec(sys.executable, "bot.py", env=env, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert running.stdin
        assert running.stdout
        running.stdin.write(b"Where is my order?\n")
        lines: list[str] = []
        while "ai: You asked: Where is my order?" not in lines:
            line = await asyncio.wait_for(running.stdout.readline(), 60)
            assert line, f"the bot ended after {lines}"
            lines.append(line.decode().strip())
        running.stdin.write(b"\n")
        assert await running.wait() == 0


def test_the_connector_passes_the_kit_and_the_break_that_the_page_suggests_is_found(tmp_path: Path) -> None:
    write_down(tmp_path)
    command = [sys.executable, "-m", "baton_sdk.conformance", "--connector", "connector:Connector"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert f"{len(SCENARIOS)} scenarios, all passed." in ran.stdout, ran.stdout
    broken = (tmp_path / "connector.py").read_text()
    broken = broken.replace("await turn.say(text)", 'await self.world.show(question.conversation.chat_id, "ai", text)\n        await turn.say(text)')
    (tmp_path / "connector.py").write_text(broken)
    ran = subprocess.run(
        [*command, "--scenario", "late_token", "--scenario", "lost_acknowledgement"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "SHOWN_WITHOUT_BATON" in ran.stdout
    assert "To a real user: the user reads words of the AI that Baton never accepted" in ran.stdout
