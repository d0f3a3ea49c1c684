"""The life of a process: started in order, stopped in reverse, ended by a part that fails."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

PROGRAM = """
import asyncio, sys
from servicekit.process import Lifecycle, run

async def part(name):
    print("started", name, flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        print("stopped", name, flush=True)

async def breaks():
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
    raise ValueError("part of the house")

async def ends():
    print("ended by itself", flush=True)

async def main(lifecycle: Lifecycle) -> None:
    if "cannot-start" in sys.argv:
        lifecycle.run_background(part("one"), "one")
        await asyncio.sleep(0)
        raise OSError("the port is taken")
    lifecycle.run_background(part("one"), "one")
    lifecycle.run_background(part("two"), "two")
    lifecycle.run_background(ends(), "ends")
    if "breaks" in sys.argv:
        lifecycle.run_background(breaks(), "breaks")
    await asyncio.sleep(0)
    print("up", flush=True)

run(main)
"""


@asynccontextmanager
async def program(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, *arguments, stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def lines_until_end(process: asyncio.subprocess.Process) -> list[str]:
    out, _ = await asyncio.wait_for(process.communicate(), 20)
    return [line for line in out.decode().splitlines() if line.startswith(("started", "stopped", "ended", "up"))]


async def until_up(process: asyncio.subprocess.Process) -> None:
    assert process.stdout is not None
    while (line := await asyncio.wait_for(process.stdout.readline(), 20)).strip() != b"up":
        assert line, "it ended before it was up"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_parts_in_reverse_and_the_process_ends_well(number: signal.Signals) -> None:
    async with program() as process:
        await until_up(process)
        process.send_signal(number)
        assert await lines_until_end(process) == ["stopped two", "stopped one"]
        assert process.returncode == 0


async def test_a_part_that_fails_ends_the_process_and_the_others_are_stopped() -> None:
    async with program("breaks") as process:
        await until_up(process)
        assert process.stdin is not None
        process.stdin.write(b"now\n")
        await process.stdin.drain()
        assert await lines_until_end(process) == ["stopped two", "stopped one"]
        assert process.returncode == 1


async def test_a_start_that_fails_stops_what_was_started() -> None:
    async with program("cannot-start") as process:
        assert await lines_until_end(process) == ["started one", "stopped one"]
        assert process.returncode == 1
