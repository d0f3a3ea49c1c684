"""`python -m services.analytics` runs the service; `migrate` prepares its database; `rebuild` counts everything again from the log while it serves."""

import argparse
import asyncio

from servicekit.process import Lifecycle, run

from services.analytics import bootstrap
from services.analytics.settings import RebuildSettings, Settings, StoreSettings


async def _serve(lifecycle: Lifecycle) -> None:
    # Values come from the environment.
    await bootstrap.start(lifecycle, Settings())  # type: ignore[call-arg]


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m services.analytics", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["serve", "migrate", "rebuild"], default="serve")
    match parser.parse_args().command:
        case "migrate":
            asyncio.run(bootstrap.migrate(StoreSettings()))  # type: ignore[call-arg]
        case "rebuild":
            asyncio.run(bootstrap.rebuild(RebuildSettings()))  # type: ignore[call-arg]
        case _:
            run(_serve)


if __name__ == "__main__":
    main()
