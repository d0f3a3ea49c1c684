"""`python -m services.auth`: the service; `… migrate`; `… create-admin`, the operator's way in; `… generate-keys`."""

import argparse
import asyncio
import json
import sys

from pydantic import ValidationError
from pymongo.errors import PyMongoError
from servicekit import logs, process
from servicekit.errors import ServiceError

from services.auth import bootstrap
from services.auth.settings import Settings, StoreSettings


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m services.auth", description="Accounts, sessions and keys. Without a command: the service.")
    commands = parser.add_subparsers(dest="command")
    commands.add_parser("migrate", help="create the indexes that are missing")
    keys = commands.add_parser("generate-keys", help="print new keys of all services and of access tokens, as JSON of file names and contents")
    keys.add_argument("--secret", default="", help="create this Secret in the cluster instead, unless it is there (what the chart's hook does)")
    create = commands.add_parser("create-admin", help="print a one-time link with which an administrator sets a password")
    create.add_argument("--workspace", required=True, help="its name; made if absent")
    create.add_argument("--email", required=True)
    create.add_argument("--name", default="", help="the real name; without it the e-mail's first part")
    create.add_argument("--reset", action="store_true", help="for an account that is there: enable it, make it administrator, give it a new link")
    return parser.parse_args()


def _command(arguments: argparse.Namespace) -> int:
    """Do one thing and end; what is wrong goes to stderr."""
    try:
        match arguments.command:
            case "generate-keys":
                _generate_keys(arguments.secret)
            case "migrate":
                asyncio.run(bootstrap.migrate(StoreSettings()))  # type: ignore[call-arg]  # pydantic-settings reads them from the environment
            case _:
                settings = Settings()  # type: ignore[call-arg]  # as above
                link = asyncio.run(bootstrap.create_admin(settings, arguments.workspace, arguments.email, arguments.name, reset=arguments.reset))
                sys.stdout.write(f"{link}\n")
    except ServiceError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    except PyMongoError as error:
        sys.stderr.write(f"MongoDB does not answer ({type(error).__name__}).\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _generate_keys(secret: str) -> None:
    if not secret:
        sys.stdout.write(f"{json.dumps(bootstrap.new_identity(), indent=2)}\n")
    elif bootstrap.create_identity_secret(secret):
        sys.stdout.write(f"created {secret}\n")
    else:
        sys.stdout.write(f"{secret} is there and stays as it is\n")


def main() -> None:
    """Read the settings, then do what was asked."""
    arguments = _arguments()
    try:
        if arguments.command:
            logs.configure(bootstrap.SERVICE, "CRITICAL")
            sys.exit(_command(arguments))
        settings = Settings()  # type: ignore[call-arg]  # as above
    except ValidationError as error:
        # Names and reasons without the values, which may be secret.
        sys.exit("\n".join(f"BATON_AUTH_{'.'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors(include_input=False)))
    logs.configure(bootstrap.SERVICE, settings.log_level)
    process.run(lambda lifecycle: bootstrap.start(settings, lifecycle))


if __name__ == "__main__":
    main()
