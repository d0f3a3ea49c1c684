"""Serves the end user's page: `python -m examples.end_user --port 8090`, with BATON_GRPC and BATON_API_KEY set."""

import argparse
import asyncio
import os

import uvicorn

from examples.end_user.answers import WORD_SECONDS
from examples.end_user.app import EndUserPage, with_headers


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m examples.end_user", description=__doc__)
    parser.add_argument("--grpc", default=os.environ.get("BATON_GRPC", ""), help="host:port of Baton's public gRPC listener (BATON_GRPC)")
    parser.add_argument("--host", default="127.0.0.1", help="where browsers connect (default 127.0.0.1)")
    parser.add_argument("--port", type=int, default=8090, help="its port (default 8090)")
    parser.add_argument("--word-seconds", type=float, default=WORD_SECONDS, help=f"how long the AI takes for a word (default {WORD_SECONDS})")
    arguments = parser.parse_args()
    key = os.environ.get("BATON_API_KEY", "")
    if not arguments.grpc or not key:
        parser.error("set BATON_GRPC and BATON_API_KEY: an AI platform's key of its own, not that of another program")
    asyncio.run(_serve(arguments, key))


async def _serve(arguments: argparse.Namespace, key: str) -> None:
    page = EndUserPage(arguments.grpc, key, word_seconds=arguments.word_seconds)
    # An open page never ends its stream by itself.
    config = uvicorn.Config(with_headers(page.app()), host=arguments.host, port=arguments.port, timeout_graceful_shutdown=1, log_level="warning")
    await uvicorn.Server(config).serve()


if __name__ == "__main__":
    main()
