"""`python -m services.auth`: the service; `… migrate`; `… create-admin`, the operator's way in."""

import argparse
import asyncio
import sys

from pydantic import ValidationError
from pymongo.errors import PyMongoError
from servicekit import logs, process
from servicekit.errors import ServiceError

from services.auth import bootstrap
from services.auth.settings import Settings


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.auth", description="Accounts, sessions and keys. Without a command: the service.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("migrate", help="create the indexes that are missing")
    create = commands.add_parser("create-admin", help="print a one-time link with which an administrator sets a password")
    create.add_argument("--workspace", required=True, help="its name; made if absent")
    create.add_argument("--email", required=True)
    create.add_argument("--name", default="", help="the real name; without it the e-mail's first part")
    create.add_argument("--reset", action="store_true", help="for an account that is there: enable it, make it administrator, give it a new link")
    return parser.parse_args()


def _command(settings: Settings, arguments: argparse.Namespace) -> int:
    """Do one thing and end; what is wrong goes to stderr."""
    try:
        if arguments.command == "migrate":
            asyncio.run(bootstrap.migrate(settings))
        else:
            link = asyncio.run(bootstrap.create_admin(settings, arguments.workspace, arguments.email, arguments.name, reset=arguments.reset))
            sys.stdout.write(f"{link}\n")
    except ServiceError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    except PyMongoError as error:
        sys.stderr.write(f"MongoDB does not answer ({type(error).__name__}).\n")
        return 1
    return 0


def main() -> None:
    """Read the settings, then do what was asked."""
    arguments = _arguments()
    try:
        settings = Settings()  # type: ignore[call-arg]  # pydantic-settings reads them from the environment
    except ValidationError as error:
        # Names and reasons without the values, which may be secret.
        sys.exit("\n".join(f"BATON_AUTH_{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors(include_input=False)))
    if arguments.command:
        logs.configure(bootstrap.SERVICE, "CRITICAL")
        sys.exit(_command(settings, arguments))
    logs.configure(bootstrap.SERVICE, settings.log_level)
    process.run(lambda lifecycle: bootstrap.start(settings, lifecycle))


if __name__ == "__main__":
    main()
