"""`python -m services.realtime`: the gateway's process."""

import sys

from servicekit.logs import configure
from servicekit.process import Lifecycle, run

from services.realtime.bootstrap import start
from services.realtime.settings import Settings


def main() -> None:
    """Run until told to stop. `migrate` has nothing to do: the gateway stores nothing."""
    settings = Settings()  # type: ignore[call-arg]  # the environment gives them
    configure("realtime", settings.log_level)
    if sys.argv[1:] == ["migrate"]:
        return

    async def wire(lifecycle: Lifecycle) -> None:
        await start(settings, lifecycle)

    run(wire)


if __name__ == "__main__":
    main()
