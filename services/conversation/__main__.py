"""`python -m services.conversation` runs the service; `python -m services.conversation migrate` prepares its database, and the topics."""

import argparse
import asyncio
import os

from servicekit.process import Lifecycle, run

from services.conversation import bootstrap
from services.conversation.settings import Settings, StoreSettings, TopicSettings


async def _serve(lifecycle: Lifecycle) -> None:
    # Values come from the environment.
    await bootstrap.start(lifecycle, Settings())  # type: ignore[call-arg]


def _migrate() -> None:
    """Indexes always; topics where the environment says which there are."""
    asyncio.run(bootstrap.migrate(StoreSettings()))  # type: ignore[call-arg]
    if "BATON_CONVERSATION_TOPICS_FILE" in os.environ:
        asyncio.run(bootstrap.make_topics(TopicSettings()))  # type: ignore[call-arg]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.conversation", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["serve", "migrate"], default="serve")
    if parser.parse_args().command == "migrate":
        _migrate()
    else:
        run(_serve)


if __name__ == "__main__":
    main()
