"""Plays an AI platform against Baton until SIGTERM: `python -m examples.ai_platform --help`."""

import argparse
import asyncio
import logging
import math
import os
import signal
import sys
import time
from pathlib import Path

from baton_sdk import Baton, RefusedError

from examples.ai_platform import dialogues
from examples.ai_platform.crowd import Crowd, Traffic
from examples.ai_platform.player import Pace

logger = logging.getLogger("examples.ai_platform")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.ai_platform", description=__doc__, epilog="The API key is read from BATON_API_KEY.")
    parser.add_argument("--grpc", default=os.environ.get("BATON_GRPC", ""), help="host:port of Baton's public gRPC listener (BATON_GRPC)")
    parser.add_argument("--rate", type=float, default=12.0, help="new conversations per minute (default 12)")
    parser.add_argument("--thinking", type=float, default=4.0, help="seconds the AI takes for an answer; people's pauses follow it (default 4)")
    parser.add_argument("--patience", type=float, default=150.0, help="seconds a user waits for a human (default 150)")
    parser.add_argument("--parallel", type=int, default=40, help="conversations at once, at most (default 40)")
    parser.add_argument("--conversations", type=int, default=0, help="stop when this many have been played (default 0: never)")
    parser.add_argument("--dialogues", type=Path, default=dialogues.BUILT_IN, help="a file of dialogues, one JSON object a line, .gz or not")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed plays the same conversations and goes on with its open ones")
    parser.add_argument(
        "--late", type=float, default=0.5, help="share of conversations in which an answer begun before the AI lost control is left as a draft (default 0.5)"
    )
    parser.add_argument("--streamed", action="store_true", help="send commands on one stream instead of a call each, as for volume")
    parser.add_argument("--consumer", default="example", help="name of the Watch stream; a second program with the same name ends the first")
    arguments = parser.parse_args()
    if not arguments.grpc:
        parser.error("where is Baton? Set BATON_GRPC or give --grpc host:port")
    if not os.environ.get("BATON_API_KEY"):
        parser.error("set BATON_API_KEY to an AI platform's key")
    if arguments.rate <= 0 or arguments.parallel < 1:
        parser.error("--rate must be above 0 and --parallel at least 1")
    return arguments


async def _main(arguments: argparse.Namespace) -> None:
    # However long Baton is away, this goes on when it is back.
    baton = Baton(arguments.grpc, os.environ["BATON_API_KEY"], patience=math.inf, streamed=arguments.streamed)
    traffic = Traffic(arguments.seed, arguments.rate, arguments.parallel, arguments.conversations, arguments.late)
    crowd = Crowd(baton, dialogues.read(arguments.dialogues), traffic, Pace(arguments.thinking, arguments.patience), arguments.consumer)
    running = asyncio.ensure_future(crowd.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    logger.info("playing %g conversations a minute against %s, seed %d", arguments.rate, arguments.grpc, arguments.seed)
    try:
        await running
    except asyncio.CancelledError:
        logger.info("stopped; what is open is taken up by the next run")
    finally:
        await baton.close()


def main() -> None:
    """Run until told to stop, or end with 1 and Baton's words when it will not have us."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    arguments = _arguments()
    refused: list[str] = []
    try:
        asyncio.run(_main(arguments))
    except* RefusedError as refusals:
        refused = [str(refusal) for refusal in refusals.exceptions]
    if refused:
        sys.exit(f"Baton refuses: {refused[0]}")


if __name__ == "__main__":
    main()
